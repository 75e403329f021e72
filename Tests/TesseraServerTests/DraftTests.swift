import Foundation
import TesseraCore
import TesseraDecoding
import TesseraFiles
import TesseraServer
import Testing

@Suite("Drafts in the server", .timeLimit(.minutes(3)))
struct DraftTests {
    private static func model(pageLimit: Int? = nil) -> FakeModel {
        FakeModel(pageLimit: pageLimit, score: FakeModel.babbling)
    }

    private static func drafting(
        _ method: DraftMethod = .auto, _ size: Drafting.Size = .nodes(7), table: RecyclingTable? = nil
    ) throws -> BatchDrafting {
        let table = try table ?? RecyclingTable(vocabularySize: 257)
        return try #require(try BatchDrafting(method, size: size, table: table))
    }

    /// What the babbling model finds likeliest after every token.
    private static func filledTable() throws -> RecyclingTable {
        var source = TokenRecycling(table: try RecyclingTable(vocabularySize: 257))
        let tokens = (0..<257).map { TokenID($0) }
        let scores = tokens.flatMap { token in (0..<257).map { FakeModel.babbling([token], $0) } }
        scores.withUnsafeBufferPointer {
            source.observe(ReadPass(tokens: tokens, accepted: Array(tokens.indices), logits: $0))
        }
        return source.table
    }

    /// Requests that between them have every option that decides what a text says.
    private static func requests(_ model: FakeModel) throws -> [GenerationRequest] {
        let options: [[(String, JSONValue)]] = [
            [("max_tokens", 40)], [("max_tokens", 40), ("temperature", 0)],
            [("max_tokens", 30), ("temperature", 0.8), ("n", 2), ("logprobs", 3)],
            [("max_tokens", 60), ("temperature", 0.8), ("stop", ["i", "abc"])],
            [("max_tokens", 60), ("temperature", 0), ("stop", "jk")],
            [("temperature", 0.8), ("top_p", 0.9), ("top_k", 5), ("max_tokens", 25)],
            [
                ("temperature", 0), ("presence_penalty", 0.5), ("frequency_penalty", 0.3),
                ("max_tokens", 30),
            ],
            [("temperature", 0.8), ("repetition_penalty", 1.2), ("logit_bias", ["101": 2])],
            [("max_tokens", 1)], [("max_tokens", 2), ("n", 3)],
        ]
        return try options.enumerated().map { index, fields in
            var asked = try request(
                String(repeating: "abcdef ", count: 1 + index), [("seed", .integer(index))] + fields,
                model: model)
            asked.wantsPromptProbabilities = index == 2
            return asked
        }
    }

    private static func run(
        _ requests: [GenerationRequest], _ model: FakeModel, _ drafting: BatchDrafting?,
        limits: ServerLimits = ServerLimits()
    ) async throws -> (outcomes: [Outcome], metrics: ServerMetrics) {
        try await withScheduler(model, limits: limits, drafting: drafting) { queue, metrics in
            let jobs = try requests.map { try queue.submit($0) }
            var outcomes: [Outcome] = []
            for job in jobs { outcomes.append(await job.outcome()) }
            return (outcomes, metrics)
        }
    }

    @Test(
        "texts are those of plain decoding, alone and together",
        arguments: DraftMethod.allCases.filter { $0 != .none },
        [.nodes(1), .nodes(7), .nodes(100), .measured] as [Drafting.Size])
    func identical(_ method: DraftMethod, _ size: Drafting.Size) async throws {
        let model = Self.model()
        let requests = try Self.requests(model)
        let (expected, plain) = try await Self.run(requests, model, nil)
        #expect(expected.allSatisfy { $0.failure == nil })
        #expect(plain.draftedTokens.total == 0 && plain.draftPasses.total == 0)
        let drafted = Self.model()
        let together = try await Self.run(requests, drafted, try Self.drafting(method, size))
        #expect(together.outcomes == expected)
        #expect(together.metrics.acceptedTokens.total <= together.metrics.draftedTokens.total)
        #expect(await drafted.givesPagesBack())
        for (request, expected) in zip(requests, expected) {
            let alone = try await Self.run([request], Self.model(), try Self.drafting(method, size))
            #expect(alone.outcomes == [expected])
        }
    }

