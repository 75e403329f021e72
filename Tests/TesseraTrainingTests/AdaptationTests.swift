import TesseraArchitectures
import TesseraCore
import TesseraFiles
import TesseraTensor
import TesseraTestSupport
import TesseraTokenizers
import TesseraTraining
import Testing

@Suite("Adapting a network to other text")
struct AdaptationTests {
    /// Networks of both architectures, with and without an output of their own.
    private static func networks() throws -> [any AdaptableNetwork] {
        let random = try RandomGenerator(seed: 3)
        return [
            try Tiny.network(),
            try LlamaNetwork(
                LlamaConfiguration(
                    vocabularySize: 32, hiddenSize: 32, layerCount: 2, headCount: 2, contextLength: 16,
                    tiedEmbeddings: true), random: random),
            try GPT2Network(
                GPT2Configuration(
                    vocabularySize: 32, hiddenSize: 32, layerCount: 2, headCount: 2, contextLength: 16),
                random: random),
        ]
    }

    private static func trained<Network: CausalNetwork>(_ network: Network, steps: Int) throws -> Double {
        var trainer = try Trainer(
            network, NextTokenObjective<Network>(),
            WindowSource(Tiny.tokens, context: 16, batchSize: 4, seed: 5), options: Tiny.options(steps: steps)
        )
        var loss = 0.0
        while trainer.step < steps { loss = try trainer.advance().loss }
        return loss
    }

