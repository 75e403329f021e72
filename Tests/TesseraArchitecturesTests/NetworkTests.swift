import TesseraArchitectures
import TesseraCore
import TesseraTensor
import TesseraTestSupport
import Testing

@Suite("Networks that predict the next token")
struct NetworkTests {
    @Test("give a row of logits for each token", arguments: TinyNetwork.allCases)
    func shapes(network: TinyNetwork) throws {
        let made = try network.make()
        let tokens = try Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
        #expect(try made.logits(of: tokens).shape == [2, 3, made.vocabularySize])
        #expect(try made.logits(of: Tensor([7], shape: [1, 1])).shape == [1, 1, made.vocabularySize])
    }

    @Test(
        "have parameters that each get a gradient and have a name of their own",
        arguments: TinyNetwork.allCases)
    func gradients(network: TinyNetwork) throws {
        let made = try network.make()
        let tokens = try RandomGenerator(seed: 3).integers(
            [2, made.contextLength], in: 0..<made.vocabularySize)
        let logits = try made.logits(of: tokens).reshaped(-1, made.vocabularySize)
        try crossEntropy(logits, tokens.reshaped(-1)).backward()
        for parameter in made.parameters {
            let gradient = try #require(parameter.tensor.gradient, "\(parameter.name)")
            #expect(gradient.shape == parameter.tensor.shape)
            #expect(try gradient.norm().item() > 0, "\(parameter.name)")
        }
        #expect(Set(made.parameters.map(\.name)).count == made.parameters.count)
    }

    @Test("do not look at later tokens", arguments: TinyNetwork.allCases)
    func causality(network: TinyNetwork) throws {
        let made = try network.make()
        var ids = Array(0..<made.contextLength)
        let before = try made.logits(of: Tensor(ids, shape: [1, ids.count]))
        for place in [ids.count - 1, 5, 1] {
            ids[place] = 40
            let after = try made.logits(of: Tensor(ids, shape: [1, ids.count]))
            #expect(try after[axis: 1, 0..<place].floats() == before[axis: 1, 0..<place].floats())
            let changed = try (after[axis: 1, place...] - before[axis: 1, place...]).abs().max().item()
            #expect(changed > 1e-4)
        }
    }

    @Test("are the same from the same seed and others from another", arguments: TinyNetwork.allCases)
    func seeds(network: TinyNetwork) throws {
        func numbers(_ seed: UInt64) throws -> [[Float]] {
            try network.make(seed: seed).parameters.map { try $0.tensor.floats() }
        }
        let first = try numbers(1)
        #expect(try numbers(1) == first)
        #expect(try numbers(2) != first)
    }

    @Test("begin with the deviation that is asked for, smaller where they add to the residual stream")
    func initialization() throws {
        let network = try LlamaNetwork(
            LlamaConfiguration(
                vocabularySize: 500, hiddenSize: 128, layerCount: 2, headCount: 2, contextLength: 8),
            Initialization(deviation: 0.05), random: RandomGenerator(seed: 1))
        for parameter in network.parameters where parameter.tensor.rank == 2 {
            let isResidual = ["o_proj", "down_proj"].contains { parameter.name.contains($0) }
            let deviation = try parameter.tensor.variance().item().squareRoot()
            #expect(abs(deviation / (isResidual ? 0.025 : 0.05) - 1) < 0.05, "\(parameter.name)")
        }
    }

    @Test("refuse texts that are no batch, too long or empty", arguments: TinyNetwork.allCases)
    func wrongTokens(network: TinyNetwork) throws {
        let made = try network.make()
        for shape in [[4], [1, made.contextLength + 1], [1, 0], [1, 1, 4]] {
            expectLocatedError(problem: "are not [batch, 1...\(made.contextLength)]") {
                try made.logits(of: .zeros(shape, type: .int64))
            }
        }
        #expect(throws: LocatedError.self) {
            try made.logits(of: Tensor([made.vocabularySize], shape: [1, 1]))
        }
    }
}
