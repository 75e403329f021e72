internal import TesseraCore
internal import TesseraDecoding

/// What holds of attributions whatever the model.
enum AttributionExactness {
    private static let sums = "importances whose sum is not 1 to 1e-9"
    private static let still = "scores that are not 0 although nothing is replaced"
    private static let missed = "causes of a model without noise that are not among the first three"

    static let thresholds: [Threshold] = [.none(sums), .none(still), .none(missed)]

    private struct Next: TokenReplacer {
        func replacement(at position: Int, of context: [TokenID], draw: UInt64) -> TokenID {
            (context[position] + 1 + TokenID(truncatingIfNeeded: draw % 20)) % 64
        }
    }

    static func report(to result: inout StudyResult, seed: UInt64) throws {
        var counts = (sums: 0, still: 0, missed: 0)
        let context = (0..<24).map { TokenID($0) }
        let random = CounterRandom(seed: seed)
        for trial in 0..<5 {
            let order = context.indices.sorted {
                random.bits(at: $0, stream: UInt64(trial)) < random.bits(at: $1, stream: UInt64(trial))
            }
            let causes = Set(order.prefix(3))
            let model = FunctionModel(vocabularySize: 64) { tokens in
                var row = [Float](repeating: 0, count: 64)
                row[63] = 2 * Float(tokens.enumerated().count { causes.contains($0) && Int($1) == $0 }) - 1
                return row
            }
            var options = AttributionOptions()
            options.seed = seed
            options.steps = 300
            func run(_ method: AttributionMethod) throws -> Attribution {
                try attribute(
                    AttributionQuestion(context: context, target: 63), model: model, method: method,
                    options: options, replacer: Next())
            }
            for method in AttributionMethod.allCases {
                let found = try run(method)
                if abs(found.importance.reduce(0, +) - 1) > 1e-9 { counts.sums += 1 }
                if method == .reagent || method == .occlusion {
                    counts.missed += causes.subtracting(found.highest(3)).count
                }
            }
            options.ratio = 0
            counts.still += try run(.reagentSum).scores.count { $0 != 0 }
        }
        result.measure(sums, count: counts.sums)
        result.measure(still, count: counts.still)
        result.measure(missed, count: counts.missed)
    }
}
