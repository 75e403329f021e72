import TesseraCore
import TesseraTensor
import Testing

@Suite("What libtorch refuses")
struct FailureTests {
    struct Call: Sendable, CustomTestStringConvertible {
        let operation: String
        let shapes: String
        let body: @Sendable (_ a: Tensor, _ b: Tensor) throws -> Tensor
        var testDescription: String { operation }
    }

    /// With a of `[2, 3]` and b of `[5, 4]`.
    private static let calls: [Call] = [
        Call(operation: "matmul", shapes: "[2, 3], [5, 4]") { try $0.matmul($1) },
        Call(operation: "linear", shapes: "[2, 3], [5, 4]") { try $0.linear($1) },
        Call(operation: "+", shapes: "[2, 3], [5, 4]") { try $0 + $1 },
        Call(operation: "reshape to [7]", shapes: "[2, 3]") { a, _ in try a.reshaped(7) },
        Call(operation: "expand to [4, 3]", shapes: "[2, 3]") { a, _ in try a.expanded(to: [4, 3]) },
        Call(operation: "permute [0, 0]", shapes: "[2, 3]") { a, _ in try a.permuted(0, 0) },
        Call(operation: "transpose 0, 9", shapes: "[2, 3]") { a, _ in try a.transposed(0, 9) },
        Call(operation: "sum", shapes: "[2, 3]") { a, _ in try a.sum(7) },
        Call(operation: "softmax", shapes: "[2, 3]") { a, _ in try a.softmax(2) },
        Call(operation: "top 4", shapes: "[2, 3]") { a, _ in try a.top(4).values },
        Call(operation: "place 2 of axis 0", shapes: "[2, 3]") { a, _ in try a[axis: 0, 2] },
        Call(operation: "places 1..<4 of axis 1", shapes: "[2, 3]") { a, _ in try a[axis: 1, 1..<4] },
        Call(operation: "concatenate", shapes: "[2, 3], [5, 4]") { try .concatenated([$0, $1], axis: 0) },
        Call(operation: "gather", shapes: "[2, 3], [5, 4]") { try $0.gathered($1, axis: 0) },
        Call(operation: "attention", shapes: "[2, 3], [5, 4], [5, 4]") { try attention($0, $1, $1) },
        Call(operation: "cross entropy", shapes: "[2, 3], [2]") { a, _ in
            try crossEntropy(a, Tensor([0, 3]))
        },
        Call(operation: "item", shapes: "[2, 3]") { a, _ in try Tensor([Float(a.item())]) },
        Call(operation: "assign", shapes: "[2, 3], [5, 4]") {
            try $0.assign($1)
            return $0
        },
    ]

    @Test("is an error that names the operation, the shapes and the reason on one line", arguments: calls)
    func refuses(call: Call) throws {
        let (a, b) = (try Tensor.ones([2, 3]), try Tensor.ones([5, 4]))
        let error = try #require(throws: LocatedError.self) { _ = try call.body(a, b) }
        #expect(error.field == "\(call.operation) of \(call.shapes)")
        #expect(!error.problem.isEmpty && error.remedy != nil && !error.description.contains("\n"))
        // Nothing of libtorch's own source.
        #expect(!error.problem.contains(".cpp") && !error.problem.contains("Exception raised"))
    }

    @Test("holds ids without a row in the table", arguments: [-1, 4, .max])
    func embedding(id: Int) throws {
        let table = try Embedding(vocabularySize: 4, size: 2, random: RandomGenerator(seed: 1))
        #expect(throws: LocatedError.self) { try table(Tensor([id])) }
        #expect(try table(Tensor([3])).shape == [1, 2])
    }

    @Test("holds shapes that no memory has room for, and values that do not fill theirs")
    func sizes() throws {
        #expect(throws: LocatedError.self) { try Tensor.zeros([1 << 40, 1 << 20]) }
        #expect(throws: LocatedError.self) { try Tensor.zeros([.max, .max, 4]) }
        #expect(throws: LocatedError.self) { try Tensor.zeros([-1]) }
        #expect(throws: LocatedError.self) { try Tensor([1, 2, 3], shape: [2, 2]) }
        #expect(throws: LocatedError.self) { try Tensor([1], shape: [-1]) }
        #expect(try Tensor([] as [Float]).sum().item() == 0)
    }

    @Test("in one thread is not told in another")
    func threads() async throws {
        try await withThrowingTaskGroup(of: String.self) { group in
            for length in 2..<34 {
                group.addTask {
                    let error = try #require(throws: LocatedError.self) {
                        _ = try Tensor.ones([1, length]).matmul(.ones([length + 1, 1]))
                    }
                    #expect(error.problem.contains("1x\(length) and \(length + 1)x1"))
                    return error.problem
                }
            }
            var problems: Set<String> = []
            for try await problem in group { problems.insert(problem) }
            #expect(problems.count == 32)
        }
    }

    @Test("holds devices that are not there")
    func devices() throws {
        #expect(try Device(named: "cpu") == .cpu)
        for name in ["cuda:99", "tpu", ""] {
            let error = try #require(throws: LocatedError.self) { try Device(named: name) }
            #expect(error.remedy?.contains("cpu") == true)
        }
        #expect(throws: LocatedError.self) { try Tensor.zeros([1], device: .cuda(99)) }
        #expect(throws: LocatedError.self) { try RandomGenerator(seed: 1, device: .cuda(99)) }
    }
}
