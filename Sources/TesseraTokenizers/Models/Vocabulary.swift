internal import CIntrinsics
public import TesseraCore

/// The tokens of a vocabulary by id and by spelling.
///
/// Spellings are compared as bytes. Ids may have holes, which have an empty spelling.
public struct Vocabulary: Sendable {
    /// The most ids that a slot of the index, and of `PairTable`, can hold.
    static let largestCount = 1 << 21 - 1

    /// The most bytes of all spellings.
    static let largestByteCount = Int(UInt32.max)

    /// The number of ids.
    public private(set) var count = 0

    private let bytes: FixedTable<UInt8>
    /// Where each spelling ends in `bytes`, after a zero.
    private let ends: FixedTable<UInt32>
    /// Open addressing: 11 bits of the hash, then 21 bits of the id plus one; zero is free.
    private let slots: FixedTable<UInt32>
    private let hash = TableHash()

    /// Makes an empty vocabulary with room for `capacity` tokens of `spellingBytes` bytes in all.
    init(capacity: Int, spellingBytes: Int) {
        var slotCount = 16
        while slotCount < capacity * 2 { slotCount *= 2 }
        slots = FixedTable(count: slotCount)
        ends = FixedTable(count: capacity + 1)
        bytes = FixedTable(count: spellingBytes)
    }

    /// Adds the next id; there must be room for it.
    ///
    /// - Returns: the id that has this spelling already, and nothing is added; else nil.
    mutating func append(spelling: UnsafeRawBufferPointer) -> TokenID? {
        if let start = spelling.baseAddress, !spelling.isEmpty {
            let hash = self.hash(start, count: spelling.count)
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] != 0 {
                if let id = match(slots[slot], hash, spelling) { return id }
                slot = (slot + 1) & (slots.count - 1)
            }
            slots[slot] = Self.tag(hash) | UInt32(truncatingIfNeeded: count + 1)
        }
        let end = Int(ends[count])
        precondition(spelling.count <= bytes.count - end)
        if let start = spelling.baseAddress {
            UnsafeMutableRawPointer(bytes.elements + end).copyMemory(from: start, byteCount: spelling.count)
        }
        ends[count + 1] = UInt32(truncatingIfNeeded: end + spelling.count)
        count += 1
        return nil
    }

    /// The id with this spelling.
    @inline(__always)
    func id(ofSpelling spelling: UnsafeRawBufferPointer) -> TokenID? {
        guard let start = spelling.baseAddress, !spelling.isEmpty else { return nil }
        let hash = self.hash(start, count: spelling.count)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            if let id = match(slots[slot], hash, spelling) { return id }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Asks for the memory in which the parts `ranges` of `text` will be looked up, for all before waiting for any.
    func prefetch(_ ranges: [Range<Int>], of text: UnsafeRawBufferPointer) {
        guard let start = text.baseAddress else { return }
        var hashes: [UInt64] = []
        for range in ranges {
            let hash = self.hash(start + range.lowerBound, count: range.count)
            CIntrinsics.prefetch(slots.elements + Int(truncatingIfNeeded: hash) & (slots.count - 1))
            hashes.append(hash)
        }
        var ids: [Int] = []
        for hash in hashes {
            let slot = slots[Int(truncatingIfNeeded: hash) & (slots.count - 1)]
            guard slot != 0, slot >> 21 == Self.tag(hash) >> 21 else { continue }
            ids.append(Int(slot & 0x1F_FFFF) - 1)
            CIntrinsics.prefetch(ends.elements + Int(slot & 0x1F_FFFF) - 1)
        }
        for id in ids { CIntrinsics.prefetch(bytes.elements + Int(ends[id])) }
    }

    /// The id with this spelling.
    func id(ofText spelling: String) -> TokenID? {
        var spelling = spelling
        return spelling.withUTF8 { id(ofSpelling: UnsafeRawBufferPointer($0)) }
    }

    /// The spelling of `id`, which must be below `count`; valid while the vocabulary lives.
    @inline(__always)
    private func spelling(_ id: Int) -> UnsafeRawBufferPointer {
        let start = Int(ends[id])
        return UnsafeRawBufferPointer(start: bytes.elements + start, count: Int(ends[id + 1]) - start)
    }

    /// The tokens with these spellings, by id; nil and empty spellings are ids that nobody uses.
    ///
    /// - Throws: `LocatedError` when two are equal, or there are too many.
    public init(_ spellings: [[UInt8]?]) throws(LocatedError) {
        let byteCount = spellings.reduce(0) { $0 + ($1?.count ?? 0) }
        guard spellings.count < Self.largestCount, byteCount < Self.largestByteCount else {
            throw LocatedError(
                field: "vocabulary", problem: "\(spellings.count) tokens of \(byteCount) bytes are too many",
                remedy: "use fewer than \(Self.largestCount) tokens")
        }
        self.init(capacity: spellings.count, spellingBytes: byteCount)
        for (id, spelling) in spellings.enumerated() {
            let bytes = spelling ?? []
            let earlier = bytes.withUnsafeBytes { append(spelling: $0) }
            if let earlier {
                throw LocatedError(
                    field: "vocabulary",
                    problem:
                        "the tokens \(earlier) and \(id) are both \"\(String(decoding: bytes, as: UTF8.self))\"",
                    remedy: "keep one of them")
            }
        }
    }

    /// The spelling of `id`; empty for ids that nobody uses or that are too large.
    public func spelling(of id: TokenID) -> [UInt8] {
        Int(id) < count ? withSpelling(of: Int(id)) { Array($0) } : []
    }

    /// The id with this spelling.
    public func id(of spelling: [UInt8]) -> TokenID? {
        spelling.withUnsafeBytes { id(ofSpelling: $0) }
    }

    /// Calls `body` with the spelling of `id`, which must be below `count`.
    @inline(__always)
    func withSpelling<Result>(of id: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withExtendedLifetime(bytes) { body(spelling(id)) }
    }

    /// The bytes of the spelling of `id`, which must be below `count`.
    @inline(__always)
    func spellingLength(of id: Int) -> Int { Int(ends.elements[id + 1]) - Int(ends.elements[id]) }

    /// Whether the spelling of `id`, which must be below `count`, is that of `left` followed by `right`.
    @inline(__always)
    func spells(_ id: Int, _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        withSpelling(of: id) { whole in
            whole.count == left.count + right.count
                && Self.equal(UnsafeRawBufferPointer(rebasing: whole[..<left.count]), left)
                && Self.equal(UnsafeRawBufferPointer(rebasing: whole[left.count...]), right)
        }
    }

    @inline(__always)
    private func match(_ slot: UInt32, _ hash: UInt64, _ other: UnsafeRawBufferPointer) -> TokenID? {
        guard slot >> 21 == Self.tag(hash) >> 21 else { return nil }
        let id = slot & 0x1F_FFFF - 1
        return withSpelling(of: Int(id)) { Self.equal($0, other) } ? id : nil
    }

    @inline(__always)
    private static func tag(_ hash: UInt64) -> UInt32 {
        UInt32(truncatingIfNeeded: hash >> 32) & 0xFFE0_0000
    }

    @inline(__always)
    private static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        var position = 0
        while position + 8 <= left.count {
            let leftWord = left.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let rightWord = right.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            if leftWord != rightWord { return false }
            position += 8
        }
        while position < left.count {
            if left[position] != right[position] { return false }
            position += 1
        }
        return true
    }
}
