import TesseraCore
import TesseraFiles

/// Texts with the reference's ids, as `Scripts/golden-tokenizer.py` wrote them.
struct TokenizerGolden {
    struct Text {
        let text: String
        let ids: [TokenID]
        /// Starts and ends in turn; nil where the reference's offsets are shifted.
        let offsets: [Int]?
        /// The ids with special tokens read as text.
        let asText: [TokenID]
    }

    let version: String
    let texts: [Text]

    /// Reads `tokenizer-smollm2.jsonl`.
    static func load() throws -> TokenizerGolden {
        var lines = try goldenLines("tokenizer-smollm2.jsonl")
        let head = lines.removeFirst()
        func integers(_ field: JSONField) throws -> [Int] {
            try field.array().indices.map { try field[$0].integer() }
        }
        let texts = try lines.map { line in
            let ids = try integers(line["ids"]).map { TokenID($0) }
            return Text(
                text: try line["text"].string(), ids: ids,
                offsets: line["offsets"].isPresent ? try integers(line["offsets"]) : nil,
                asText: line["asText"].isPresent ? try integers(line["asText"]).map { TokenID($0) } : ids)
        }
        return TokenizerGolden(version: try head["tokenizers"].string(), texts: texts)
    }
}

/// The JSON values of a golden file, one a line.
func goldenLines(_ name: String) throws -> [JSONField] {
    let file = try MappedFile(path: LogitsGolden.folder() + "/" + name)
    return try withExtendedLifetime(file) {
        try file.bytes.split(separator: 0x0A).map {
            JSONField(try JSONValue(parsing: UnsafeRawBufferPointer(rebasing: $0), file: name), file: name)
        }
    }
}
