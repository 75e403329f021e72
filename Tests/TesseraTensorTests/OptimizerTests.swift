import TesseraTensor
import Testing

@Suite("Optimisers")
struct OptimizerTests {
    private func parameter(_ name: String, _ values: [Float], _ shape: [Int]) throws -> Parameter {
        let tensor = try Tensor(values, shape: shape)
        try tensor.setRequiresGradient(true)
        return Parameter(name, tensor)
    }

    @Test("AdamW takes the steps of the paper's algorithm 2, and leaves vectors undecayed")
    func adamW() throws {
        let matrix = try parameter("matrix", [1, -2, 0.5, 3], [2, 2])
        let vector = try parameter("vector", [1, -1], [2])
        let options = AdamW.Options(beta1: 0.8, beta2: 0.9, epsilon: 1e-6, weightDecay: 0.1)
        var optimizer = try AdamW([matrix, vector], options: options)
        var expected = [1, -2, 0.5, 3, 1, -1] as [Double]
        var (first, second) = ([Double](repeating: 0, count: 6), [Double](repeating: 0, count: 6))
        for step in 1...5 {
            let rate = 0.1 / Double(step)
            // The gradient of Σ p³ / 3 is p².
            try optimizer.clearGradients()
            let (p, q) = (matrix.tensor, vector.tensor)
            try ((p * p * p).sum() / 3 + (q * q * q).sum() / 3).backward()
            try optimizer.step(rate: rate)
            for index in expected.indices {
                let gradient = expected[index] * expected[index]
                if index < 4 { expected[index] *= 1 - rate * options.weightDecay }
                first[index] = 0.8 * first[index] + 0.2 * gradient
                second[index] = 0.9 * second[index] + 0.1 * gradient * gradient
                let mean = first[index] / (1 - power(0.8, step))
                let square = second[index] / (1 - power(0.9, step))
                expected[index] -= rate * mean / (square.squareRoot() + 1e-6)
            }
            let found = try (p.floats() + q.floats()).map { Double($0) }
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "step \(step)")
        }
        #expect(optimizer.stepCount == 5)
    }

    private func power(_ base: Double, _ count: Int) -> Double {
        (0..<count).reduce(1) { product, _ in product * base }
    }

    @Test("AdamW goes on from its saved state as if it had not stopped, bit for bit")
    func resumes() throws {
        func run(_ steps: Range<Int>, _ optimizer: inout AdamW, _ x: Tensor) throws {
            for step in steps {
                try optimizer.clearGradients()
                try ((x * x).sum() * Double(step + 1)).backward()
                try optimizer.step(rate: 0.01)
            }
        }
        let values: [Float] = [1, 2, -3, 4]
        let whole = try parameter("x", values, [2, 2])
        var optimizer = try AdamW([whole])
        try run(0..<6, &optimizer, whole.tensor)

        let part = try parameter("x", values, [2, 2])
        var before = try AdamW([part])
        try run(0..<3, &before, part.tensor)
        let rest = try parameter("x", part.tensor.floats(), [2, 2])
        var after = try AdamW([rest])
        for (new, old) in zip(after.state, before.state) {
            #expect(new.name == old.name)
            try new.tensor.assign(old.tensor)
        }
        after.resume(after: before.stepCount)
        try run(3..<6, &after, rest.tensor)
        #expect(try rest.tensor.floats() == whole.tensor.floats())
    }

    @Test("parameters without a gradient stay as they are")
    func withoutGradient() throws {
        let (used, unused) = (try parameter("a", [1, 2], [1, 2]), try parameter("b", [3, 4], [1, 2]))
        var optimizer = try AdamW([used, unused])
        try used.tensor.sum().backward()
        try optimizer.step(rate: 0.1)
        #expect(try used.tensor.floats() != [1, 2])
        #expect(try unused.tensor.floats() == [3, 4])
        var nothing = try AdamW([])
        try nothing.step(rate: 1)
        #expect(try clipGradients(of: [], to: 1) == 0)
    }

    @Test("clipping keeps the direction and the limit", arguments: [0.5, 5, 50])
    func clipping(limit: Double) throws {
        let (a, b) = (try parameter("a", [3, 0], [2]), try parameter("b", [4], [1]))
        for parameter in [a, b] { try (parameter.tensor * parameter.tensor / 2).sum().backward() }
        let norm = try clipGradients(of: [a, b], to: limit)
        #expect(abs(norm - 5) < 1e-5)
        let factor = Float(min(1, limit / 5))
        let found = try [a, b].flatMap { try $0.tensor.gradient?.floats() ?? [] }
        #expect(zip(found, [3 * factor, 0, 4 * factor]).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test("scaling comes before the limit", arguments: [0.5, 3], [0.5, 5, 50])
    func scaling(scale: Double, limit: Double) throws {
        let (a, b) = (try parameter("a", [3, 0], [2]), try parameter("b", [4], [1]))
        for parameter in [a, b] { try (parameter.tensor * parameter.tensor / 2).sum().backward() }
        let norm = try clipGradients(of: [a, b], scaledBy: scale, to: limit)
        #expect(abs(norm - 5 * scale) < 1e-5)
        let factor = Float(min(scale, limit / 5))
        let found = try [a, b].flatMap { try $0.tensor.gradient?.floats() ?? [] }
        #expect(zip(found, [3 * factor, 0, 4 * factor]).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test("a norm that is not finite is told and scales nothing")
    func notFinite() throws {
        let a = try parameter("a", [1, 2], [2])
        try (a.tensor * .nan).sum().backward()
        #expect(try clipGradients(of: [a], to: 1).isNaN)
    }
}
