internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraReport

/// What a bounded cache saves and costs in time: tokens a second after a prompt of 4,096, and reading a prompt of 1,024.
///
/// Reported only: times are this machine's.
struct EvictionCost {
    private static let longPrompt = 4_096
    private static let generated = 32

    private struct Row {
        let arm: EvictionArm
        let promptSeconds: Double
        let tokenSeconds: Double
        let use: EvictionUse
    }

    private var rows: [Row] = []

    init(_ model: DefaultModel, conditions: StudyConditions) throws {
        let count = min(Self.longPrompt, model.model.contextLength - Self.generated - 1)
        let tokens = try EvictionLosses.tokens(
            of: EvictionLosses.texts[0].file, count: count, model, conditions)
        // The scores of a prompt change which tokens go, not how long it takes: one reading serves all.
        let unscored = try EvictionArm.full.evicting(model.model, percent: 50, stepCount: Self.generated)
        let long = try unscored.makeCache(capacity: count + Self.generated + 1)
        try readPrompt(
            tokens[..<(count - 1)], model: unscored, cache: long, cancellation: conditions.cancellation)
        for arm: EvictionArm in [.full, .window, .h2o, .keyformer(0)] {
            let evicting = try arm.evicting(model.model, percent: 50, stepCount: Self.generated)
            let short = try evicting.makeCache(capacity: EvictionLosses.promptCount)
            let promptSeconds = try ContinuousClock().measure {
                try readPrompt(
                    tokens[..<EvictionLosses.promptCount], model: evicting, cache: short,
                    cancellation: conditions.cancellation)
            }.inSeconds
            let cache = try evicting.makeCache(copying: long, capacity: count + Self.generated + 1)
            var logits: [Float] = []
            try evicting.read([tokens[count - 1]], cache: cache, rows: .last, logits: &logits)
            let seconds = try ContinuousClock().measure {
                for token in tokens.prefix(Self.generated) {
                    try evicting.read([token], cache: cache, rows: .last, logits: &logits)
                }
            }.inSeconds
            rows.append(
                Row(
                    arm: arm, promptSeconds: promptSeconds, tokenSeconds: seconds / Double(Self.generated),
                    use: cache.use))
        }
    }

    func report(to result: inout StudyResult) {
        var table = Table([
            .init("policy at 50%"), .init("cache", .right), .init("positions and scores", .right),
            .init("tokens/s", .right), .init("prompt of 1,024, s", .right),
        ])
        for row in rows {
            table.append([
                row.arm.name, NumberFormat.bytes(row.use.byteCount),
                NumberFormat.bytes(row.use.scoreByteCount),
                NumberFormat.decimal(1 / row.tokenSeconds, places: 1),
                NumberFormat.decimal(row.promptSeconds, places: 2),
            ])
        }
        let length = rows.first?.use.textTokenCount ?? 0
        result.add(table, caption: "Memory and speed at \(NumberFormat.count(length)) tokens of text.")
    }
}
