import Foundation
import TesseraCore
import TesseraDecoding
import TesseraFiles
import TesseraServer
import TesseraTokenizers
import Testing

@Suite("The scheduler", .timeLimit(.minutes(2)))
struct SchedulerTests {
    @Test("a request says what the generation loop says for the same seed")
    func sameAsGenerate() async throws {
        let model = FakeModel()
        let request = try request("tell me", [("max_tokens", 20), ("top_p", 0.9)], model: model)
        var text = try ReadText(model: model)
        let expected = try generate(
            from: request.prompts[0], in: &text, tokenizer: byteTokenizer.tokenizer, options: request.options)
        let outcome = try await withScheduler(model) { queue, _ in try await queue.submit(request).outcome() }
        #expect(outcome.tokens[0] == expected.tokens)
        #expect(outcome.texts[0] == expected.text)
        #expect(outcome.reasons[0] == .maximumTokens)
    }

    @Test("a request with a seed says the same alone and among others")
    func independentOfBatch() async throws {
        let model = FakeModel()
        let requests = try (0..<12).map { index in
            try request(
                String(repeating: "prompt \(index) ", count: 1 + index * 3),
                [("seed", .integer(index)), ("max_tokens", .integer(5 + index)), ("logprobs", 3)],
                model: model)
        }
        var alone: [Outcome] = []
        for request in requests {
            alone.append(
                try await withScheduler(model) { queue, _ in try await queue.submit(request).outcome() })
        }
        let together = try await withScheduler(model) { queue, _ in
            let jobs = try requests.map { try queue.submit($0) }
            var outcomes: [Outcome] = []
            for job in jobs { outcomes.append(await job.outcome()) }
            return outcomes
        }
        #expect(together == alone)
        #expect(Set(together.compactMap { $0.texts[0] }).count == 12)
    }

    @Test("running texts get a token in every pass while a long prompt is read in slices")
    func longPromptDoesNotStarve() async throws {
        let gate = Gate()
        let model = FakeModel(contextLength: 2048, beforePass: gate.pass)
        try await withScheduler(model) { queue, _ in
            let short = try queue.submit(try request("a", [("max_tokens", 12)], model: model))
            #expect(await gate.arrival())
            let long = try queue.submit(
                try request(String(repeating: "x", count: 400), [("max_tokens", 1)], model: model))
            gate.open(100)
            _ = await short.outcome()
            _ = await long.outcome()
        }
        // The prompt's slices stand beside the short text's single tokens, one pass each.
        let mixed = model.passes.filter { $0.count == 2 }
        #expect(mixed.count >= 6)
        #expect(mixed.allSatisfy { $0.contains(1) && ($0.max() ?? 0) <= ServerLimits().promptTokensBeside })
    }

    @Test("clients take turns: one with many requests delays another by one")
    func fairness() async throws {
        var limits = ServerLimits()
        limits.runningTexts = 1
        let gate = Gate()
        let model = FakeModel(beforePass: gate.pass)
        try await withScheduler(model, limits: limits) { queue, _ in
            let first = try queue.submit(try request("0", [("max_tokens", 1)], model: model))
            #expect(await gate.arrival())
            var greedy = try request("aa", [("max_tokens", 1)], model: model)
            greedy.client = "greedy"
            var modest = try request("bbb", [("max_tokens", 1)], model: model)
            modest.client = "modest"
            let many = try (0..<5).map { _ in try queue.submit(greedy) }
            let one = try queue.submit(modest)
            gate.open(100)
            for job in [first, one] + many { _ = await job.outcome() }
        }
        // The first, one of the greedy, the modest one, the rest: their prompts tell them apart.
        #expect(model.passes == [[1], [2], [3], [2], [2], [2], [2]])
    }

    @Test("choices of one prompt differ, share its reading and repeat with the seed")
    func choices() async throws {
        let model = FakeModel()
        let prompt = String(repeating: "p", count: 50)
        let asked = try request(prompt, [("n", 4), ("max_tokens", 6)], model: model)
        let first = try await withScheduler(model) { queue, _ in try await queue.submit(asked).outcome() }
        #expect(model.passes.filter { $0.contains { $0 > 1 } } == [[50]])
        let again = try await withScheduler(FakeModel()) { queue, _ in
            try await queue.submit(asked).outcome()
        }
        #expect(first == again)
        #expect(Set(first.tokens.values).count == 4)
        let single = try request(prompt, [("max_tokens", 6)], model: model)
        let alone = try await withScheduler(FakeModel()) { queue, _ in
            try await queue.submit(single).outcome()
        }
        #expect(alone.tokens[0] == first.tokens[0])
    }

    @Test("a cancelled request costs at most the pass that was under way")
    func cancellation() async throws {
        let gate = Gate()
        let model = FakeModel(beforePass: gate.pass)
        try await withScheduler(model) { queue, metrics in
            let job = try queue.submit(
                try request("x", [("max_tokens", 100), ("stream", true)], model: model))
            for _ in 0..<5 {
                #expect(await gate.arrival())
                gate.open()
            }
            #expect(await gate.arrival())
            job.cancel()
            gate.open(1000)
            // The scheduler has seen the end of it once another request is answered.
            _ = try await queue.submit(try request("y", [("max_tokens", 1)], model: model)).outcome()
            #expect(model.passes.count == 7)
            #expect(metrics.cancelled.total == 1)
            #expect(await model.givesPagesBack())
        }
    }