    @Test("a prompt that repeats itself takes fewer passes, and the counters tell")
    func fewerPasses() async throws {
        let model = FakeModel(score: { tokens, id in
            // Says what followed the last token where it stood first, as a text that quotes does.
            guard let last = tokens.last, let first = tokens.firstIndex(of: last) else { return 0 }
            return first + 1 < tokens.count && Int(tokens[first + 1]) == id ? 9 : 0
        })
        let prompt = "the quick brown fox jumps over a lazy dog; the quick"
        let asked = try request(prompt, [("temperature", 0), ("max_tokens", 60)], model: model)
        let (expected, _) = try await Self.run([asked], model, nil)
        let plainPasses = model.passes.count
        let (outcomes, metrics) = try await Self.run([asked], model, try Self.drafting(.lookup))
        #expect(outcomes == expected)
        let passes = model.passes.count - plainPasses
        #expect(plainPasses == 60)
        #expect(passes < 30)
        #expect(metrics.acceptedTokens.total == 60 - passes)
        #expect(metrics.draftPasses.total > 0 && metrics.draftPasses.total < passes)
        #expect(metrics.generatedTokens.total == 60)
        #expect(
            metrics.passTokens.total == prompt.utf8.count + (passes - 1) + metrics.draftedTokens.total)
    }

    @Test("an end of text among drafts ends the text there")
    func ends() async throws {
        let model = FakeModel(
            contextLength: 1024,
            score: { tokens, id in
                guard let last = tokens.last else { return 0 }
                return (Int(last) + 1) % 257 == id ? 9 : 0
            })
        for ignores in [true, false] {
            var asked = try request(
                "x", [("temperature", 0), ("max_tokens", 300), ("ignore_eos", .bool(ignores))], model: model)
            asked.prompts = [Array(240...256) + Array(0...256) + Array(0..<20)]
            let (expected, _) = try await Self.run([asked], model, nil)
            #expect(expected[0].reasons[0] == (ignores ? .maximumTokens : .endOfText))
            let (outcomes, metrics) = try await Self.run(
                [asked], model, try Self.drafting(.lookup, .nodes(16)))
            #expect(outcomes == expected)
            #expect(metrics.acceptedTokens.total > 150)
        }
    }

    @Test("texts give their pages up, are read again and say the same", arguments: [20, 24, 40])
    func shortMemory(pages: Int) async throws {
        let requests = try (0..<6).map { index in
            try request(
                "number \(index)", [("seed", .integer(index)), ("max_tokens", 40), ("temperature", 0.8)],
                model: Self.model())
        }
        let (expected, _) = try await Self.run(requests, Self.model(), nil)
        let short = Self.model(pageLimit: pages)
        let (outcomes, metrics) = try await Self.run(requests, short, try Self.drafting())
        #expect(outcomes == expected)
        #expect(metrics.preempted.total > 0)
        #expect(metrics.acceptedTokens.total > 0)
        #expect(await short.givesPagesBack())
    }

    @Test("where there is memory for a text alone, its drafts give way and nothing else does")
    func noMemoryForDrafts() async throws {
        let goesRound: @Sendable (ArraySlice<TokenID>, Int) -> Float = { tokens, id in
            (tokens.last == 99 ? 97 : Int(tokens.last ?? 0) + 1) == id ? 9 : 0
        }
        let free = FakeModel(score: goesRound)
        let asked = try request("abcab", [("max_tokens", 40), ("temperature", 0)], model: free)
        let (expected, _) = try await Self.run([asked], free, nil)
        // Of the text 44 tokens are read in the end; with drafts there would be 45.
        let short = FakeModel(pageLimit: 11, score: goesRound)
        let (outcomes, metrics) = try await Self.run(
            [asked], short, try Self.drafting(.recycling, .nodes(40)))
        #expect(outcomes == expected)
        #expect(short.refusals > 0)
        #expect(metrics.preempted.total == 0)
    }

    @Test("a pass reads no more than so many drafts and last tokens, however many texts there are")
    func bounded() async throws {
        var limits = ServerLimits()
        limits.runningTexts = 100
        limits.promptTokensAlone = limits.promptTokensBeside
        let model = Self.model()
        let requests = try (0..<80).map { index in
            try request("abcabcabc \(index)", [("seed", .integer(index)), ("max_tokens", 12)], model: model)
        }
        let (expected, _) = try await Self.run(requests, model, nil, limits: limits)
        let drafted = Self.model()
        let (outcomes, metrics) = try await Self.run(
            requests, drafted, try Self.drafting(.auto, .nodes(16)), limits: limits)
        #expect(outcomes == expected)
        let widest = drafted.passes.map { pass in pass.reduce(0, +) }.max() ?? 0
        #expect(metrics.draftedTokens.total > 0)
        #expect(widest <= max(BatchDrafting.mostRows, 80) + limits.promptTokensBeside)
    }

    @Test("a schema is kept to in the same words, and /metrics has the counters")
    func schema() async throws {
        let body: JSONValue = [
            "prompt": "{\"city\": \"aaaa\", \"sizes\": [11, 11, 11]}\n", "max_tokens": 90, "seed": 4,
            "temperature": 0.8, "n": 2, "logprobs": 2,
            "json_schema": [
                "type": "object", "required": ["city", "sizes"], "additionalProperties": false,
                "properties": [
                    "city": ["type": "string", "maxLength": 9],
                    "sizes": ["type": "array", "items": ["type": "integer"], "maxItems": 9],
                ],
            ],
        ]
        let answer: @Sendable (LiveServer) async throws -> JSONValue? = { server in
            let reply = try await server.send("POST", "/v1/completions", body)
            #expect(reply.status == 200, "\(reply.body)")
            return try reply.json["choices"].value
        }
        let model = FakeModel(contextLength: 1024, score: FakeModel.babbling)
        let expected = try await withServer(model) { server in
            #expect(try await server.metric("drafted_tokens_total") == 0)
            return try await answer(server)
        }
        let drafting = try Self.drafting(.auto, .nodes(6))
        try await withServer(model, drafting: drafting) { server in
            for _ in 0..<2 { #expect(try await answer(server) == expected) }
            let drafted = try await server.metric("drafted_tokens_total")
            let accepted = try await server.metric("accepted_tokens_total")
            #expect(accepted > 0 && accepted <= drafted)
            #expect(try await server.metric("draft_passes_total") > 0)
        }
    }

    @Test("a table that is known from the start saves passes, and leaves the texts alone")
    func knownTable() async throws {
        let model = Self.model()
        let requests = try Self.requests(model)
        let tables = [nil, try Self.filledTable()]
        var outcomes: [[Outcome]] = []
        var accepted: [Int] = []
        for table in tables {
            let run = try await Self.run(requests, model, try Self.drafting(.recycling, table: table))
            outcomes.append(run.outcomes)
            accepted.append(run.metrics.acceptedTokens.total)
        }
        #expect(outcomes[0] == outcomes[1])
        #expect(accepted[1] > accepted[0])
    }

    @Test("sizes out of range are refused by the name of the option")
    func sizes() throws {
        for count in [0, -1, 256, .max] {
            let error = #expect(throws: LocatedError.self) {
                try Self.drafting(.lookup, .nodes(count))
            }
            #expect(error?.field == "--draft-nodes")
        }
        #expect(try BatchDrafting(.none, table: RecyclingTable(vocabularySize: 257)) == nil)
    }
}
