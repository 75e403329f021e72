internal import TesseraCore
internal import TesseraDecoding
internal import TesseraFiles
internal import TesseraReport

/// An attribution for people, machines and browsers.
struct AttributionReport {
    let attribution: Attribution
    /// The text of each token of the context.
    let tokens: [String]
    /// The text of the token that is explained.
    let target: String
    /// The name of the model.
    let model: String
    let seconds: Double

    /// What was found, in a sentence.
    private var summary: String {
        let percent = NumberFormat.significant(100 * attribution.probability)
        return
            "\(model) gives \"\(target)\" \(percent) % after this text; method \(attribution.method.rawValue), "
            + "\(NumberFormat.count(attribution.passes)) passes in \(NumberFormat.duration(seconds))"
    }

    private var warning: String? {
        attribution.isInformative
            ? nil : "The token is so unlikely that what changes its probability says little."
    }

    /// The scores as parts of the largest.
    private var weights: [Double] {
        let largest = attribution.scores.map(\.magnitude).max() ?? 0
        return attribution.scores.map { largest > 0 ? $0 / largest : 0 }
    }

    private var table: Table {
        var table = Table([
            .init("position", .right), .init("token"), .init("score", .right), .init("importance", .right),
        ])
        for position in attribution.highest(tokens.count) {
            table.append([
                String(position), tokens[position],
                NumberFormat.decimal(attribution.scores[position], places: 4),
                NumberFormat.decimal(attribution.importance[position], places: 4),
            ])
        }
        return table
    }

    /// A table for people, the highest score first.
    var text: String {
        summary + "\n" + (warning.map { $0 + "\n" } ?? "") + "\n" + table.text()
    }

    /// A page with the text in colours.
    var html: String {
        var page = HTMLPage(title: "What \"\(target)\" rests on")
        page.paragraph(summary + ".")
        if let warning { page.paragraph(warning) }
        page.tokens(
            zip(tokens, weights).map { WeightedToken($0, weight: $1) }
                + [WeightedToken(target, weight: 0, isTarget: true)],
            caption:
                "Blue tokens made the framed one likelier, orange ones less likely; the deeper, the more.")
        page.table(table, caption: "The tokens by score.")
        return page.html()
    }

    /// Everything, for machines.
    func json(ids: [TokenID], target id: TokenID) -> JSONValue {
        [
            "model": .string(model),
            "method": .string(attribution.method.rawValue),
            "target": [
                "id": .integer(Int(id)), "text": .string(target),
                "probability": .number(attribution.probability),
            ],
            "tokens": .array(
                ids.indices.map { index in
                    [
                        "id": .integer(Int(ids[index])), "text": .string(tokens[index]),
                        "score": .number(attribution.scores[index]),
                        "importance": .number(attribution.importance[index]),
                    ]
                }),
            "isInformative": .bool(attribution.isInformative),
            "stoppedReplicas": JSONValue(attribution.stoppedReplicas),
            "passes": .integer(attribution.passes),
            "seconds": .number(seconds),
        ]
    }
}
