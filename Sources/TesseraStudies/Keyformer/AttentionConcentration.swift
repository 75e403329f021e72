internal import Synchronization
internal import TesseraCore
internal import TesseraEngine
internal import TesseraReport

/// How much of the attention falls on how few tokens: what eviction lives on (section 2 of the paper, figure 3).
///
/// The last 64 tokens of a text of 1,024, every query head, its own most attended tokens first.
final class AttentionConcentration: AttentionObserver {
    private static let shares = [0.1, 0.2, 0.3, 0.4]
    private static let queryCount = 64

    private let tokenCount: Int
    private let held: Int
    private let sums: Mutex<[Int: [Double]]>

    /// The rows of each layer.
    private let rowCount: Int

    /// Reads the beginning of the first text.
    init(_ model: DefaultModel, _ conditions: StudyConditions) throws(LocatedError) {
        let tokens = try EvictionLosses.tokens(
            of: EvictionLosses.texts[0].file, count: EvictionLosses.promptCount, model, conditions)
        tokenCount = tokens.count
        held = max(0, tokens.count - Self.queryCount)
        sums = Mutex([:])
        rowCount = (tokens.count - held) * model.model.configuration.headCount
        let cache = try model.model.makeCache(capacity: tokens.count)
        var logits: [Float] = []
        try model.model.read(Array(tokens[..<held]), cache: cache, rows: .none, logits: &logits)
        try model.model.read(
            Array(tokens[held...]), cache: cache, rows: .none, observer: self, logits: &logits)
    }

    func observe(_ row: AttentionRow) {
        let largest = Double(row.logits.max() ?? 0)
        let weights = row.logits.map { exponential(Double($0) - largest) }.sorted(by: >)
        let total = weights.reduce(0, +)
        let parts = Self.shares.map { share in
            weights.prefix(Int(Double(weights.count) * share)).reduce(0, +) / total
        }
        sums.withLock { sums in
            for (index, part) in parts.enumerated() {
                sums[row.layer, default: Array(repeating: 0, count: parts.count)][index] += part
            }
        }
    }

    func report(to result: inout StudyResult) {
        let sums = sums.withLock { $0 }.sorted { $0.key < $1.key }.map(\.value)
        let rows = sums.map { layer in layer.map { $0 / Double(rowCount) } }
        var table = Table([
            .init("tokens", .right), .init("attention, mean", .right), .init("least of a layer", .right),
        ])
        for (index, share) in Self.shares.enumerated() {
            let parts = rows.map { $0[index] }
            table.append([
                "\(Int(share * 100))%", NumberFormat.decimal(mean(parts), places: 3),
                NumberFormat.decimal(parts.min() ?? 0, places: 3),
            ])
        }
        result.add(
            table,
            caption:
                "The share of attention on the most attended tokens, of \(tokenCount), over layers and heads."
        )
    }
}
