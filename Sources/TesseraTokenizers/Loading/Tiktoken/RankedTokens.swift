internal import TesseraCore

/// Tokens given as bytes with a rank, on the way to a byte-level model: what tiktoken's and Mistral's files
/// hold.
///
/// Such files have no merges: any two tokens that make a third may merge, and of several the one whose token
/// has the lowest rank goes first (tiktoken, `_byte_pair_merge`). The id of a token is its rank plus
/// `offset`.
struct RankedTokens {
    /// The longest token, in bytes: the number of ways to cut a token in two grows with it.
    static let longestToken = 4096

    private var table: SpellingTable
    private let alphabet = ByteAlphabet()
    private let file: String
    private let field: String
    private let offset: Int

    /// Starts with no tokens.
    ///
    /// - Parameters:
    ///   - offset: the id of rank zero.
    ///   - file: where the tokens come from, for errors.
    ///   - field: the same.
    init(offset: Int = 0, file: String, field: String) {
        self.offset = offset
        self.file = file
        self.field = field
        table = SpellingTable(file: file, field: field)
    }

    /// Makes room.
    mutating func reserve(tokens: Int, bytes: Int) { table.reserve(tokens: tokens, bytes: bytes) }

    /// Adds a token.
    mutating func append(_ bytes: [UInt8], rank: Int) throws(LocatedError) {
        guard !bytes.isEmpty, bytes.count <= Self.longestToken else {
            throw error(
                "the token of rank \(rank) has \(bytes.count) bytes, expected 1 to \(Self.longestToken)")
        }
        let (id, overflow) = rank.addingReportingOverflow(offset)
        guard rank >= 0, !overflow else { throw error("\(rank) is not a rank") }
        try table.append(id: id) { output in
            for byte in bytes { alphabet.appendSpelling(of: byte, to: &output) }
        }
    }

    /// The model.
    ///
    /// - Throws: `LocatedError` when a token occurs twice or one of the 256 bytes is missing.
    func model() throws(LocatedError) -> BytePairDefinition {
        let vocabulary = try table.vocabulary()
        for byte in UInt8.min ... .max {
            var spelling: [UInt8] = []
            alphabet.appendSpelling(of: byte, to: &spelling)
            guard vocabulary.id(of: spelling) != nil else {
                throw error("no token stands for the byte \(byte)")
            }
        }
        var model = BytePairDefinition(vocabulary: vocabulary, merges: try Self.merges(of: vocabulary, error))
        model.order = .byMadeToken
        model.ignoresMerges = true
        return model
    }

    /// Every way to make a token of two others, in the order of the tokens.
    ///
    /// Only cuts at lengths that some token has are tried, which bounds the work on files made to be slow.
    private static func merges(
        of vocabulary: Vocabulary, _ error: (String) -> LocatedError
    ) throws(LocatedError) -> [BytePairDefinition.Merge] {
        var hasLength = [Bool](repeating: false, count: longestToken * 2 + 1)
        for id in 0..<vocabulary.count { vocabulary.withSpelling(of: id) { hasLength[$0.count] = true } }
        var merges: [BytePairDefinition.Merge] = []
        merges.reserveCapacity(vocabulary.count * 2)
        for id in 0..<vocabulary.count {
            vocabulary.withSpelling(of: id) { spelling in
                var end = 1
                while end < spelling.count {
                    // A character of the alphabet, of one byte or two, stands for a byte.
                    if spelling[end] & 0xC0 != 0x80, hasLength[end], hasLength[spelling.count - end],
                        let left = vocabulary.id(
                            ofSpelling: UnsafeRawBufferPointer(rebasing: spelling[..<end])),
                        let right = vocabulary.id(
                            ofSpelling: UnsafeRawBufferPointer(rebasing: spelling[end...]))
                    {
                        merges.append(
                            BytePairDefinition.Merge(left, right, makes: TokenID(truncatingIfNeeded: id)))
                    }
                    end += 1
                }
            }
            guard merges.count < PairTable.largestCount else {
                throw error("the tokens can be made in more than \(PairTable.largestCount) ways")
            }
        }
        return merges
    }

    private func error(_ problem: String) -> LocatedError {
        LocatedError(
            file: file, field: field, problem: problem,
            remedy: "the file is damaged; fetch or convert it again")
    }
}
