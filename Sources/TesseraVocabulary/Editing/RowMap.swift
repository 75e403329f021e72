public import TesseraCore
public import TesseraFiles
public import TesseraTokenizers

/// Which rows of a model's embedding belong to the tokens of an edited vocabulary.
///
/// It is written beside the edited tokenizer, so that the model can be changed to match.
public struct RowMap: Hashable, Sendable {
    /// Where the row of a token comes from.
    public enum Source: Hashable, Sendable {
        /// The row of this token.
        case row(TokenID)
        /// A new token: the rows of the tokens that its text was before, in order.
        case pieces([TokenID])
        /// Nobody's id, or a token of which the old vocabulary knew nothing.
        case none
    }

    /// Tells the old vocabulary from others; see `TokenizerDefinition.fingerprint`.
    public var oldFingerprint: String
    /// Tells the new vocabulary from others.
    public var newFingerprint: String
    /// The rows of the old vocabulary.
    public var oldCount: Int
    /// For each new id where its row comes from.
    public var rows: [Source]
    /// The fingerprint of a second vocabulary that was taken in; nil: there was none.
    public var secondFingerprint: String?
    /// For each new id its row in the second vocabulary; empty: there was none.
    public var secondRows: [TokenID?] = []

    /// The map from `old` to the vocabulary that an edit made of it.
    public init(from old: TokenizerDefinition, _ edit: VocabularyEdit, second: TokenizerDefinition? = nil) {
        oldFingerprint = old.fingerprint
        newFingerprint = edit.definition.fingerprint
        oldCount = old.idCount
        rows = edit.rows
        secondFingerprint = second?.fingerprint
        secondRows = edit.secondRows
    }

    /// The content of `row-map.json`.
    public var json: JSONValue {
        var object: JSONObject = [
            "format": "tessera-row-map-1",
            "old": ["fingerprint": .string(oldFingerprint), "rows": .integer(oldCount)],
            "new": ["fingerprint": .string(newFingerprint), "rows": .integer(rows.count)],
            "rows": .array(rows.map(\.json)),
        ]
        if let secondFingerprint {
            object["second"] = [
                "fingerprint": .string(secondFingerprint),
                "rows": .array(secondRows.map { .integer($0.map { Int($0) } ?? -1) }),
            ]
        }
        return .object(object)
    }
}

extension RowMap.Source {
    fileprivate var json: JSONValue {
        switch self {
        case .row(let id): .integer(Int(id))
        case .pieces(let ids): .array(ids.map { .integer(Int($0)) })
        case .none: .integer(-1)
        }
    }
}

extension TokenizerDefinition {
    /// Tells vocabularies apart: the same for the same spellings at the same ids, added tokens included.
    ///
    /// A sum against mistakes and not against attackers.
    public var fingerprint: String {
        var sum = FNV1a()
        func add(_ id: TokenID, _ spelling: [UInt8]) {
            guard !spelling.isEmpty else { return }
            sum.add(id)
            sum.add(UInt32(truncatingIfNeeded: spelling.count))
            for byte in spelling { sum.add(byte) }
        }
        let vocabulary = model.vocabulary
        for id in 0..<vocabulary.count { add(TokenID(id), vocabulary.spelling(of: TokenID(id))) }
        for token in addedTokens.sorted(by: { $0.id < $1.id })
        where vocabulary.spelling(of: token.id) != token.content {
            add(token.id, token.content)
        }
        let digits = String(sum.value, radix: 16)
        return "fnv1a64:" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The number of ids, used or not.
    var idCount: Int { addedTokens.reduce(model.vocabulary.count) { max($0, Int($1.id) + 1) } }

    /// The number of ids.
    ///
    /// - Throws: `LocatedError` when an added token's id is far beyond those of any vocabulary.
    func checkedIDCount() throws(LocatedError) -> Int {
        guard idCount < 1 << 22 else {
            throw LocatedError(
                field: "added_tokens", problem: "the id \(idCount - 1) is beyond those of a vocabulary",
                remedy: "give the token a smaller id")
        }
        return idCount
    }

    /// The spelling of `id`: that of the added token, where there is one.
    func spelling(of id: TokenID, added: [TokenID: AddedToken]) -> [UInt8] {
        added[id]?.content ?? model.vocabulary.spelling(of: id)
    }

    /// The added tokens by id.
    var addedByID: [TokenID: AddedToken] {
        Dictionary(addedTokens.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

/// A definition that was edited, and where its tokens come from.
public struct VocabularyEdit: Sendable {
    /// The edited definition.
    public var definition: TokenizerDefinition
    /// For each id of it, the rows of the old vocabulary.
    public var rows: [RowMap.Source]
    /// For each id of it, the row of a second vocabulary; empty: there was none.
    public var secondRows: [TokenID?] = []
    /// What else is to be said, each a line.
    public var notes: [String] = []

    /// For each old id its new one; nil: it is gone.
    public func newIDs(oldCount: Int) -> [TokenID?] {
        var ids = [TokenID?](repeating: nil, count: oldCount)
        for (new, source) in rows.enumerated() {
            if case .row(let old) = source, Int(old) < oldCount { ids[Int(old)] = TokenID(new) }
        }
        return ids
    }
}

/// Text for messages: control characters escaped, long ones cut.
func quoted(_ bytes: some Collection<UInt8>) -> String {
    var text = ""
    for (index, scalar) in String(decoding: bytes, as: UTF8.self).unicodeScalars.enumerated() {
        guard index < 60 else {
            text += "…"
            break
        }
        switch scalar {
        case "\n": text += "\\n"
        case "\t": text += "\\t"
        case "\r": text += "\\r"
        case _ where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value):
            text += "\\u{\(String(scalar.value, radix: 16))}"
        default: text.unicodeScalars.append(scalar)
        }
    }
    return "`\(text)`"
}
