public import TesseraCore
public import TesseraTokenizers

/// The tokens of a vocabulary by their bytes, ready for masks; made once for a tokenizer and shared by all grammars.
public final class TokenVocabulary: Sendable {
    /// The number of ids, used or not.
    public let size: Int

    /// The ids that end a text: allowed exactly where the grammar may end.
    public let endOfText: [TokenID]

    /// A number that is the same for equal vocabularies only, as far as 64 bits can tell.
    public let fingerprint: UInt64

    let trie: TokenTrie
    /// The bytes of the tokens that text consists of; empty for special tokens and unused ids.
    private let bytesByID: [[UInt8]]

    /// The most bytes of a token; longer ones are left out of masks.
    private static let longestToken = 1_024

    /// Takes the tokens that text consists of: special tokens have no bytes.
    public convenience init(_ tokenizer: PipelineTokenizer) {
        self.init(
            bytes: (0..<tokenizer.vocabularySize).map { id in
                let id = TokenID(truncatingIfNeeded: id)
                return tokenizer.isSpecial(id) ? [] : tokenizer.bytes(of: id)
            }, special: tokenizer.specialTokens)
    }

    /// Takes the bytes of each id.
    ///
    /// - Parameters:
    ///   - bytes: empty for ids that stand for no text. Tokens of more than 1,024 bytes are never allowed.
    ///   - special: whose tokens are never text, and which of them end one.
    public init(bytes: [[UInt8]], special: SpecialTokens) {
        let roles = special.endOfText.union(
            [special.beginOfText, special.unknown, special.padding].compactMap { $0 })
        var kept = bytes
        for id in roles where kept.indices.contains(Int(id)) { kept[Int(id)] = [] }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for id in kept.indices {
            if kept[id].count > Self.longestToken { kept[id] = [] }
            mix(UInt8(truncatingIfNeeded: kept[id].count))
            mix(UInt8(truncatingIfNeeded: kept[id].count >> 8))
            for byte in kept[id] { mix(byte) }
        }
        endOfText = special.endOfText.filter { Int($0) < bytes.count }.sorted()
        for id in endOfText {
            for shift in [UInt32(0), 8, 16, 24] { mix(UInt8(truncatingIfNeeded: id >> shift)) }
        }
        fingerprint = hash
        size = bytes.count
        bytesByID = kept
        trie = TokenTrie(
            kept.enumerated().filter { !$0.element.isEmpty }.map {
                ($0.element, TokenID(truncatingIfNeeded: $0.offset))
            })
    }

    /// The bytes of a token; empty for special tokens, unused ids and ids out of range.
    public func bytes(of id: TokenID) -> [UInt8] {
        Int(id) < bytesByID.count ? bytesByID[Int(id)] : []
    }

    /// Cuts bytes into tokens, the longest first at each place; nil when a byte has no token.
    func longestTokens(of bytes: ArraySlice<UInt8>) -> [TokenID]? {
        var found: [TokenID] = []
        var position = bytes.startIndex
        while position < bytes.endIndex {
            var best: (id: TokenID, end: Int)?
            var node: Int?
            var place = position
            while place < bytes.endIndex, let next = trie.child(of: node, bytes[place]) {
                node = next
                place += 1
                if let token = trie.tokens(at: next).first { best = (trie.tokens[token], place) }
            }
            guard let best else { return nil }
            found.append(best.id)
            position = best.end
        }
        return found
    }
}
