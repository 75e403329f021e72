internal import TesseraCore
internal import TesseraFiles

extension AddedToken {
    /// The elements of `added_tokens` of a `tokenizer.json`.
    ///
    /// As in the reference, a token that the model has too takes its id from there, of two with the same
    /// content the last one counts, and empty ones are left out.
    ///
    /// - Throws: `LocatedError` naming an element without id or content, or one that has the id of another
    ///   token.
    static func list(_ field: JSONField, vocabulary: Vocabulary) throws(LocatedError) -> [AddedToken] {
        var tokens: [AddedToken] = []
        var places: [ByteKey: Int] = [:]
        var owners: [TokenID: Int] = [:]
        for index in try (field.optionalArray() ?? []).indices {
            let entry = field[index]
            let content = try entry["content"].string()
            if content.isEmpty { continue }
            let stated = try id(entry["id"])
            let token = try AddedToken(
                entry, content: content, id: vocabulary.id(ofText: content) ?? stated)
            let isInModel = vocabulary.withSpellingIfPresent(of: token.id) { spelling in
                token.content.withUnsafeBytes { !spelling.hasSameBytes(as: $0) }
            }
            if isInModel { throw entry["id"].error("\(token.id) is the id of another token of the model") }
            if let place = places[ByteKey(content)] {
                tokens[place] = token
                continue
            }
            if let other = owners.updateValue(index, forKey: token.id) {
                throw entry["id"].error("\(token.id) is the id of \(field[other].name) too")
            }
            places[ByteKey(content)] = tokens.count
            tokens.append(token)
        }
        return tokens
    }

    /// A token with the flags of `field`; those that are missing are false, but what is not special is
    /// normalized.
    init(_ field: JSONField, content: String, id: TokenID) throws(LocatedError) {
        let bytes = Array(content.utf8)
        guard bytes.count <= Self.largestByteCount else {
            throw field["content"].error("has \(bytes.count) bytes, more than \(Self.largestByteCount)")
        }
        let special = try field["special"].optionalBool() ?? false
        self.init(
            id: id, content: bytes, isSpecial: special,
            stripsLeft: try field["lstrip"].optionalBool() ?? false,
            stripsRight: try field["rstrip"].optionalBool() ?? false,
            isSingleWord: try field["single_word"].optionalBool() ?? false,
            isNormalized: try field["normalized"].optionalBool() ?? !special)
    }

    /// An id that a vocabulary can hold.
    static func id(_ field: JSONField) throws(LocatedError) -> TokenID {
        let value = try field.integer()
        guard value >= 0, value < Vocabulary.largestCount - 1 else {
            throw field.error("\(value) is not an id between 0 and \(Vocabulary.largestCount - 2)")
        }
        return TokenID(truncatingIfNeeded: value)
    }
}

extension Vocabulary {
    /// Whether `id` is used and `body` holds for its spelling.
    func withSpellingIfPresent(of id: TokenID, _ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        guard Int(id) < count else { return false }
        return withSpelling(of: Int(id)) { !$0.isEmpty && body($0) }
    }
}
