import Synchronization
import TesseraFiles
import TesseraServer
import Testing

@Suite("Who may ask", .timeLimit(.minutes(2)))
struct AccessTests {
    @Test(
        "only this machine's names, and pages of its own",
        arguments: [
            ("localhost", nil, nil, nil), ("127.0.0.1:8080", nil, nil, nil), ("[::1]:8080", nil, nil, nil),
            ("LOCALHOST:80", nil, nil, nil), ("localhost:1", "http://localhost:1", "same-origin", nil),
            ("evil.example", nil, nil, 403), ("localhost.evil.example:8080", nil, nil, 403),
            ("127.0.0.1.evil.example", nil, nil, 403), ("", nil, nil, 400), (nil, nil, nil, 400),
            ("localhost:1", "http://localhost:2", nil, 403),
            ("localhost:1", "https://evil.example", nil, 403),
            ("localhost:1", "null", nil, 403), ("localhost:1", nil, "cross-site", 403),
            ("localhost:1", nil, "none", nil),
        ] as [(String?, String?, String?, Int?)])
    func rules(authority: String?, origin: String?, site: String?, status: Int?) {
        let refusal = AccessRules().refusal(authority: authority, origin: origin, fetchSite: site)
        #expect(refusal?.status == status)
    }

    @Test("hosts and origins can be allowed")
    func allowed() {
        let rules = AccessRules(hosts: ["Models.example"], origins: ["https://App.example"])
        #expect(rules.refusal(authority: "models.example:80", origin: nil, fetchSite: nil) == nil)
        #expect(
            rules.refusal(
                authority: "models.example", origin: "https://app.example", fetchSite: "cross-site") == nil)
        #expect(rules.refusal(authority: "other.example", origin: nil, fetchSite: nil)?.status == 403)
    }

    @Test(
        "only the whole key opens",
        arguments: [
            ("Bearer secret", true), ("bearer secret", true), ("Bearer secre", false),
            ("Bearer secrets", false),
            ("Bearer ", false), ("secret", false), ("Basic secret", false), (nil, false),
            ("Bearer secretsecret", false), ("Bearer Secret", false),
        ] as [(String?, Bool)])
    func key(given: String?, opens: Bool) {
        #expect(AccessRules(key: "secret").accepts(authorization: given) == opens)
    }

    @Test(
        "comparing with the key reads as many bytes wherever the difference is",
        arguments: ["secret", "Xecret", "secreX", "XXXXXX", "ssssss"])
    func constantTime(given: String) {
        let key = CountedBytes("secret")
        #expect(AccessRules.areEqual(Array(given.utf8), key) == (given == "secret"))
        #expect(key.reads.withLock { $0 } == 6)
        let other = CountedBytes(given)
        #expect(AccessRules.areEqual(other, Array("secret".utf8)) == (given == "secret"))
        #expect(other.reads.withLock { $0 } == 6)
    }

    @Test("keys of other lengths differ, the empty one too", arguments: ["", "s", "secre", "secretsecret"])
    func lengths(given: String) {
        #expect(!AccessRules.areEqual(Array(given.utf8), Array("secret".utf8)))
        #expect(!AccessRules.areEqual(Array("secret".utf8), Array(given.utf8)))
    }

    @Test("the server asks for its key, but for health and the page")
    func keyOverTheWire() async throws {
        try await withServer(rules: AccessRules(key: "secret")) { server in
            let ask: JSONValue = ["prompt": "x", "max_tokens": 1]
            let without = try await server.send("POST", "/v1/completions", ask)
            #expect(without.status == 401)
            #expect(without.field("WWW-Authenticate") == "Bearer")
            #expect(try without.json["error"]["type"].string() == "authentication_error")
            #expect(try await server.send("GET", "/metrics").status == 401)
            let with = try await server.send(
                "POST", "/v1/completions", ask, fields: "Authorization: Bearer secret\r\n")
            #expect(with.status == 200)
            #expect(try await server.send("GET", "/health").status == 200)
            #expect(try await server.send("GET", "/").status == 200)
        }
    }

    @Test("foreign pages and hosts are turned away over the wire, allowed ones are not")
    func overTheWire() async throws {
        try await withServer(rules: AccessRules(origins: ["https://app.example"])) { server in
            let ask: JSONValue = ["prompt": "x", "max_tokens": 1]
            #expect(try await server.send("POST", "/v1/completions", ask, host: "evil.example").status == 403)
            let foreign = try await server.send(
                "POST", "/v1/completions", ask, fields: "Origin: https://evil.example\r\n")
            #expect(foreign.status == 403)
            #expect(foreign.field("Access-Control-Allow-Origin") == nil)
            let allowed = try await server.send(
                "POST", "/v1/completions", ask, fields: "Origin: https://app.example\r\n")
            #expect(allowed.status == 200)
            #expect(allowed.field("Access-Control-Allow-Origin") == "https://app.example")
            let preflight = try await server.send(
                "OPTIONS", "/v1/completions", fields: "Origin: https://app.example\r\n")
            #expect(preflight.status == 204)
            #expect(preflight.field("Access-Control-Allow-Methods")?.contains("POST") == true)
            #expect(try await server.eventually("generated_tokens_total") { $0 == 1 })
        }
    }
}

/// Bytes that count how often one of them is read.
private final class CountedBytes: RandomAccessCollection, Sendable {
    let reads = Mutex(0)
    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    var startIndex: Int { 0 }
    var endIndex: Int { bytes.count }

    subscript(index: Int) -> UInt8 {
        reads.withLock { $0 += 1 }
        return bytes[index]
    }
}
