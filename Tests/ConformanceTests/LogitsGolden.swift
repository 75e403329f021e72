import TesseraCore
import TesseraFiles
import Testing

/// Logits computed by Hugging Face transformers in float32, as `Scripts/golden-logits.py` and its like wrote them.
struct LogitsGolden {
    let fixedIDs: [TokenID]
    let prompts: [Prompt]

    struct Prompt: Sendable, CustomTestStringConvertible {
        let text: String
        let ids: [TokenID]
        /// The 64 largest logits after the last token, largest first.
        let top: [(id: TokenID, logit: Double)]
        /// The logits of `fixedIDs`.
        let fixed: [Double]
        /// The likeliest tokens that follow one after another; empty where the file does not say.
        let greedy: [TokenID]

        var testDescription: String { text }
    }

    /// The folder of golden files beside this file.
    static func folder(file: String = #filePath) -> String {
        file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/Golden"
    }

    /// Reads the file of a model.
    static func load(_ model: String = "smollm2") throws -> LogitsGolden {
        let golden = try JSONField(contentsOf: folder() + "/logits-\(model).json")
        func ids(_ field: JSONField) throws -> [TokenID] {
            try field.array().indices.map { TokenID(try field[$0].integer()) }
        }
        return LogitsGolden(
            fixedIDs: try ids(golden["fixed_ids"]),
            prompts: try golden["prompts"].array().indices.map { index in
                let prompt = golden["prompts"][index]
                return Prompt(
                    text: try prompt["prompt"].string(),
                    ids: try ids(prompt["ids"]),
                    top: try prompt["top"].array().indices.map { rank in
                        let pair = prompt["top"][rank]
                        return (TokenID(try pair[0].integer()), try pair[1].double())
                    },
                    fixed: try prompt["fixed"].array().indices.map { try prompt["fixed"][$0].double() },
                    greedy: prompt["greedy"].isPresent ? try ids(prompt["greedy"]) : []
                )
            }
        )
    }
}

// MARK: Comparing

extension LogitsGolden {
    /// The largest difference of a compared logit; logits span about 40.
    ///
    /// This and `swapTolerance` were committed before the first comparison and do not move: a failure is a bug to be
    /// found.
    static let tolerance = 2e-3

    /// Ids may swap places in the top 64 when their logits are this close.
    static let swapTolerance = 4e-3

    /// Holds a row of logits against the golden ones, and gives the largest difference.
    func expectSame(_ logits: [Float], _ prompt: Prompt) -> Double {
        var worst = 0.0
        let compared = prompt.top.map { ($0.id, $0.logit) } + zip(fixedIDs, prompt.fixed).map { ($0, $1) }
        for (id, expected) in compared {
            let difference = abs(Double(logits[Int(id)]) - expected)
            worst = max(worst, difference)
            #expect(difference <= Self.tolerance, "\(prompt.text): logit of \(id)")
        }
        expectSameTop(logits, prompt)
        return worst
    }

    private func expectSameTop(_ logits: [Float], _ prompt: Prompt) {
        let ranked = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }.prefix(prompt.top.count)
        #expect(ranked.first.map { TokenID($0) } == prompt.top.first?.id, "\(prompt.text): top 1")

        let expected = Set(prompt.top.map(\.id))
        let found = Set(ranked.map { TokenID($0) })
        let lowestExpected = prompt.top.last?.logit ?? 0
        let lowestFound = ranked.last.map { Double(logits[$0]) } ?? 0
        for id in found.subtracting(expected) {
            let excess = Double(logits[Int(id)]) - lowestExpected
            #expect(abs(excess) <= Self.swapTolerance, "\(prompt.text): \(id) is in the top 64")
        }
        for id in expected.subtracting(found) {
            let deficit = lowestFound - Double(logits[Int(id)])
            #expect(abs(deficit) <= Self.swapTolerance, "\(prompt.text): \(id) is not in the top 64")
        }
    }
}
