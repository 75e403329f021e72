internal import TesseraFiles

/// How often each piece of text occurs: a hash table in two blocks of memory.
///
/// A slot holds a piece of up to 15 bytes itself; longer ones stand in a second block. Slots are ordered by the upper
/// bits of the hash, so that growing and adding one table to another go through memory from front to back. The seed
/// differs from process to process, so that no text can be made whose pieces all meet in one slot; nothing that is
/// seen outside depends on it once pieces are sorted.
struct PieceTable: ~Copyable {
    /// A piece and its count; a count of zero is a free slot.
    ///
    /// Not private, for Swift 6.3 without optimization destroys lists of it from other files and crashes where it
    /// cannot name their element.
    struct Slot: BitwiseCopyable {
        /// The first 8 bytes of a short piece; where a long one starts.
        var head: UInt64
        /// The other 7 bytes and in the top byte the length; for a long one 255, then 24 bits of the hash, then the
        /// length.
        var tail: UInt64
        var count: Int
    }

    /// How many different pieces there are.
    private(set) var count = 0

    private var slots: PlainList<Slot>
    private var longPieces = PlainList<UInt8>()
    private var shift: UInt64

    private let seed: UInt64

    private static let processSeed = UInt64.random(in: .min ... .max) | 1

    /// Makes an empty table.
    init() {
        seed = Self.processSeed
        slots = PlainList(zeros: 1 << 12)
        shift = 64 - 12
    }

    /// The bytes that it holds; three times as many pieces fit before it grows.
    var byteCount: Int { slots.byteCount + longPieces.byteCount }

    /// The bytes that it needs while it grows the next time.
    var byteCountWhenGrowing: Int { slots.byteCount * 3 + longPieces.byteCount * 2 }

    /// Whether the next new piece makes it grow.
    var isFull: Bool { count >= slots.count / 8 * 5 }

    /// Whether a quarter of the new pieces that fit, or fewer, are left until it grows.
    var isNearlyFull: Bool { count >= slots.count / 2 }

    /// Counts `piece`, which must not be empty, `count` times more.
    @inline(__always)
    mutating func add(_ piece: UnsafeBufferPointer<UInt8>, count: Int = 1) {
        guard let start = piece.baseAddress, piece.count > 0 else { return }
        if piece.count <= 15 {
            let (head, tail) = Self.key(UnsafeRawPointer(start), piece.count)
            add(head, tail, count)
        } else {
            addLong(UnsafeRawBufferPointer(start: start, count: piece.count), count)
        }
    }

