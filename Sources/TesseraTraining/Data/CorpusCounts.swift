public import TesseraCore
public import TesseraFiles

/// What encoding a corpus found.
public struct CorpusCounts: Hashable, Sendable {
    /// The documents.
    public var documents = 0
    /// The bytes of text, held-out ones among them.
    public var bytes = 0
    /// The tokens to train on, marks among them.
    public var tokens = 0
    /// The texts that are held out.
    public var heldOutTexts = 0
    /// Their bytes.
    public var heldOutBytes = 0
    /// Their tokens.
    public var heldOutTokens = 0
    /// The tokens that stand for unknown text.
    public var unknownTokens = 0
    /// The bytes of the first passages, and those that their tokens give back: fewer where text is lost.
    public var sampledBytes = 0
    /// The bytes that the tokens of the first passages give back.
    public var returnedBytes = 0

    /// Creates counts of nothing.
    public init() {}

    /// The share of tokens that are unknown.
    public var unknownShare: Double {
        Double(unknownTokens) / max(1, Double(tokens) + Double(heldOutTokens))
    }

    /// The share of the first passages' bytes that their tokens do not give back.
    public var lostShare: Double {
        max(0, 1 - Double(returnedBytes) / Double(max(1, sampledBytes)))
    }

    private static let members: [(name: String, path: any WritableKeyPath<CorpusCounts, Int> & Sendable)] = [
        ("documents", \.documents), ("bytes", \.bytes), ("tokens", \.tokens),
        ("heldOutTexts", \.heldOutTexts), ("heldOutBytes", \.heldOutBytes),
        ("heldOutTokens", \.heldOutTokens), ("unknownTokens", \.unknownTokens),
        ("sampledBytes", \.sampledBytes), ("returnedBytes", \.returnedBytes),
    ]

    /// The counts by name.
    public var fields: JSONObject {
        JSONObject(Self.members.map { ($0.name, .integer(self[keyPath: $0.path])) })
    }

    /// Reads the counts.
    ///
    /// - Throws: `LocatedError` for a count that is missing or negative.
    public init(_ fields: JSONField) throws(LocatedError) {
        for (name, path) in Self.members {
            let count = try fields[name].integer()
            guard count >= 0 else { throw fields[name].error("is negative", remedy: "start the run anew") }
            self[keyPath: path] = count
        }
    }
}
