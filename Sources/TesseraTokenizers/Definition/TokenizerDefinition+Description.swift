extension TokenizerDefinition {
    /// What the model is, in words, such as "byte-level BPE".
    public var modelDescription: String {
        switch model {
        case .bytePair: spellsBytes ? "byte-level BPE" : "BPE"
        case .unigram: "Unigram"
        case .wordPiece: "WordPiece"
        case .wordLevel: "WordLevel"
        case .lessIsBetter: "Less-is-better"
        }
    }

    /// The number of merges; nil for models that do not merge.
    public var mergeCount: Int? {
        guard case .bytePair(let model) = model else { return nil }
        return model.merges.count
    }

    /// The parts that cut text, in words, such as "Digits, ByteLevel".
    public var preTokenizerDescription: String { preTokenizer?.description ?? "none" }
}

extension PreTokenizer: CustomStringConvertible {
    /// The names of the parts, in order.
    public var description: String {
        switch self {
        case .bert: "BertPreTokenizer"
        case .byteLevel: "ByteLevel"
        case .delimiter: "CharDelimiterSplit"
        case .metaspace: "Metaspace"
        case .whitespace: "Whitespace"
        case .whitespaceSplit: "WhitespaceSplit"
        case .split: "Split"
        case .punctuation: "Punctuation"
        case .digits: "Digits"
        case .unicodeScripts: "UnicodeScripts"
        case .fixedLength: "FixedLength"
        case .sequence(let steps): steps.map(\.description).joined(separator: ", ")
        }
    }
}
