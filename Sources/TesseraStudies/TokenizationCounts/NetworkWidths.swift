internal import TesseraCore
internal import TesseraReport

/// Whether the gap between the directions closes in wider networks (claim iii): printed, as nothing is claimed for sizes that
/// are so near each other.
struct NetworkWidths {
    private let pairs: [(width: Int, pair: AdditionArm.Pair)]

    /// - Parameter usual: the pair of the usual width, which is not trained again.
    /// - Throws: `LocatedError` when a loss is no number; `CancelledError` when stopped.
    init(beside usual: AdditionArm.Pair, conditions: StudyConditions) throws {
        pairs = try [64, 128, 192].map { width in
            let isUsual = width == AdditionLearner.Recipe().width
            return (
                width,
                isUsual
                    ? usual
                    : try AdditionArm.pair(
                        size: 2, addendLengths: 3...4, seed: usual.right.seed,
                        recipe: AdditionLearner.Recipe(width: width), name: "width \(width)",
                        conditions: conditions)
            )
        }
    }

    func report(to result: inout StudyResult) {
        result.measure(
            "points between the directions at widths \(pairs.map { String($0.width) }.joined(separator: ", "))",
            pairs.map(\.pair.gap))
        var table = Table([
            .init("width", .right), .init("groups from the right", .right),
            .init("from the left", .right), .init("points between", .right), .init("loss ratio", .right),
        ])
        for (width, pair) in pairs {
            table.append([
                String(width),
                NumberFormat.decimal(pair.right.learner.rightShare * 100, places: 1) + " %",
                NumberFormat.decimal(pair.left.learner.rightShare * 100, places: 1) + " %",
                NumberFormat.decimal(pair.gap, places: 1), NumberFormat.decimal(pair.lossRatio, places: 3),
            ])
        }
        result.add(
            table,
            caption:
                "Sums right of 2,000 by the width of the network, seed \(pairs.first?.pair.right.seed ?? 0).")
    }
}
