public import TesseraCore
public import TesseraFiles
public import TesseraTokenizers

/// What an edit changed.
public struct EditReport: Sendable {
    /// A token that is gone, and what its text is now.
    public struct LostToken: Hashable, Sendable {
        /// Its old id.
        public let id: TokenID
        /// Its spelling.
        public let spelling: [UInt8]
        /// How often the corpus used it; zero without a corpus.
        public let uses: Int
        /// The spellings of the tokens that its text is now.
        public let pieces: [[UInt8]]
    }

    /// The tokens that could be produced before and cannot now, or are new and cannot.
    public private(set) var lostReach: [Reachability.Unreachable] = []
    /// How many tokens could not be produced before the edit either, and still are there.
    public private(set) var unreachableBefore = 0
    /// The tokens of the vocabulary, before and after.
    public let tokenCount: (before: Int, after: Int)
    /// The merges, before and after; nil for models that do not merge.
    public let mergeCount: (before: Int, after: Int)?
    /// What a corpus costs, before and after; nil: there was none.
    public let cost: (before: CorpusCost, after: CorpusCost)?
    /// The tokens that are gone, those that the corpus used most in front.
    public private(set) var lost: [LostToken] = []
    /// What else is to be said.
    public let notes: [String]

    /// Looks at what `edit` made of `old`.
    ///
    /// - Parameter cost: what a corpus costs with both.
    /// - Throws: `LocatedError` when one of the two cannot work.
    public init(
        of edit: VocabularyEdit, from old: TokenizerDefinition,
        cost: (before: CorpusCost, after: CorpusCost)? = nil
    ) throws(LocatedError) {
        notes = edit.notes
        self.cost = cost
        tokenCount = (old.usedCount, edit.definition.usedCount)
        mergeCount =
            if let before = old.mergeCount, let after = edit.definition.mergeCount {
                (before, after)
            } else {
                nil
            }
        let newIDs = edit.newIDs(oldCount: old.idCount)
        let unreachable = try Reachability(of: edit.definition).unreachable
        let before = Set(try Reachability(of: old).unreachable.compactMap { newIDs[Int($0.id)] })
        lostReach = unreachable.filter { !before.contains($0.id) }
        unreachableBefore = unreachable.count - lostReach.count
        let model = try PieceModel(edit.definition.model)
        let vocabulary = edit.definition.model.vocabulary
        for (id, new) in newIDs.enumerated() where new == nil {
            let spelling = old.model.vocabulary.spelling(of: TokenID(id))
            guard !spelling.isEmpty else { continue }
            let uses = cost.map { id < $0.before.uses.count ? $0.before.uses[id] : 0 } ?? 0
            lost.append(
                LostToken(
                    id: TokenID(id), spelling: spelling, uses: uses,
                    pieces: model.tokens(of: spelling).map { vocabulary.spelling(of: $0) }))
        }
        lost.sort { ($1.uses, $0.id) < ($0.uses, $1.id) }
    }

    /// The report for machines; the lost tokens are the first hundred.
    public var json: JSONValue {
        var object: JSONObject = [
            "tokens": ["before": .integer(tokenCount.before), "after": .integer(tokenCount.after)],
            "lostCount": .integer(lost.count),
            "lost": .array(
                lost.prefix(100).map { token in
                    [
                        "id": .integer(Int(token.id)), "token": .string(text(token.spelling)),
                        "uses": .integer(token.uses),
                        "pieces": .array(token.pieces.map { .string(text($0)) }),
                    ]
                }),
            "unreachable": .array(lostReach.map(\.json)),
            "unreachableBefore": .integer(unreachableBefore),
            "notes": .array(notes.map { .string($0) }),
        ]
        if let mergeCount {
            object["merges"] = ["before": .integer(mergeCount.before), "after": .integer(mergeCount.after)]
        }
        if let cost {
            object["corpus"] = [
                "bytes": .integer(cost.before.byteCount),
                "tokens": [
                    "before": .integer(cost.before.tokenCount), "after": .integer(cost.after.tokenCount),
                ],
                "bytesPerToken": [
                    "before": .number(cost.before.bytesPerToken), "after": .number(cost.after.bytesPerToken),
                ],
            ]
        }
        return .object(object)
    }

    private func text(_ spelling: [UInt8]) -> String { String(decoding: spelling, as: UTF8.self) }
}

extension Reachability.Unreachable {
    /// The entry of a report.
    public var json: JSONValue {
        [
            "id": .integer(Int(id)), "token": .string(String(decoding: spelling, as: UTF8.self)),
            "becomes": .array(becomes.map { .integer(Int($0)) }), "reason": .string(reason),
        ]
    }
}

extension TokenizerDefinition {
    /// The number of ids that somebody has.
    var usedCount: Int {
        let vocabulary = model.vocabulary
        let listed = (0..<vocabulary.count).count { !vocabulary.spelling(of: TokenID($0)).isEmpty }
        let added = Set(addedTokens.map(\.id)).count { vocabulary.spelling(of: $0).isEmpty }
        return listed + added
    }
}
