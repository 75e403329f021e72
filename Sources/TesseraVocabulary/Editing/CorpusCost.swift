public import TesseraCore
public import TesseraTokenizers

/// What a corpus costs in a vocabulary, and what it uses of it.
public struct CorpusCost: Hashable, Sendable {
    /// The bytes of its texts.
    public internal(set) var byteCount = 0
    /// The tokens of its texts, without those of a template.
    public internal(set) var tokenCount = 0
    /// For each id how often it occurs.
    public internal(set) var uses: [Int]

    /// Nothing yet.
    init(idCount: Int) { uses = Array(repeating: 0, count: idCount) }

    /// The bytes of text that a token holds; zero when there are no tokens.
    public var bytesPerToken: Double { tokenCount == 0 ? 0 : Double(byteCount) / Double(tokenCount) }

    mutating func add(_ ids: [TokenID], byteCount: Int) {
        self.byteCount += byteCount
        tokenCount += ids.count
        for id in ids where Int(id) < uses.count { uses[Int(id)] += 1 }
    }
}

/// Encodes a corpus, and counts what it uses; special tokens in texts are read as text.
///
/// - Throws: `LocatedError` when a file cannot be read; `CancelledError` when stopped.
public func corpusCost(
    of corpus: Corpus, with definition: TokenizerDefinition, progress: Progress = .ignored,
    cancellation: Cancellation = Cancellation()
) throws -> CorpusCost {
    let tokenizer = try PipelineTokenizer(definition)
    var cost = CorpusCost(idCount: try definition.checkedIDCount())
    var ids: [TokenID] = []
    try forEachText(of: corpus, progress: progress, cancellation: cancellation) { text, _ in
        ids.removeAll(keepingCapacity: true)
        tokenizer.encode(text, special: .asText, into: &ids)
        cost.add(ids, byteCount: text.count)
    }
    return cost
}
