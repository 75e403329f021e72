import TesseraArchitectures
import TesseraCore
import TesseraTensor
import TesseraTestSupport
import TesseraTraining
import Testing

@Suite("Steps of training")
struct TrainerTests {
    @Test("a small network learns a sequence in which each token follows from two")
    func learns() throws {
        var trainer = try Tiny.trainer(Tiny.options(steps: 150), batchSize: 8)
        let first = try trainer.advance()
        #expect(abs(first.loss - 3.47) < 0.3)
        var last = first
        while trainer.step < 150 { last = try trainer.advance() }
        #expect(last.loss < 0.4)
        #expect(last.step == 150 && last.count == 128 && last.tokensPerSecond > 0)
    }

    @Test("in bfloat16 the loss falls too, and the parameters keep 32 bits")
    func bfloat16() throws {
        var options = Tiny.options(steps: 60)
        options.autocast = .bfloat16
        var trainer = try Tiny.trainer(options)
        var losses: [Double] = []
        while trainer.step < 60 { losses.append(try trainer.advance().loss) }
        let (first, last): (Double, Double) = (losses.prefix(10).reduce(0, +), losses.suffix(10).reduce(0, +))
        #expect(last < 0.7 * first)
        #expect(trainer.network.parameters.allSatisfy { $0.tensor.type == .float32 })
        var full = try Tiny.trainer(Tiny.options(steps: 60))
        #expect(try abs(full.advance().loss - losses[0]) < 0.02)
    }

    @Test("batches of one step weigh by the tokens that they count, as one batch of them all would")
    func accumulation() throws {
        // The first half of a batch counts 1 token a window, the second all.
        func source(_ rows: [Range<Int>]) -> GeneratedBatches {
            GeneratedBatches(seed: 0) { (index, _) throws(LocatedError) in
                let rows = rows[index % rows.count]
                return try Batch(
                    windows: rows.map { row in (0..<9).map { TokenID((row * 7 + $0 * 3) % 32) } },
                    counted: rows.map { row in (0..<9).map { row >= 4 || $0 == 8 } })
            }
        }
        func trained(_ rows: [Range<Int>]) throws -> (network: LlamaNetwork, record: StepRecord) {
            var options = Tiny.options(steps: 4)
            options.accumulation = rows.count
            let network = try Tiny.network()
            var trainer = try Trainer(network, NextTokenObjective(), source(rows), options: options)
            var record = try trainer.advance()
            while trainer.step < 4 { record = try trainer.advance() }
            return (network, record)
        }
        let (whole, parts) = (try trained([0..<8]), try trained([0..<4, 4..<8]))
        #expect(whole.record.count == 36 && parts.record.count == 36)
        #expect(abs(whole.record.loss - parts.record.loss) < 1e-4)
        #expect(abs(whole.record.gradientNorm - parts.record.gradientNorm) < 1e-3 * whole.record.gradientNorm)
        // Adam divides small gradients by small ones, so the last bits of gradients show.
        for (a, b) in zip(try numbers(whole.network), try numbers(parts.network)) {
            #expect(zip(a, b).allSatisfy { abs($0 - $1) < 2e-3 })
        }
    }

    /// A process whose partner has the same batches.
    private struct Twin: Replicas {
        var rank: Int { 0 }
        var count: Int { 2 }
        func sum(_ values: [Double]) -> [Double] { values.map { $0 * 2 } }
        func sumGradients(of parameters: [Parameter]) throws(LocatedError) {
            try clipGradients(of: parameters, scaledBy: 2)
        }
    }

    @Test("two processes with the same batches learn what one learns, and take every second batch")
    func replicas() throws {
        let windows = try WindowSource(Tiny.tokens, context: 16, batchSize: 4, seed: 1)
        let asked = GeneratedBatches(seed: 0) { (index, _) throws(LocatedError) in
            guard index.isMultiple(of: 2) else {
                throw LocatedError(
                    field: "batch \(index)", problem: "is the other's", remedy: "ask for its own")
            }
            return try windows.batch(at: index / 2)
        }
        let (one, two) = (try Tiny.network(), try Tiny.network())
        var alone = try Trainer(one, NextTokenObjective(), windows, options: Tiny.options())
        var together = try Trainer(
            two, NextTokenObjective(), asked, options: Tiny.options(), replicas: Twin())
        for _ in 0..<5 {
            let (a, b) = (try alone.advance(), try together.advance())
            #expect(a.loss == b.loss && 2 * a.count == b.count)
        }
        #expect(try numbers(one) == numbers(two))
    }

    @Test("a loss that is no number stops before the parameters change, and names the step")
    func notANumber() throws {
        let network = try Tiny.network()
        var trainer = try Tiny.trainer(network: network)
        _ = try trainer.advance()
        let before = try numbers(network)
        let weight = try #require(network.parameters.last?.tensor)
        let saved = try weight.copy()
        try weight.assign(.full(.nan, [1]))
        expectLocatedError(field: "step 2", problem: "loss is nan") { try trainer.advance() }
        try weight.assign(saved)
        #expect(try numbers(network) == before)
        #expect(trainer.step == 1)
        _ = try trainer.advance()
    }

    @Test("a step without a token that counts is told")
    func nothingCounts() throws {
        let source = GeneratedBatches(seed: 0) { (_, _) throws(LocatedError) in
            try Batch(windows: [[1, 2, 3]], counted: [[false, false, false]])
        }
        var trainer = try Trainer(Tiny.network(), NextTokenObjective(), source, options: Tiny.options())
        expectLocatedError(field: "step 1", problem: "no token") { try trainer.advance() }
    }

    @Test("options out of range are refused by name")
    func options() throws {
        let changes: [(String, (inout TrainingOptions) -> Void)] = [
            ("steps", { $0.steps = 0 }), ("steps", { $0.steps = 1_000_000_000_000_000_000 }),
            ("accumulate", { $0.accumulation = -1 }), ("warmup", { $0.warmupSteps = -1 }),
            ("rate", { $0.rate = .nan }), ("rate", { $0.rate = -1 }), ("clip", { $0.gradientLimit = 0 }),
            ("evaluate-every", { $0.evaluateEvery = 0 }), ("checkpoint-every", { $0.checkpointEvery = 0 }),
            ("keep", { $0.keptCheckpoints = 0 }), ("weight-decay", { $0.optimizer.weightDecay = .infinity }),
            ("beta2", { $0.optimizer.beta2 = 1 }), ("dtype", { $0.autocast = .float16 }),
        ]
        for (name, change) in changes {
            var options = Tiny.options()
            change(&options)
            expectLocatedError(field: name) { try Tiny.trainer(options) }
        }
    }
}
