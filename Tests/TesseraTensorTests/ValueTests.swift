import TesseraTensor
import Testing

@Suite("Numbers of a tensor")
struct ValueTests {
    @Test("go in and come out, in every type", arguments: ScalarType.allCases.filter { $0 != .other })
    func roundTrip(type: ScalarType) throws {
        let values: [Float] = [0, 1, 1, 0, 1, 1]
        let x = try Tensor(values, shape: [2, 3]).converted(to: type)
        #expect(x.type == type && x.shape == [2, 3] && x.count == 6 && x.rank == 2 && x.device == .cpu)
        #expect(try x.floats() == values)
        #expect(try x.integers() == values.map { Int($0) })
        #expect(x.description == "[2, 3] \(type) on cpu")
    }

    @Test("keep all their bits")
    func bits() throws {
        let floats: [Float] = [.infinity, -0, .leastNonzeroMagnitude, .pi, -.greatestFiniteMagnitude]
        #expect(try Tensor(floats).floats().map(\.bitPattern) == floats.map(\.bitPattern))
        let integers = [Int.max, .min, 0, -1]
        #expect(try Tensor(integers).integers() == integers)
        #expect(try Tensor([UInt32.max, 7]).integers() == [4_294_967_295, 7])
    }

    @Test("are compared and combined, and a plain number takes the tensor's type")
    func operators() throws {
        let x = try Tensor([1, 2, 3] as [Float])
        #expect(try (x .> 2).integers() == [0, 0, 1])
        #expect(try (x .>= 2 .& (x .!= 3)).integers() == [0, 1, 0])
        #expect(try (x .== 1 .| (x .<= 0)).integers() == [1, 0, 0])
        #expect(try (.!(x .< 2)).integers() == [0, 1, 1])
        #expect(try (x.converted(to: .bfloat16) * 0.5).type == .bfloat16)
        #expect(try (Tensor([1, 2]) * 3).type == .float32)
        #expect(try (10 - x).floats() == [9, 8, 7] && (6 / x).floats() == [6, 3, 2])
        #expect(try (x .> 2).anyTrue() && !(x .> 2).allTrue())
        #expect(try !(x / 0).isFinite().anyTrue())
    }

    @Test("are found by place, in order and by size")
    func places() throws {
        let x = try Tensor([3, 1, 2, 0, 5, 4] as [Float], shape: [2, 3])
        #expect(try x[axis: 0, -1].floats() == [0, 5, 4])
        #expect(try x[axis: -1, 1...].floats() == [1, 2, 5, 4])
        #expect(try x[axis: 1, 3...].shape == [2, 0])
        #expect(try x.argmax().integers() == [0, 1])
        let (values, places) = try x.top(2)
        #expect(try values.floats() == [3, 2, 5, 4] && places.integers() == [0, 2, 1, 2])
        #expect(try x.sorted(descending: true).values.floats() == [3, 2, 1, 5, 4, 0])
        #expect(try Tensor([2, 0]).oneHot(classes: 3).integers() == [0, 0, 1, 1, 0, 0])
        #expect(try (x .> 3).nonzeroPlaces().integers() == [1, 1, 1, 2])
        #expect(try Tensor.range(2..<5).integers() == [2, 3, 4])
    }

    @Test("of a copy are its own, those of a view are shared")
    func sharing() throws {
        let x = try Tensor.zeros([4])
        let (copy, view) = (try x.copy(), try x.reshaped(2, 2))
        try x.assign(Tensor([1, 2, 3, 4] as [Float]))
        #expect(try copy.floats() == [0, 0, 0, 0])
        #expect(try view.floats() == [1, 2, 3, 4])
    }
}