    @Test("a full queue refuses with a time to wait, and takes requests again later")
    func fullQueue() async throws {
        var limits = ServerLimits()
        limits.runningTexts = 1
        limits.queuedTexts = 3
        let gate = Gate()
        let model = FakeModel(beforePass: gate.pass)
        try await withScheduler(model, limits: limits) { queue, metrics in
            let asked = try request("q", [("max_tokens", 1)], model: model)
            let first = try queue.submit(asked)
            #expect(await gate.arrival())
            let waiting = try (0..<3).map { _ in try queue.submit(asked) }
            let error = #expect(throws: APIError.self) { try queue.submit(asked) }
            #expect(error?.status == 429)
            #expect((error?.retryAfterSeconds ?? 0) >= 1)
            #expect(metrics.refused.total == 1)
            gate.open(100)
            for job in [first] + waiting { _ = await job.outcome() }
            #expect(await (try queue.submit(asked)).outcome().failure == nil)
        }
    }

    @Test("texts wait for cache pages, give them up and say the same", arguments: [20, 24, 40])
    func shortMemory(pages: Int) async throws {
        let free = FakeModel()
        let short = FakeModel(pageLimit: pages)
        let requests = try (0..<6).map { index in
            try request(
                "number \(index)", [("seed", .integer(index)), ("max_tokens", 40)], model: free)
        }
        func run(_ model: FakeModel) async throws -> ([Outcome], Int) {
            try await withScheduler(model) { queue, metrics in
                let jobs = try requests.map { try queue.submit($0) }
                var outcomes: [Outcome] = []
                for job in jobs { outcomes.append(await job.outcome()) }
                return (outcomes, metrics.preempted.total)
            }
        }
        let (expected, _) = try await run(free)
        let (outcomes, preempted) = try await run(short)
        #expect(outcomes == expected)
        #expect(preempted > 0)
        #expect(short.heldPages == 0)
    }

    @Test("a text that nobody reads stands still, and goes on when it is read")
    func slowReader() async throws {
        let model = FakeModel()
        try await withScheduler(model) { queue, metrics in
            let job = try queue.submit(
                try request("x", [("max_tokens", 300), ("stream", true)], model: model))
            // Others are answered; meanwhile the unread text must have stopped at the bound.
            for _ in 0..<20 {
                _ = try await queue.submit(try request("y", [("max_tokens", 10)], model: model)).outcome()
            }
            #expect(metrics.generatedTokens.total <= 200 + EventQueue.capacity)
            let outcome = await job.outcome()
            #expect(outcome.tokens[0]?.count == 300)
        }
    }

    @Test("probabilities of prompt and text are those of the model")
    func probabilities() async throws {
        let model = FakeModel()
        var asked = try request(
            "hello world, this is a prompt", [("logprobs", 2), ("max_tokens", 3), ("logit_bias", ["65": 3])],
            model: model)
        asked.wantsPromptProbabilities = true
        let outcome = try await withScheduler(model) { queue, _ in try await queue.submit(asked).outcome() }
        let all = asked.prompts[0] + (outcome.tokens[0] ?? [])
        let told = (outcome.promptProbabilities[0] ?? []) + (outcome.probabilities[0] ?? [])
        #expect(told.map(\.id) == all)
        #expect(told[0].logProbability == nil)
        for (index, token) in told.enumerated().dropFirst() {
            let row = (0..<model.vocabularySize).map { Double(FakeModel.hashed(all[..<index], $0)) }
            let sum = row.reduce(0) { $0 + exp($1) }
            let expected = row.map { $0 - log(sum) }
            #expect(abs((token.logProbability ?? 0) - expected[Int(token.id)]) < 1e-4)
            let best = expected.sorted(by: >).prefix(2)
            for (alternative, value) in zip(token.alternatives, best) {
                #expect(abs(alternative.logProbability - value) < 1e-4)
            }
            #expect(token.alternatives.count == 2)
        }
    }

    @Test("bias, penalties and stop texts change what is said")
    func changes() async throws {
        let model = FakeModel(score: { _, id in id == 65 ? 5 : id == 66 ? 4 : 0 })
        func say(_ fields: [(String, JSONValue)]) async throws -> (String, StopReason?) {
            let asked = try request(
                "x", [("temperature", 0), ("max_tokens", 4)] + fields, model: model)
            let outcome = try await withScheduler(model) { queue, _ in
                try await queue.submit(asked).outcome()
            }
            return (outcome.texts[0] ?? "", outcome.reasons[0])
        }
        // Ids are bytes.
        #expect(try await say([]) == ("AAAA", .maximumTokens))
        #expect(try await say([("logit_bias", ["66": 2])]) == ("BBBB", .maximumTokens))
        #expect(try await say([("logit_bias", ["65": -100])]) == ("BBBB", .maximumTokens))
        #expect(try await say([("presence_penalty", 1.5)]) == ("ABAA", .maximumTokens))
        #expect(try await say([("frequency_penalty", 1.5)]).0.hasPrefix("ABA"))
        #expect(try await say([("stop", "AAA")]) == ("", .stopString))
        #expect(try await say([("stop", ["ZZ", "AB"])]) == ("AAAA", .maximumTokens))
    }

    @Test("a request to stop lets running texts end, then drops them")
    func closing() async throws {
        let gate = Gate()
        let model = FakeModel(beforePass: gate.pass)
        try await withScheduler(model) { queue, _ in
            let job = try queue.submit(try request("x", [("max_tokens", 3)], model: model))
            let endless = try queue.submit(try request("x", [("max_tokens", 400)], model: model))
            #expect(await gate.arrival())
            queue.close()
            #expect(throws: APIError.self) { try queue.submit(try request(model: model)) }
            gate.open(20)
            #expect(await job.outcome().failure == nil)
            queue.stop()
            gate.open(1000)
            #expect(await endless.outcome().failure?.status == 503)
        }
    }
}
