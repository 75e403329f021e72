internal import TesseraCore

/// Byte-level byte-pair encoding: the tables that `PieceEncoder` encodes pieces of text with.
///
/// A class, so that handing it on for a short text counts one reference and not one for each table.
final class BytePairModel: Sendable {
    /// The vocabulary, whose spellings use `ByteAlphabet`.
    let vocabulary: Vocabulary

    /// The merges.
    let pairs: PairTable

    /// For each pair of bytes the rank of their merge, then in the upper half the token it makes plus one; zero: they
    /// do not merge.
    let bytePairs: FixedTable<UInt64>

    /// The words that are one token.
    let wholeTokens: WholeTokens

    /// Whether a piece that is a token as a whole becomes it without looking at the merges.
    let ignoresMerges: Bool

    /// The bytes that have no token; encoding drops them, as the reference does without an unknown token.
    let bytesWithoutToken: [UInt8]

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
        bytesWithoutToken =
            definition.unknownToken == nil
            ? (UInt8.min ... .max).filter { byteTokens[Int($0)] == Self.noToken } : []
        bytePairs = Self.bytePairs(definition, pairs, byteTokens)
        ownByteTokens = byteTokens
        let ignoresMerges = ignoresMerges
        wholeTokens = WholeTokens(isNeeded: ignoresMerges) {
            guard !ignoresMerges else { return WholeTokenTable(vocabulary, alphabet) { _ in true } }
            let selfEncoding = SelfEncodingTokens(definition, pairs, byteTokens)
            return WholeTokenTable(vocabulary, alphabet) { selfEncoding.contains($0) }
        }
        self.byteTokens = FixedTable(count: 256)
        for byte in 0..<256 {
            let id = byteTokens[byte]
            self.byteTokens[byte] = id == Self.noToken ? unknownToken ?? id : id
        }
    }

    /// The merges of two bytes.
    private static func bytePairs(
        _ definition: BytePairDefinition, _ pairs: PairTable, _ byteTokens: FixedTable<TokenID>
    ) -> FixedTable<UInt64> {
        let bytePairs = FixedTable<UInt64>(count: 1 << 16)
        var bytes: [TokenID: Int] = [:]
        var largest: TokenID = 0
        for byte in 0..<256 where byteTokens[byte] != noToken {
            bytes[byteTokens[byte]] = byte
            largest = max(largest, byteTokens[byte])
        }
        pairs.withView { pairs in
            for merge in definition.merges where merge.left <= largest && merge.right <= largest {
                guard let left = bytes[merge.left], let right = bytes[merge.right] else { continue }
                let merge = pairs.merge(merge.left, merge.right)
                bytePairs[left << 8 | right] = UInt64(merge.rank) | (UInt64(merge.made) + 1) << 32
            }
        }
        return bytePairs
    }

    /// Calls `body` with an encoder of pieces for one call of `encode`, for a text of `byteCount` bytes.
    @inline(__always)
    func withEncoder<Result>(
        _ scratch: EncoderScratch, byteCount: Int, _ body: (PieceEncoder) -> Result
    ) -> Result {
        let wholeTokens = wholeTokens.table(for: byteCount, seen: &scratch.seenByteCount)
        return pairs.withView { pairs in
            wholeTokens.withView { view in
                withExtendedLifetime((self, scratch, scratch.pieces, wholeTokens)) {
                    body(PieceEncoder(model: self, pairs: pairs, wholeTokens: view, scratch: scratch))
                }
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
