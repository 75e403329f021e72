import TesseraCore
import TesseraTensor
import Testing

@Suite("Gradients")
struct GradientTests {
    struct Function: Sendable, CustomTestStringConvertible {
        let name: String
        var range = -1.0..<1.0
        let body: @Sendable (Tensor) throws -> Tensor
        var testDescription: String { name }
    }

    private static let functions: [Function] = [
        Function(name: "+ − * / with broadcasting") { x in
            try (x + x[axis: 0, 0..<1]) * (2 - x) / (x * x + 1) - -x
        },
        Function(name: "exp, tanh, sigmoid, sin, cos") { x in
            try x.exp() + x.tanh() + x.sigmoid() * x.sin() + x.cos()
        },
        Function(name: "log, sqrt, rsqrt, power", range: 0.5..<2) { x in
            try x.log() + x.sqrt() + x.rsqrt() + x.power(x)
        },
        Function(name: "silu, gelu") { x in try x.silu() + x.gelu() + x.gelu(approximate: true) },
        Function(name: "softmax, log softmax, log sum exp") { x in
            try x.softmax(-1) * x.logSoftmax(-1) + x.logSumExp(0, keepsAxes: true)
        },
        Function(name: "sum, mean, variance, norm, max, min") { x in
            try x.sum(0) + x.mean(0) + x.variance(0) + x.norm(0) + x.max(0) - x.min(0) + x.variance()
        },
        Function(name: "matmul, transposed, reshaped, permuted") { x in
            try x.matmul(x.transposed(0, 1)).reshaped(-1, 1, 3).permuted(2, 0, 1)
        },
        Function(name: "concatenated, stacked, slices, flipped, repeated") { x in
            try Tensor.concatenated([x[axis: 1, 1...], x.flipped(0)], axis: 1).repeated(2, axis: 0)
                + Tensor.stacked([x[axis: 0, -1], x[axis: 0, 0]])[axis: 0, 0..<1].repeated(7, axis: 1)[
                    axis: 1, 0..<7]
        },
        Function(name: "gathered, selected, added, cumulative sum") { x in
            let places = try Tensor([2, 0, 1], shape: [3, 1])
            let rows = try Tensor([1, 1])
            return try x.gathered(places, axis: 1) * x.selected(rows, axis: 0).sum()
                + x.added(x.selected(rows, axis: 0), at: Tensor([0, 2]), axis: 0).cumulativeSum(1)
        },
        Function(name: "chosen, filled, clamped, maximum, minimum") { x in
            let positive = try x .> 0
            return try x.chosen(where: positive, otherwise: x * 3).filled(where: x .> 0.9, with: 5)
                + x.clamped(to: -0.5...0.5) + x.maximum(-x) * x.minimum(x * x)
        },
        Function(name: "cross entropy, squared error, binary cross entropy") { x in
            try crossEntropy(x, Tensor([3, ignoredTarget, 0]), smoothing: 0.1)
                + crossEntropyRows(x, Tensor([1, 1, 2])).sum() + meanSquaredError(x, x * x)
                + binaryCrossEntropy(x, Tensor.full(0.3, [3, 4], type: .float64))
        },
    ]

    @Test("agree with differences of the function", arguments: functions)
    func agrees(function: Function) throws {
        try expectGradientMatches([3, 4], in: function.range, function.body)
    }

    @Test("of attention agree with differences, whatever is masked", arguments: [1, 2])
    func attention(keyHeads: Int) throws {
        let mask = try (Tensor.ones([3, 3]).lowerTriangle()) .> 0
        try expectGradientMatches([1, 2, 3, 4]) { x in
            let k = try x[axis: 1, 0..<keyHeads] * 2
            let causal = try TesseraTensor.attention(x, k, k + 1, mask: .causal)
            let masked = try TesseraTensor.attention(x, k, k + 1, mask: .tensor(mask), scale: 0.3)
            return try causal * masked + TesseraTensor.attention(x, k, k)
        }
    }

    @Test("flow to what requires them, add up, and are cleared")
    func accumulation() throws {
        let x = try Tensor([1, 2] as [Float])
        let constant = try Tensor([3, 4] as [Float])
        #expect(x.gradient == nil && !x.requiresGradient)
        try x.setRequiresGradient(true)
        for count in 1...2 {
            try (x * constant).sum().backward()
            #expect(try x.gradient?.floats() == [3 * Float(count), 4 * Float(count)])
        }
        #expect(constant.gradient == nil)
        try x.clearGradient()
        #expect(x.gradient == nil)
        #expect(try !(x.detached() * 2).requiresGradient)
    }

    @Test("are not recorded when not wanted, and are again after an error")
    func unrecorded() throws {
        let x = try Tensor([1, 2] as [Float])
        try x.setRequiresGradient(true)
        #expect(try !withoutGradients { try x * 2 }.requiresGradient)
        #expect(throws: LocatedError.self) { try withoutGradients { try x.matmul(x.unsqueezed(0)) } }
        #expect(try (x * 2).requiresGradient)
    }

    @Test("cannot be asked of whole numbers, of several numbers or of nothing recorded")
    func refused() throws {
        #expect(throws: LocatedError.self) { try Tensor([1, 2, 3]).setRequiresGradient(true) }
        #expect(throws: LocatedError.self) { try Tensor([1] as [Float]).backward() }
        let x = try Tensor([1, 2] as [Float])
        try x.setRequiresGradient(true)
        #expect(throws: LocatedError.self) { try (x * 2).backward() }
        let y = try (x * x).sum()
        try y.backward()
        #expect(throws: LocatedError.self) { try y.backward() }
    }
}