    @inline(__always)
    private mutating func add(_ head: UInt64, _ tail: UInt64, _ count: Int) {
        let elements = slots.elements
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: hash(head, tail) >> shift)
        while true {
            if elements[place].tail == tail, elements[place].head == head {
                elements[place].count &+= count
                return
            }
            if elements[place].tail == 0 { break }
            place = (place + 1) & mask
        }
        elements[place] = Slot(head: head, tail: tail, count: count)
        self.count += 1
        if isFull { grow() }
    }

    private mutating func addLong(_ piece: UnsafeRawBufferPointer, _ count: Int) {
        guard let start = piece.baseAddress else { return }
        let hash = self.hash(piece)
        let tail = Self.longTail(hash, piece.count)
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: hash >> shift)
        while true {
            let slot = slots.elements[place]
            if slot.tail == tail, piece.count == longCount(slot),
                longBytes(slot).hasSameBytes(as: piece)
            {
                slots.elements[place].count &+= count
                return
            }
            if slot.tail == 0 { break }
            place = (place + 1) & mask
        }
        let offset = longPieces.extend(by: piece.count + Self.longHeader)
        UnsafeMutableRawPointer(longPieces.elements + offset).storeBytes(of: piece.count, as: Int.self)
        UnsafeMutableRawPointer(longPieces.elements + offset + Self.longHeader)
            .copyMemory(from: start, byteCount: piece.count)
        slots.elements[place] = Slot(head: UInt64(offset), tail: tail, count: count)
        self.count += 1
        if isFull { grow() }
    }

    /// The bytes in front of a long piece that hold its length; pieces start at any address.
    private static let longHeader = 8

    private static func longTail(_ hash: UInt64, _ count: Int) -> UInt64 {
        0xFF << 56 | (hash & 0xFF_FFFF) << 32 | UInt64(truncatingIfNeeded: count) & 0xFFFF_FFFF
    }

    private func longCount(_ slot: Slot) -> Int {
        UnsafeRawPointer(longPieces.elements + Int(slot.head)).loadUnaligned(as: Int.self)
    }

    private func longBytes(_ slot: Slot) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: longPieces.elements + Int(slot.head) + Self.longHeader, count: longCount(slot))
    }

    private mutating func grow() {
        let old = slots.count
        var enlarged = PlainList<Slot>(zeros: old * 2)
        shift -= 1
        swap(&enlarged, &slots)
        let mask = slots.count - 1
        for slot in enlarged.buffer where slot.tail != 0 {
            let hash = slot.tail >> 56 == 0xFF ? self.hash(longBytes(slot)) : self.hash(slot.head, slot.tail)
            var place = Int(truncatingIfNeeded: hash >> shift)
            while slots.elements[place].tail != 0 { place = (place + 1) & mask }
            slots.elements[place] = slot
        }
    }

    /// The slots, free ones included.
    var slotCount: Int { slots.count }

    /// Calls `body` with the piece in a slot and its count; with an empty piece and zero for a free slot.
    @inline(__always)
    func withPiece<Failure: Error>(
        at place: Int, _ body: (UnsafeBufferPointer<UInt8>, Int) throws(Failure) -> Void
    ) throws(Failure) {
        let slot = slots[place]
        if slot.tail >> 56 == 0xFF {
            let bytes = longBytes(slot)
            let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            try body(UnsafeBufferPointer(start: start, count: bytes.count), slot.count)
            return
        }
        let length = Int(slot.tail >> 56)
        var bytes = (slot.head.littleEndian, slot.tail.littleEndian)
        let result: Result<Void, Failure> = withUnsafePointer(to: &bytes) { pointer in
            let start = UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt8.self)
            return Result { () throws(Failure) in
                try body(UnsafeBufferPointer(start: start, count: length), slot.count)
            }
        }
        try result.get()
    }

    /// Calls `body` with every piece and its count, in no order that means anything.
    func forEach<Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>, Int) throws(Failure) -> Void
    ) throws(Failure) {
        for place in 0..<slots.count where slots[place].tail != 0 { try withPiece(at: place, body) }
    }

    /// Adds all counts of `other`.
    mutating func add(_ other: borrowing PieceTable) {
        other.forEach { piece, count in add(piece, count: count) }
    }
}

extension PieceTable {
    /// A short piece as two numbers.
    @inline(__always)
    private static func key(_ start: UnsafeRawPointer, _ count: Int) -> (UInt64, UInt64) {
        let length = UInt64(truncatingIfNeeded: count) << 56
        func word(_ offset: Int) -> UInt64 {
            UInt64(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        if count >= 8 {
            // The last eight bytes overlap the first; what overlaps is shifted out.
            guard count > 8 else { return (word(0), length) }
            return (word(0), length | word(count - 8) >> (UInt64(truncatingIfNeeded: 16 - count) << 3))
        }
        if count >= 4 {
            let low = UInt64(UInt32(littleEndian: start.loadUnaligned(as: UInt32.self)))
            let high = UInt64(
                UInt32(littleEndian: start.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)))
            return (low | high << (UInt64(truncatingIfNeeded: count - 4) << 3), length)
        }
        let first = UInt64(start.load(as: UInt8.self))
        let middle = UInt64(start.load(fromByteOffset: count / 2, as: UInt8.self))
        let last = UInt64(start.load(fromByteOffset: count - 1, as: UInt8.self))
        return (
            first | middle << (UInt64(truncatingIfNeeded: count / 2) << 3)
                | last << (UInt64(truncatingIfNeeded: count - 1) << 3), length
        )
    }

    @inline(__always)
    private func hash(_ head: UInt64, _ tail: UInt64) -> UInt64 {
        let product = (head ^ seed).multipliedFullWidth(by: tail ^ 0xE703_7ED1_A0B4_28DB)
        return (product.high ^ product.low) &* 0x9E37_79B9_7F4A_7C15
    }

    private func hash(_ piece: UnsafeRawBufferPointer) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: piece.count)
        var place = 0
        while place + 8 <= piece.count {
            let word = piece.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            let product = (hash ^ word).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
            hash = product.high ^ product.low
            place += 8
        }
        var rest: UInt64 = 0
        while place < piece.count {
            rest = rest << 8 | UInt64(piece[place])
            place += 1
        }
        let product = (hash ^ rest).multipliedFullWidth(by: 0x8EBC_6AF0_9C88_C6E3)
        return (product.high ^ product.low) &* 0x9E37_79B9_7F4A_7C15
    }
}
