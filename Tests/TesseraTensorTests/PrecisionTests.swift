import TesseraCore
import TesseraTensor
import Testing

@Suite("Mixed precision")
struct PrecisionTests {
    @Test(
        "products run in the shorter type inside, and only there", arguments: [ScalarType.bfloat16, .float16])
    func types(type: ScalarType) throws {
        let x = try Tensor.ones([2, 2])
        #expect(try x.matmul(x).type == .float32)
        try withAutocast(type) {
            #expect(try x.matmul(x).type == type)
            #expect(try x.linear(x).type == type)
            #expect(try (x + x).type == .float32)
            let inner = try withAutocast(nil) { try x.matmul(x) }
            #expect(inner.type == type)
        }
        #expect(try x.matmul(x).type == .float32)
    }

    @Test("ends with an error too")
    func errors() throws {
        let x = try Tensor.ones([2, 3])
        #expect(throws: LocatedError.self) { try withAutocast(.bfloat16) { try x.matmul(x) } }
        #expect(try x.linear(x).type == .float32)
    }

    @Test("gives parameters gradients of their own type, near those of 32 bits")
    func gradients() throws {
        let random = try RandomGenerator(seed: 4)
        let layer = try Linear(inputs: 16, outputs: 8, hasBias: true, random: random)
        let x = try random.normal([4, 16])
        func gradient(_ type: ScalarType?) throws -> [Float] {
            let loss = try withAutocast(type) { try layer(x) }
            try (loss * loss).mean().backward()
            defer { try? layer.weight.clearGradient() }
            let gradient = try #require(layer.weight.gradient)
            #expect(gradient.type == .float32)
            return try gradient.floats()
        }
        let (full, short) = (try gradient(nil), try gradient(.bfloat16))
        #expect(full != short)
        let largest = full.map(abs).max() ?? 0
        #expect(zip(full, short).allSatisfy { abs($0 - $1) < 0.02 * largest })
    }
}
