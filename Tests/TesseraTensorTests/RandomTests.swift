import TesseraTensor
import Testing

@Suite("Random tensors", .serialized)
struct RandomTests {
    private func draw(_ seed: UInt64) throws -> [[Float]] {
        let random = try RandomGenerator(seed: seed)
        let weights = try Tensor([1, 2, 3, 4] as [Float], shape: [1, 4])
        return try [
            random.normal([1000]), random.uniform([1000], in: 2..<3), random.integers([1000], in: 5..<9),
            random.permutation(100), random.places(in: weights, count: 3),
        ].map { try $0.floats() }
    }

    @Test("are equal for equal seeds and differ for others", arguments: [0, 1, UInt64.max])
    func seeds(seed: UInt64) throws {
        #expect(try draw(seed) == draw(seed))
        #expect(try draw(seed) != draw(seed ^ 7))
    }

    @Test("keep to their distributions")
    func distributions() throws {
        let drawn = try draw(3)
        let mean = drawn[0].reduce(0, +) / 1000
        #expect(abs(mean) < 0.15)  // 4.7 deviations of the mean
        #expect(drawn[1].allSatisfy { (2..<3).contains($0) })
        #expect(Set(drawn[2]) == [5, 6, 7, 8])
        #expect(drawn[3].sorted() == (0..<100).map { Float($0) })
        #expect(Set(drawn[4]).count == 3)
    }

    @Test("of two generators do not disturb each other")
    func independence() throws {
        let alone = try RandomGenerator(seed: 5)
        let expected = try [alone.normal([3]), alone.normal([3])].map { try $0.floats() }
        let (first, second) = (try RandomGenerator(seed: 5), try RandomGenerator(seed: 6))
        let half = try first.normal([3]).floats()
        _ = try second.normal([99])
        #expect(try [half, first.normal([3]).floats()] == expected)
    }

    @Test("make dropout repeatable")
    func dropout() throws {
        let x = try Tensor.ones([4000])
        func dropped(_ seed: UInt64) throws -> [Float] {
            try seedDropout(seed)
            return try x.dropout(0.25).floats()
        }
        let first = try dropped(11)
        #expect(try dropped(11) == first)
        #expect(try dropped(12) != first)
        #expect(Set(first) == [0, 1 / 0.75])
        #expect(abs(first.filter { $0 == 0 }.count - 1000) < 150)  // 5.5 deviations
        #expect(try x.dropout(0).floats() == x.floats())
    }
}
