import TesseraCore
import TesseraFiles
import Testing

/// Logits computed by Hugging Face transformers in float32, as `Scripts/golden-logits.py` wrote them.
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

        var testDescription: String { text }
    }

    /// The folder of golden files beside this file.
    static func folder(file: String = #filePath) -> String {
        file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            + "/Golden"
    }

    /// Reads `logits-smollm2.json`.
    static func load() throws -> LogitsGolden {
        let golden = try JSONField(contentsOf: folder() + "/logits-smollm2.json")
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
                    fixed: try prompt["fixed"].array().indices.map { try prompt["fixed"][$0].double() }
                )
            }
        )
    }
}
