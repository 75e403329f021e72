internal import TesseraCore

/// The pairs of neighbouring characters that some merge may join.
///
/// Llama's and Gemma's tokenizers have no pre-tokenizer: a whole text is one piece. A merge across the border of
/// characters `a` and `b` takes a left token that ends with `a` and a right token that begins with `b`. Where no merge
/// has such tokens, nothing ever crosses the border, so the text may be cut there and each side merged by itself with
/// the same result. In practice the borders before words are such places.
struct SafeCuts: Sendable {
    private let joins: JoinSet

    /// Characters that may be joined, or of which one is no token.
    private let ascii: ASCIIPairSet

    private let symbols: CharacterSymbols

    /// Finds the joined pairs; nil when the tokens are not spelled by what they are made of.
    init?(_ definition: BytePairDefinition, symbols: CharacterSymbols) {
        guard symbols.isUniform, let ends = Self.ends(of: definition.vocabulary) else { return nil }
        self.symbols = symbols
        var joins = JoinSet()
        for merge in definition.merges {
            let (left, right, made) = (Int(merge.left), Int(merge.right), Int(merge.made))
            // By induction over the merges, a token's text then begins and ends as its spelling does.
            guard ends[made] == Self.joined(ends[left], ends[right]) else { return nil }
            joins.insert((ends[left] & 0x1F_FFFF) << 21 | ends[right] >> 21)
        }
        self.joins = joins
        ascii = ASCIIPairSet { left, right in
            symbols[left] == nil || symbols[right] == nil
                || joins.contains(UInt64(left) << 21 | UInt64(right))
        }
    }

    /// Whether the text may be cut between `left` and `right`.
    @inline(__always)
    func allows(_ left: UInt32, _ right: UInt32) -> Bool {
        if left | right < 128 { return !ascii.contains(left, right) }
        guard symbols[left] != nil, symbols[right] != nil else { return false }
        return !joins.contains(UInt64(left) << 21 | UInt64(right))
    }

    /// For each token its first and last code points, 21 bits each; nil when one is not UTF-8.
    private static func ends(of vocabulary: Vocabulary) -> [UInt64]? {
        var ends: [UInt64] = []
        ends.reserveCapacity(vocabulary.count)
        for id in 0..<vocabulary.count {
            let pair: UInt64? = vocabulary.withSpelling(of: id) { spelling in
                guard !spelling.isEmpty else { return 0 }
                let length = min(scalarLength(lead: spelling[0]), spelling.count)
                var start = spelling.count - 1
                while start > 0, spelling[start] & 0xC0 == 0x80 { start -= 1 }
                let first = UnsafeRawBufferPointer(rebasing: spelling[..<length]).onlyScalar
                let last = UnsafeRawBufferPointer(rebasing: spelling[start...]).onlyScalar
                guard let first, let last else { return nil }
                return UInt64(first) << 21 | UInt64(last)
            }
            guard let pair else { return nil }
            ends.append(pair)
        }
        return ends
    }

    private static func scalarLength(lead: UInt8) -> Int {
        lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    }

    /// The ends of a token made of two.
    private static func joined(_ left: UInt64, _ right: UInt64) -> UInt64 {
        left & ~0x1F_FFFF | right & 0x1F_FFFF
    }
}

/// A set of pairs of code points, `a << 21 | b`.
private struct JoinSet: Sendable {
    /// Open addressing: the pair plus one; zero is free.
    private var slots = FixedTable<UInt64>(count: 1 << 10)
    private var count = 0
    private let hash = TableHash()

    mutating func insert(_ join: UInt64) {
        if count * 2 >= slots.count { grow() }
        let slot = place(of: join)
        guard slots.elements[slot] == 0 else { return }
        slots.elements[slot] = join + 1
        count += 1
    }

    @inline(__always)
    func contains(_ join: UInt64) -> Bool { slots.elements[place(of: join)] != 0 }

    /// Where the pair is, or the free place where it would be.
    @inline(__always)
    private func place(of join: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash(join)) & mask
        while slots.elements[slot] != 0, slots.elements[slot] != join + 1 { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        let old = slots
        slots = FixedTable(count: old.count * 2)
        for index in 0..<old.count where old.elements[index] != 0 {
            slots.elements[place(of: old.elements[index] - 1)] = old.elements[index]
        }
    }
}
