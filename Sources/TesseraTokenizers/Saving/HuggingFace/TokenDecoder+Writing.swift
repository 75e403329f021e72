internal import TesseraFiles

extension TokenDecoder {
    /// The component of a `tokenizer.json`.
    var json: JSONValue {
        switch self {
        case .byteLevel:
            ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true]
        case .wordPiece(let prefix, let cleansUp):
            ["type": "WordPiece", "prefix": .string(prefix), "cleanup": .bool(cleansUp)]
        case .metaspace(let replacement, let prefix, let splits):
            PreTokenizer.metaspace(replacement, prefix, splits)
        case .suffix(let suffix): ["type": "BPEDecoder", "suffix": .string(suffix)]
        case .ctc(let padding, let wordDelimiter, let cleansUp):
            [
                "type": "CTC", "pad_token": .string(padding), "word_delimiter_token": .string(wordDelimiter),
                "cleanup": .bool(cleansUp),
            ]
        case .replace(let pattern, let content):
            ["type": "Replace", "pattern": pattern.json, "content": .string(content)]
        case .fuse: ["type": "Fuse"]
        case .strip(let character, let start, let stop):
            [
                "type": "Strip", "content": .string(String(character)), "start": .integer(start),
                "stop": .integer(stop),
            ]
        case .byteFallback: ["type": "ByteFallback"]
        case .sequence(let parts): ["type": "Sequence", "decoders": .array(parts.map(\.json))]
        }
    }
}
