internal import TesseraCore

/// Puts a byte-level vocabulary and its merges together, checking both.
struct BytePairBuilder {
    private(set) var vocabulary = Vocabulary(capacity: 0, spellingBytes: 0)
    private var pairs = PairTable(capacity: 0)
    private let file: String
    private let alphabet: ByteAlphabet
    private var joined: [UInt8] = []

    init(file: String, alphabet: ByteAlphabet) {
        self.file = file
        self.alphabet = alphabet
    }

    /// Makes room for the tokens; comes before the first `append(spelling:)`.
    mutating func reserve(tokens count: Int, spellingBytes: Int) throws(LocatedError) {
        guard count > 0, count < Vocabulary.largestCount else {
            throw error("vocabulary", "\(count) tokens, expected 1 to \(Vocabulary.largestCount - 1)")
        }
        vocabulary = Vocabulary(capacity: count, spellingBytes: spellingBytes)
    }

    /// Makes room for the merges; comes before the first `append(merge:)`.
    mutating func reserve(merges count: Int) throws(LocatedError) {
        guard count < PairTable.largestCount else {
            throw error("merges", "\(count) merges, expected fewer than \(PairTable.largestCount)")
        }
        pairs = PairTable(capacity: count)
    }

    /// Adds a token with the next id.
    ///
    /// - Parameter standsForItself: the spelling is text, not bytes spelled as characters.
    /// - Returns: the token that has this spelling already; then nothing was added.
    mutating func append(spelling: UnsafeRawBufferPointer, standsForItself: Bool = false) -> TokenID? {
        let alphabet = alphabet
        return vocabulary.append(spelling: spelling) { bytes in
            if standsForItself {
                bytes.append(contentsOf: spelling)
            } else {
                alphabet.appendBytes(of: spelling, to: &bytes)
            }
        }
    }

    /// Adds the merge with the next rank.
    mutating func append(
        merge left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer, field: String
    ) throws(LocatedError) {
        joined.removeAll(keepingCapacity: true)
        joined.append(contentsOf: left)
        joined.append(contentsOf: right)
        let made = joined.withUnsafeBytes { vocabulary.id(ofSpelling: $0) }
        guard let leftID = vocabulary.id(ofSpelling: left), let rightID = vocabulary.id(ofSpelling: right),
            let made
        else {
            let parts = [Array(left), Array(right), joined]
            let missing = parts.first { part in part.withUnsafeBytes { vocabulary.id(ofSpelling: $0) } == nil } ?? []
            throw error(
                field,
                "merge \(pairs.merged.count) needs the token \"\(String(decoding: missing, as: UTF8.self))\", which is"
                    + " not in the vocabulary")
        }
        pairs.append(leftID, rightID, makes: made)
    }

    /// The model.
    func finish(ignoresMerges: Bool) throws(LocatedError) -> BytePairModel {
        let model = BytePairModel(
            vocabulary: vocabulary, pairs: pairs, ignoresMerges: ignoresMerges, alphabet: alphabet)
        guard model.bytesWithoutToken.count < 256 else {
            throw error("vocabulary", "no token stands for a single byte, so nothing can be encoded")
        }
        return model
    }

    private func error(_ field: String, _ problem: String) -> LocatedError {
        LocatedError(
            file: file, field: field, problem: problem, remedy: "the file is damaged; fetch or convert it again")
    }
}
