import Dispatch
import Foundation
import Glibc
import TesseraCore
import TesseraFiles
import TesseraServer
import Testing

@Suite("Limits", .timeLimit(.minutes(2)), .serialized)
struct LimitTests {
    private let short: JSONValue = ["prompt": "x", "max_tokens": 1]

    private func endless(_ tokens: Int = 400) -> JSONValue {
        [
            "prompt": "x", "max_tokens": .integer(tokens), "stream": true, "ignore_eos": true, "seed": 1,
        ]
    }

    @Test("a body beyond the limit is refused, by its length and by its bytes")
    func largeBody() async throws {
        var limits = quickLimits
        limits.bodyBytes = 1000
        try await withServer(limits: limits) { server in
            let announced = try await server.send(
                raw: "POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n{")
            #expect(announced.status == 413)
            #expect(try announced.json["error"]["code"].string() == "body_too_large")
            let chunk = "3e8\r\n" + String(repeating: " ", count: 1000) + "\r\n"
            let chunked = try await server.send(
                raw:
                    "POST /tokenize HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)\(chunk)"
            )
            #expect(chunked.status == 413)
            #expect(try await server.send("POST", "/tokenize", ["content": "x"]).status == 200)
        }
    }

    @Test("more header fields than the limit are refused, fewer are not", arguments: [90, 101, 100_000])
    func headers(count: Int) async throws {
        try await withServer { server in
            let fields = (0..<count).map { "x\($0): y\r\n" }.joined()
            let reply = try? await server.send("GET", "/health", fields: fields)
            // A flood may be cut off before its answer is read.
            #expect(
                reply?.status == (count == 90 ? 200 : count == 101 ? 400 : nil)
                    || (count > 101 && reply?.status == 400))
            let long = try? await server.send(
                "GET", "/health", fields: "x: " + String(repeating: "y", count: 70_000) + "\r\n")
            #expect(long == nil || long?.status == 400)
            let health = try await server.send("GET", "/health")
            #expect(health.status == 200)
        }
    }

    @Test("a client that leaves mid-stream costs at most one more token", arguments: [true, false])
    func disconnect(resets: Bool) async throws {
        let gate = Gate()
        let model = FakeModel(beforePass: gate.pass)
        try await withServer(model) { server in
            let client = try RawClient(port: server.port)
            client.send(server.request("POST", "/v1/completions", self.endless()))
            gate.open(3)
            let begun = try await blocking {
                client.receiveAll {
                    String(decoding: $0, as: UTF8.self).components(separatedBy: "data: ").count > 3
                }
            }
            #expect(begun.contains("text/event-stream"))
            if resets {
                // Closing with a zero linger time sends a reset instead of an end.
                var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
                setsockopt(
                    client.descriptor, SOL_SOCKET, SO_LINGER, &linger,
                    socklen_t(MemoryLayout<Glibc.linger>.size))
            }
            client.close()
            // The model stands at its gate; only once the server has noticed may it go on.
            #expect(try await server.eventually("connections") { $0 <= 1 } || !resets)
            try await Task.sleep(for: .milliseconds(200))
            let before = model.passes.count
            gate.open(1000)
            #expect(try await server.eventually("texts_cancelled_total") { $0 == 1 })
            #expect(model.passes.count <= before + 1)
            #expect(await model.givesPagesBack())
        }
    }

    @Test("a client that closes its sending half while a text is made counts as gone")
    func halfClosed() async throws {
        let gate = Gate()
        let model = FakeModel(beforePass: gate.pass)
        try await withServer(model) { server in
            let client = try RawClient(port: server.port)
            client.send(server.request("POST", "/v1/completions", ["prompt": "x", "max_tokens": 400]))
            #expect(await gate.arrival())
            client.shutdownSending()
            try await Task.sleep(for: .milliseconds(200))
            gate.open(1000)
            #expect(try await server.eventually("texts_cancelled_total") { $0 == 1 })
            #expect(model.passes.count <= 2)
            // Questions that need no computing are answered all the same.
            let asker = try RawClient(port: server.port)
            asker.send(server.request("GET", "/health"))
            asker.shutdownSending()
            let answer = try await blocking { try Reply(asker.receiveAll()) }
            #expect(answer.status == 200)
        }
    }

    @Test("a client that does not read stops its text, and is cut off")
    func slowReader() async throws {
        var limits = quickLimits
        limits.stalledSeconds = 1
        let model = FakeModel(contextLength: 60_000)
        try await withServer(model, limits: limits) { server in
            let client = try RawClient(port: server.port, receiveBuffer: 4096)
            client.send(server.request("POST", "/v1/completions", self.endless(50_000)))
            #expect(try await server.eventually("texts_cancelled_total") { $0 == 1 })
            // The bound: what fits in the socket's buffers and the queue, far from the 50,000 asked for.
            #expect(try await server.metric("generated_tokens_total") < 5000)
            #expect(try await server.send("POST", "/v1/completions", self.short).status == 200)
            client.close()
        }
    }

    @Test("idle connections and requests that drip are closed; a hundred idle ones disturb nobody")
    func idle() async throws {
        var limits = quickLimits
        limits.idleSeconds = 1
        limits.requestSeconds = 1
        try await withServer(limits: limits) { server in
            let idle = try (0..<100).map { _ in try RawClient(port: server.port) }
            let dripping = try RawClient(port: server.port)
            dripping.send("POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
            let halfHead = try RawClient(port: server.port)
            halfHead.send("POST /tokenize HTTP/1.1\r\nHo")
            #expect(try await server.send("POST", "/v1/completions", self.short).status == 200)
            #expect(try await server.metric("connections") >= 100)
            #expect(try await server.eventually("connections") { $0 <= 1 })
            let ends = try await blocking { (idle + [dripping, halfHead]).map { $0.receive()?.isEmpty } }
            #expect(ends.allSatisfy { $0 == true || $0 == nil })
        }
    }

    @Test("connections beyond the limit wait until others close")
    func connections() async throws {
        var limits = quickLimits
        limits.connections = 3
        try await withServer(limits: limits) { server in
            let holders = try (0..<3).map { _ in try RawClient(port: server.port) }
            let late = try RawClient(port: server.port)
            late.send(server.request("GET", "/health", fields: "Connection: close\r\n"))
            try await Task.sleep(for: .milliseconds(200))
            holders[0].close()
            let answer = try await blocking { try Reply(late.receiveAll()) }
            #expect(answer.status == 200)
        }
    }

    @Test("a full queue answers 429 with Retry-After")
    func queueFull() async throws {
        var limits = quickLimits
        limits.queuedTexts = 1
        limits.runningTexts = 1
        let gate = Gate()
        let model = FakeModel(beforePass: gate.pass)
        try await withServer(model, limits: limits) { server in
            async let first = server.send("POST", "/v1/completions", self.short)
            #expect(await gate.arrival())
            async let second = server.send("POST", "/v1/completions", self.short)
            #expect(try await server.eventually("texts_waiting") { $0 == 1 })
            let third = try await server.send("POST", "/v1/completions", self.short)
            #expect(third.status == 429)
            #expect(Int(third.field("Retry-After") ?? "").map { $0 >= 1 } == true)
            #expect(try third.json["error"]["type"].string() == "rate_limit_error")
            gate.open(100)
            #expect(try await first.status == 200)
            #expect(try await second.status == 200)
        }
    }

    @Test(
        "garbage and cut-off requests do no harm",
        arguments: [
            "\u{0}\u{1}\u{2}\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
            "POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
            "POST /tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST /tokenize HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "GET /%00%ff/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        ])
    func garbage(text: String) async throws {
        try await withServer { server in
            let reply = try? await blocking { [port = server.port] in
                let client = try RawClient(port: port)
                client.send(text)
                client.shutdownSending()
                return try Reply(client.receiveAll())
            }
            #expect(reply == nil || (400..<500).contains(reply?.status ?? 0))
            let health = try await server.send("GET", "/health")
            #expect(health.status == 200)
        }
    }

    @Test("a connection is used again, and a large body is asked for with 100 Continue")
    func keepAlive() async throws {
        try await withServer { server in
            let client = try RawClient(port: server.port)
            for _ in 0..<3 {
                client.send(server.request("GET", "/health"))
                let answer = try await blocking {
                    client.receiveAll { String(decoding: $0, as: UTF8.self).contains("{\"status\":\"ok\"}") }
                }
                #expect(try Reply(answer).status == 200)
            }
            client.send(
                "POST /tokenize HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 15\r\n\r\n"
            )
            let interim = try await blocking {
                client.receiveAll { String(decoding: $0, as: UTF8.self).contains("\r\n\r\n") }
            }
            #expect(interim.hasPrefix("HTTP/1.1 100 "))
            client.send("{\"content\":\"x\"}")
            let answer = try await blocking {
                client.receiveAll { String(decoding: $0, as: UTF8.self).contains("tokens") }
            }
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("nothing of a prompt or an answer is logged at info level, and no line is forged")
    func log() async throws {
        let log = LogLines()
        try await withServer(log: log, with: try TinyEncoder().served()) { server in
            _ = try await server.send(
                "POST", "/v1/completions", ["prompt": "a-secret-prompt", "max_tokens": 2])
            _ = try await server.send("POST", "/v1/completions", ["prompt": ["a-secret-prompt"], "n": -1])
            _ = try await server.send(
                "POST", "/v1/chat/completions",
                ["messages": [["role": "user", "content": "a-secret-prompt"]], "max_tokens": 2])
            _ = try await server.send("POST", "/v1/embeddings", ["input": "secret"])
            _ = try await server.send("POST", "/v1/embeddings", ["input": "a-secret-longer-than-the-context"])
            _ = try await server.send("POST", "/tokenize", ["content": "secret", "tokenizer": "secret"])
            _ = try await server.send("GET", "/%0aforged%20line")
        }
        for path in ["/v1/completions", "/v1/chat/completions", "/v1/embeddings"] {
            #expect(log.all.contains { $0.contains(path) && $0.contains("200") })
        }
        #expect(!log.all.contains { $0.contains("secret") })
        #expect(!log.all.contains { $0.contains("\n") })
    }

    @Test("a request to stop ends streams within the time allowed")
    func shutdown() async throws {
        let model = FakeModel(contextLength: 60_000, beforePass: { usleep(2000) })
        let start = ContinuousClock.now
        let stream = try await withServer(model) { server in
            let client = try RawClient(port: server.port)
            client.send(server.request("POST", "/v1/completions", self.endless(50_000)))
            _ = try await blocking { client.receive() }
            server.stop.cancel()
            return try await blocking { client.receiveAll() }
        }
        #expect(stream.contains("shutting_down"))
        #expect(stream.contains("[DONE]"))
        #expect(ContinuousClock.now - start < .seconds(8))
    }
}
