internal import TesseraCore

/// Byte-level byte-pair encoding: the tables that `PieceEncoder` encodes pieces of text with.
struct BytePairModel: Sendable {
    /// The vocabulary, whose spellings use `ByteAlphabet`.
    let vocabulary: Vocabulary

    /// The merges.
    let pairs: PairTable

    /// For each pair of bytes the rank of their merge plus one; zero: they do not merge.
    let bytePairs: FixedTable<UInt32>

    /// The words that are one token.
    let wholeTokens: WholeTokenTable

    /// Whether a piece that is a token as a whole becomes it without looking at the merges.
    let ignoresMerges: Bool

    /// The bytes that have no token; encoding drops them, as the reference does without an unknown token.
    private(set) var bytesWithoutToken: [UInt8]

    /// For each byte its token, the unknown token, or `noToken`.
    let byteTokens: FixedTable<TokenID>

    /// For each byte its token or `noToken`.
    let ownByteTokens: FixedTable<TokenID>

    let alphabet: ByteAlphabet
    private let unknownToken: TokenID?

    static let noToken = TokenID.max

    /// The model of `definition`, whose vocabulary spells bytes.
    init(_ definition: BytePairDefinition) {
        let vocabulary = definition.vocabulary
        let alphabet = ByteAlphabet()
        self.vocabulary = vocabulary
        self.alphabet = alphabet
        let pairs = PairTable(definition)
        self.pairs = pairs
        ignoresMerges = definition.ignoresMerges
        unknownToken = definition.unknownToken
        let byteTokens = FixedTable<TokenID>(count: 256)
        for byte in UInt8.min ... .max {
            var spelling: [UInt8] = []
            alphabet.appendSpelling(of: byte, to: &spelling)
            byteTokens[Int(byte)] = spelling.withUnsafeBytes { vocabulary.id(ofSpelling: $0) } ?? Self.noToken
        }
        bytesWithoutToken = (UInt8.min ... .max).filter { byteTokens[Int($0)] == Self.noToken }
        bytePairs = Self.bytePairs(definition, pairs, byteTokens)
        ownByteTokens = byteTokens
        if ignoresMerges {
            wholeTokens = WholeTokenTable(vocabulary, alphabet) { _ in true }
        } else {
            let selfEncoding = SelfEncodingTokens(definition, pairs, byteTokens)
            wholeTokens = WholeTokenTable(vocabulary, alphabet) { selfEncoding.contains($0) }
        }
        self.byteTokens = FixedTable(count: 256)
        for byte in 0..<256 {
            let id = byteTokens[byte]
            self.byteTokens[byte] = id == Self.noToken ? unknownToken ?? id : id
        }
        if unknownToken != nil { bytesWithoutToken = [] }
    }

    /// The ranks plus one of the merges of two bytes.
    private static func bytePairs(
        _ definition: BytePairDefinition, _ pairs: PairTable, _ byteTokens: FixedTable<TokenID>
    ) -> FixedTable<UInt32> {
        let bytePairs = FixedTable<UInt32>(count: 1 << 16)
        var bytes: [TokenID: Int] = [:]
        var largest: TokenID = 0
        for byte in 0..<256 where byteTokens[byte] != noToken {
            bytes[byteTokens[byte]] = byte
            largest = max(largest, byteTokens[byte])
        }
        pairs.withView { pairs in
            for merge in definition.merges where merge.left <= largest && merge.right <= largest {
                guard let left = bytes[merge.left], let right = bytes[merge.right] else { continue }
                bytePairs[left << 8 | right] = pairs.rank(merge.left, merge.right) + 1
            }
        }
        return bytePairs
    }

    /// Calls `body` with an encoder of pieces for one call of `encode`.
    @inline(__always)
    func withEncoder<Result>(_ scratch: EncoderScratch, _ body: (PieceEncoder) -> Result) -> Result {
        pairs.withView { pairs in
            withExtendedLifetime((byteTokens, ownByteTokens, bytePairs)) {
                body(PieceEncoder(model: self, pairs: pairs, scratch: scratch))
            }
        }
    }

    /// How many bytes of text `id` takes: an unknown token takes one.
    func tokenByteCount(of id: TokenID) -> Int {
        id == unknownToken
            ? 1
            : vocabulary.withSpelling(of: Int(id)) { alphabet.byteCount(of: $0) }
    }

    /// Whether `byte` has a token.
    func hasToken(_ byte: UInt8) -> Bool { byteTokens[Int(byte)] != Self.noToken }
}
