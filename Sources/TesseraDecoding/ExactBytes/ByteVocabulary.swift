public import TesseraCore
public import TesseraTokenizers

/// The tokens that text consists of, in the order of their bytes, so that those with a common beginning lie together.
///
/// Made once for a tokenizer. The place of a token in this order is its *rank*.
public struct ByteVocabulary: Sendable {
    /// The ids by rank.
    let tokens: [TokenID]

    /// The ids that end a text.
    let endOfText: [TokenID]

    /// The most bytes of a token.
    let longestTokenLength: Int

    /// The bytes of all tokens, by rank; those of rank r are at `starts[r]..<starts[r + 1]`.
    private let bytes: [UInt8]
    private let starts: [Int]

    /// For each id the bytes it stands for in a text; 0 for special tokens, unused ids and those left out.
    private let lengths: [Int]

    /// A bit for each pair of bytes that follow each other inside of a token.
    private let joins: [UInt64]

    /// Longer tokens are left out.
    private static let longestToken = 1_024

    /// Takes the tokens of a tokenizer; its special tokens are no text.
    ///
    /// - Throws: `LocatedError` for a vocabulary that cannot spell every byte its tokens consist of.
    public init(_ tokenizer: PipelineTokenizer) throws(LocatedError) {
        try self.init(tokenizer, isSpecial: tokenizer.isSpecial)
    }

    /// Takes the tokens of a tokenizer.
    ///
    /// - Parameter isSpecial: whether an id is no text beside those with a role.
    /// - Throws: `LocatedError` for a vocabulary that cannot spell every byte its tokens consist of.
    public init(
        _ tokenizer: some Tokenizer, isSpecial: (TokenID) -> Bool = { _ in false }
    ) throws(LocatedError) {
        var entries: [(bytes: [UInt8], id: TokenID)] = []
        var lengths = [Int](repeating: 0, count: tokenizer.vocabularySize)
        var joins = [UInt64](repeating: 0, count: 1_024)
        var (alone, used) = (Set<UInt8>(), Set<UInt8>())
        for (index, bytes) in tokenizer.textBytes(isSpecial: isSpecial).enumerated() {
            guard !bytes.isEmpty, bytes.count <= Self.longestToken else { continue }
            entries.append((bytes, TokenID(truncatingIfNeeded: index)))
            lengths[index] = bytes.count
            used.formUnion(bytes)
            if bytes.count == 1 { alone.insert(bytes[0]) }
            for (left, right) in zip(bytes, bytes.dropFirst()) {
                joins[Int(left) * 4 + Int(right >> 6)] |= 1 << UInt64(right & 63)
            }
        }
        try Self.check(alone, spell: used)
        entries.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        tokens = entries.map(\.id)
        bytes = entries.flatMap(\.bytes)
        starts = entries.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.bytes.count) }
        longestTokenLength = entries.reduce(0) { max($0, $1.bytes.count) }
        endOfText = tokenizer.specialTokens.endOfText.sorted()
        self.lengths = lengths
        self.joins = joins
    }

    /// Without a token for each byte, a text that ends inside a longer token might not be spelled in another way.
    private static func check(_ alone: Set<UInt8>, spell used: Set<UInt8>) throws(LocatedError) {
        guard let missing = used.subtracting(alone).min() else {
            guard used.isEmpty else { return }
            throw LocatedError(
                field: "vocabulary", problem: "it has no token that stands for text",
                remedy: "use the tokenizer that belongs to the model")
        }
        throw LocatedError(
            field: "vocabulary",
            problem: "byte 0x\(String(missing, radix: 16)) is part of a token and has no token of its own",
            remedy: "use a model with a byte-level vocabulary, or one that falls back to bytes")
    }

    /// The bytes of the token of a rank.
    func bytes(_ rank: Int) -> ArraySlice<UInt8> { bytes[starts[rank]..<starts[rank + 1]] }

    /// The number of bytes of the token of a rank.
    func length(_ rank: Int) -> Int { starts[rank + 1] - starts[rank] }

    /// The byte at `depth` of a token that is longer.
    func byte(_ rank: Int, at depth: Int) -> UInt8 { bytes[starts[rank] + depth] }

    /// The bytes that an id stands for; 0 when it is no text.
    public func length(of id: TokenID) -> Int { Int(id) < lengths.count ? lengths[Int(id)] : 0 }

    /// The bytes that ids stand for together.
    func length(of ids: some Sequence<TokenID>) -> Int { ids.reduce(0) { $0 + length(of: $1) } }

    /// Whether some token holds these two bytes one after the other.
    func joins(_ left: UInt8, _ right: UInt8) -> Bool {
        joins[Int(left) * 4 + Int(right >> 6)] >> UInt64(right & 63) & 1 == 1
    }

    /// Whether some token holds a byte and behind it `right`, or any other when that is nil.
    func joins(_ left: UInt8, _ right: UInt8?) -> Bool {
        if let right { return joins(left, right) }
        return joins[(Int(left) * 4)..<(Int(left) * 4 + 4)].contains { $0 != 0 }
    }

    /// The ranks of the tokens that begin with `prefix`.
    func ranks(beginningWith prefix: some Sequence<UInt8>) -> Range<Int> {
        var range = tokens.indices
        for (depth, byte) in prefix.enumerated() {
            range = narrowed(range, depth: depth, by: byte)
            if range.isEmpty { break }
        }
        return range
    }

    /// Of tokens that share their first `depth` bytes, those that go on with `byte`.
    func narrowed(_ range: Range<Int>, depth: Int, by byte: UInt8) -> Range<Int> {
        // A token that ends here comes before those that go on.
        func first(above bound: Int) -> Int {
            var (low, high) = (range.lowerBound, range.upperBound)
            while low < high {
                let middle = (low + high) / 2
                let next = length(middle) > depth ? Int(self.byte(middle, at: depth)) : -1
                if next < bound { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return first(above: Int(byte))..<first(above: Int(byte) + 1)
    }
}
