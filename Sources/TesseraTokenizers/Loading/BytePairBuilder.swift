internal import TesseraCore

/// Puts a byte-level vocabulary and its merges together, checking both.
struct BytePairBuilder {
    private(set) var vocabulary = Vocabulary(capacity: 0, spellingBytes: 0)
    private var merges: [BytePairDefinition.Merge] = []
    private let file: String
    private var joined: [UInt8] = []

    init(file: String) {
        self.file = file
    }

    /// Makes room for the tokens; comes before the first `append(spelling:)`.
    ///
    /// - Parameters:
    ///   - count: the number of tokens.
    ///   - spellingBytes: the bytes of all their spellings.
    mutating func reserve(tokens count: Int, spellingBytes: Int) throws(LocatedError) {
        guard count > 0, count < Vocabulary.largestCount else {
            throw error("vocabulary", "\(count) tokens, expected 1 to \(Vocabulary.largestCount - 1)")
        }
        guard spellingBytes < Vocabulary.largestByteCount else {
            throw error("vocabulary", "the tokens are spelled in \(spellingBytes) bytes, the limit is 4 GiB")
        }
        vocabulary = Vocabulary(capacity: count, spellingBytes: spellingBytes)
    }

    /// Makes room for the merges; comes before the first `append(merge:)`.
    mutating func reserve(merges count: Int) throws(LocatedError) {
        guard count < PairTable.largestCount else {
            throw error("merges", "\(count) merges, expected fewer than \(PairTable.largestCount)")
        }
        merges.reserveCapacity(count)
    }

    /// Adds a token with the next id.
    ///
    /// - Returns: the token that has this spelling already; then nothing was added.
    mutating func append(spelling: UnsafeRawBufferPointer) -> TokenID? {
        vocabulary.append(spelling: spelling)
    }

    /// Adds the merge with the next rank.
    mutating func append(
        merge left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer, field: String
    ) throws(LocatedError) {
        guard let leftID = vocabulary.id(ofSpelling: left), let rightID = vocabulary.id(ofSpelling: right),
            let made = token(left, right)
        else {
            let parts = [Array(left), Array(right), Array(left) + Array(right)]
            let missing =
                parts.first { part in part.withUnsafeBytes { vocabulary.id(ofSpelling: $0) } == nil } ?? []
            throw error(
                field,
                "merge \(merges.count) needs the token \"\(String(decoding: missing, as: UTF8.self))\", which is not"
                    + " in the vocabulary")
        }
        merges.append(BytePairDefinition.Merge(leftID, rightID, makes: made))
    }

    /// The token spelled by `left` and `right`.
    @inline(__always)
    private mutating func token(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> TokenID? {
        // Trained vocabularies list merged tokens in the order of the merges: the next id is the likely one.
        if let last = merges.last?.made, Int(last) + 1 < vocabulary.count,
            vocabulary.spells(Int(last) + 1, left, right)
        {
            return last + 1
        }
        joined.removeAll(keepingCapacity: true)
        joined.append(contentsOf: left)
        joined.append(contentsOf: right)
        return joined.withUnsafeBytes { vocabulary.id(ofSpelling: $0) }
    }

    /// The model.
    func finish(ignoresMerges: Bool) -> BytePairDefinition {
        var model = BytePairDefinition(vocabulary: vocabulary, merges: merges)
        model.ignoresMerges = ignoresMerges
        return model
    }

    private func error(_ field: String, _ problem: String) -> LocatedError {
        LocatedError(
            file: file, field: field, problem: problem,
            remedy: "the file is damaged; fetch or convert it again")
    }
}
