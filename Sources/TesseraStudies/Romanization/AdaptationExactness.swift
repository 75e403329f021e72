internal import TesseraArchitectures
internal import TesseraCore
internal import TesseraTensor
internal import TesseraTraining

/// What holds of adaptation, whatever is trained.
enum AdaptationExactness {
    private static let logits = "logits that adapters change before they are trained"
    private static let rows = "rows of shared tokens that are not copied bit by bit"
    private static let frozen = "frozen parameters that training changes"
    private static let trained = "other parameters that training leaves"

    static let thresholds: [Threshold] = [.none(logits), .none(rows), .none(frozen), .none(trained)]

    private static let tokens: [TokenID] = [1, 5, 2, 7, 7, 3, 0, 4, 6, 2, 1, 5, 3, 3, 6, 0, 7]

    static func report(to result: inout StudyResult, seed: UInt64) throws {
        let random = try RandomGenerator(seed: seed)
        let network = try LlamaNetwork(
            LlamaConfiguration(
                vocabularySize: 8, hiddenSize: 16, layerCount: 2, headCount: 2, contextLength: 8),
            random: random)
        let ids = try Tensor(Array(tokens.prefix(8)), shape: [1, 8])
        let adapted = try AdaptedNetwork(network, random: random)
        let pairs = zip(try network.logits(of: ids).floats(), try adapted.logits(of: ids).floats())
        result.measure(logits, count: pairs.count { $0.bitPattern != $1.bitPattern })
        result.measure(rows, count: try wrongRows(network, random))
        var moved = (frozen: 0, trained: 0)
        for strategy in [AdaptationStrategy.full, .adapters(reduction: 2), .embeddings] {
            let trained = try strategy.prepare(network.copy(), random: random)
            let changes = try changes(of: trained, seed: seed)
            moved.frozen += changes.frozen
            moved.trained += changes.left
        }
        result.measure(frozen, count: moved.frozen)
        result.measure(trained, count: moved.trained)
    }

    /// Rows for a vocabulary of twelve, some of which have a source among eight.
    private static func wrongRows(
        _ network: LlamaNetwork, _ random: RandomGenerator
    ) throws -> Int {
        let overlap = VocabularyOverlap(sources: [3, nil, 0, nil, nil, 7, 1, nil, 3, nil, nil, 6])
        let grown = try overlap.network(from: network, random: random)
        var wrong = 0
        for (new, old) in zip(grown.vocabularyParameters, network.vocabularyParameters) {
            for (place, source) in overlap.sources.enumerated() {
                guard let source else { continue }
                let (left, right) = (
                    try new.tensor[axis: 0, place].floats(), try old.tensor[axis: 0, Int(source)].floats()
                )
                wrong += left.map(\.bitPattern) == right.map(\.bitPattern) ? 0 : 1
            }
        }
        return wrong
    }

    /// Trains for three steps: the first changes nothing of what an adapter's zeros are multiplied with.
    private static func changes(
        of network: some CausalNetwork, seed: UInt64
    ) throws -> (frozen: Int, left: Int) {
        let before = try network.parameters.map { try $0.tensor.floats() }
        try LineCorpus(tokens: tokens).train(
            network, steps: 3, rate: 0.01, batchSize: 2, seed: seed, cancellation: Cancellation()
        ) { _ in }
        var counts = (frozen: 0, left: 0)
        for (parameter, earlier) in zip(network.parameters, before) {
            let isChanged = try parameter.tensor.floats() != earlier
            if parameter.tensor.requiresGradient {
                counts.left += isChanged ? 0 : 1
            } else {
                counts.frozen += isChanged ? 1 : 0
            }
        }
        return counts
    }
}