    @Test("adapters begin with the logits of the network, and learn while it stays as it is")
    func adapters() throws {
        for network in try Self.networks() {
            let tokens = try Tensor(Array(Tiny.tokens.prefix(16)), shape: [1, 16])
            let before = try numbers(network)
            let logits = try network.logits(of: tokens).floats()
            let adapted = try AdaptationStrategy.adapters(reduction: 2).prepare(
                network, random: RandomGenerator(seed: 1))
            #expect(try adapted.logits(of: tokens).floats() == logits)
            let first = try Self.trained(adapted, steps: 1)
            #expect(try Self.trained(adapted, steps: 40) < first - 0.05)
            #expect(try adapted.logits(of: tokens).floats() != logits)
            #expect(try numbers(network) == before)
            #expect(adapted.trainedParameters.allSatisfy { $0.name.hasPrefix("adapters.") })
            // A norm, D and U with their biases, for each layer.
            let inner = 16
            let layer = 2 * 32 + (32 * inner + inner) + (inner * 32 + 32)
            #expect(
                adapted.trainedParameters.reduce(0) { $0 + $1.tensor.count } == layer * network.layerCount)
            #expect(adapted.parameters.count == before.count + 6 * network.layerCount)
            // Nobody takes the folder for one of the base.
            #expect(adapted.fields["model_type"] != network.fields["model_type"])
            #expect(adapted.fields["architectures"] != network.fields["architectures"])
        }
    }

    @Test("embeddings alone are trained where nothing else is, and all parameters again afterwards")
    func embeddings() throws {
        for network in try Self.networks() {
            let before = try network.copy()
            let random = try RandomGenerator(seed: 1)
            let prepared = try AdaptationStrategy.embeddings.prepare(network, random: random)
            _ = try Self.trained(prepared, steps: 3)
            let named = Set(network.vocabularyParameters.map(\.name))
            #expect(Set(network.trainedParameters.map(\.name)) == named)
            for (parameter, old) in zip(network.parameters, before.parameters) {
                let isSame = try parameter.tensor.floats() == old.tensor.floats()
                #expect(isSame == !named.contains(parameter.name), "\(parameter.name)")
            }
            _ = try AdaptationStrategy.full.prepare(network, random: random)
            #expect(network.trainedParameters.count == network.parameters.count)
            // The copy has memory of its own, all of it trained.
            #expect(before.trainedParameters.count == before.parameters.count)
        }
    }

    @Test("a network that is frozen altogether is not trained")
    func frozen() throws {
        let network = try Tiny.network()
        try network.setRequiresGradient(false)
        #expect(throws: LocatedError.self) { try Tiny.trainer(network: network) }
    }

    @Test("adapters that would have nothing inside are refused", arguments: [0, -1, 33, Int.max])
    func reductions(reduction: Int) throws {
        #expect(throws: LocatedError.self) {
            try AdaptationStrategy.adapters(reduction: reduction).prepare(
                Tiny.network(), random: RandomGenerator(seed: 1))
        }
    }

    @Test("tokens with the same bytes share their rows, and the layers stay")
    func overlap() throws {
        let overlap = VocabularyOverlap(sources: [4, nil, 0, 31, nil])
        #expect(overlap.count == 3)
        for network in try Self.networks() {
            try Self.checkOverlap(overlap, network)
        }
    }

    private static func checkOverlap(
        _ overlap: VocabularyOverlap, _ network: some AdaptableNetwork
    ) throws {
        let made = try overlap.network(from: network, random: RandomGenerator(seed: 2))
        #expect(made.vocabularySize == 5)
        let rows = Set(network.vocabularyParameters.map(\.name))
        for (new, old) in zip(made.parameters, network.parameters) {
            guard rows.contains(new.name) else {
                #expect(try new.tensor.floats() == old.tensor.floats())
                continue
            }
            for (place, source) in overlap.sources.enumerated() {
                let row = try new.tensor[axis: 0, place].floats()
                if let source {
                    #expect(try row == old.tensor[axis: 0, Int(source)].floats())
                } else {
                    #expect(row.allSatisfy { $0.isFinite && $0 != 0 })
                }
            }
        }
        #expect(made.trainedParameters.count == made.parameters.count)
    }

    @Test("new rows have the mean and the covariance of the old ones")
    func covariance() throws {
        // Two columns: means 3 and −1, variances 4 and 1, covariance 1.2.
        let random = try RandomGenerator(seed: 4)
        let noise = try random.normal([500, 2])
        let mixing = try Tensor([2, 0, 0.6, 0.8] as [Float], shape: [2, 2])
        let old = try noise.linear(mixing) + Tensor([3, -1] as [Float])
        let new = try VocabularyOverlap(sources: .init(repeating: nil, count: 40_000))
            .rows(from: old, random: random)
        #expect(new.shape == [40_000, 2])
        func moments(_ rows: Tensor) throws -> [Float] {
            let mean = try rows.mean(0, keepsAxes: true)
            let centered = try rows - mean
            let products = try centered.transposed(0, 1).matmul(centered) / Double(rows.length(of: 0))
            return try mean.floats() + products.floats()
        }
        for (made, wanted) in zip(try moments(new), try moments(old)) {
            // The deviation of the largest, a variance of 4, is 4 · √(2 / 40,000) = 0.03.
            #expect(abs(made - wanted) < 0.12)
        }
    }

    @Test("tokens are found by their bytes")
    func bytes() throws {
        let tokenizer = try Tiny.tokenizer.get()
        let itself = VocabularyOverlap(of: tokenizer, with: tokenizer)
        #expect(itself.sources.count == tokenizer.vocabularySize)
        for (place, source) in itself.sources.enumerated() {
            let id = TokenID(place)
            #expect(source.map { tokenizer.bytes(of: $0) } ?? [] == tokenizer.bytes(of: id))
        }
        #expect(itself.count >= 256)
    }

    @Test("a source that has no row is an error")
    func missing() throws {
        let network = try Tiny.network()
        #expect(throws: LocatedError.self) {
            try VocabularyOverlap(sources: [nil, 32]).network(
                from: network, random: RandomGenerator(seed: 2))
        }
        #expect(throws: LocatedError.self) {
            try VocabularyOverlap(sources: []).network(from: network, random: RandomGenerator(seed: 2))
        }
    }

    @Test("parameters of another size are not taken over")
    func shapes() throws {
        let network = try Tiny.network()
        #expect(throws: LocatedError.self) {
            try network.assignParameters(of: Tiny.network(vocabularySize: 31))
        }
    }
}
