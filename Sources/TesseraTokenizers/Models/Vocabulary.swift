internal import TesseraCore

/// The tokens of a vocabulary: for each id its spelling in the file and the bytes it stands for.
///
/// Spellings are compared as bytes. Ids may have holes, which have an empty spelling.
struct Vocabulary: Sendable {
    /// The most ids: what `PairTable` can hold.
    static let largestCount = 1 << 21 - 1

    private var spellings = Pool()
    private var contents = Pool()
    private var slots: [UInt64]
    private let slotMask: Int
    private let hash = TableHash()

    /// The number of ids.
    var count: Int { spellings.count }

    /// Makes an empty vocabulary with room for `capacity` tokens.
    init(capacity: Int, spellingBytes: Int) {
        var slotCount = 16
        while slotCount < capacity * 2 { slotCount *= 2 }
        slots = [UInt64](repeating: 0, count: slotCount)
        slotMask = slotCount - 1
        spellings.reserve(count: capacity, bytes: spellingBytes)
        contents.reserve(count: capacity, bytes: spellingBytes)
    }

    /// Adds the next id; `write` appends the bytes that it stands for.
    ///
    /// - Returns: the id that has this spelling already, and nothing is added; else nil.
    mutating func append(
        spelling: UnsafeRawBufferPointer, writingBytes write: (inout [UInt8]) -> Void
    ) -> TokenID? {
        if !spelling.isEmpty {
            let hash = self.hash(of: spelling)
            var slot = Int(truncatingIfNeeded: hash) & slotMask
            while slots[slot] != 0 {
                if let id = match(slots[slot], hash, spelling) { return id }
                slot = (slot + 1) & slotMask
            }
            slots[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(count + 1)
        }
        spellings.append { $0.append(contentsOf: spelling) }
        contents.append(write)
        return nil
    }

    /// The id with this spelling.
    @inline(__always)
    func id(ofSpelling spelling: UnsafeRawBufferPointer) -> TokenID? {
        guard !spelling.isEmpty else { return nil }
        let hash = self.hash(of: spelling)
        var slot = Int(truncatingIfNeeded: hash) & slotMask
        while slots[slot] != 0 {
            if let id = match(slots[slot], hash, spelling) { return id }
            slot = (slot + 1) & slotMask
        }
        return nil
    }

    /// The id with this spelling.
    func id(ofText spelling: String) -> TokenID? {
        var spelling = spelling
        return spelling.withUTF8 { id(ofSpelling: UnsafeRawBufferPointer($0)) }
    }

    /// Calls `body` with the spelling of `id`, which must be below `count`.
    func withSpelling<Result>(of id: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        spellings.withElement(id, body)
    }

    /// Calls `body` with the bytes that `id` stands for; `id` must be below `count`.
    func withBytes<Result>(of id: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        contents.withElement(id, body)
    }

    /// How many bytes `id` stands for; `id` must be below `count`.
    func byteCount(of id: Int) -> Int { contents.byteCount(of: id) }

    @inline(__always)
    private func hash(of spelling: UnsafeRawBufferPointer) -> UInt64 {
        guard let start = spelling.baseAddress else { return 0 }
        return hash(start, count: spelling.count)
    }

    @inline(__always)
    private func match(_ slot: UInt64, _ hash: UInt64, _ spelling: UnsafeRawBufferPointer) -> TokenID? {
        guard (slot ^ hash) >> 32 == 0 else { return nil }
        let id = Int(slot & 0xFFFF_FFFF) - 1
        return spellings.equals(id, spelling) ? TokenID(truncatingIfNeeded: id) : nil
    }
}

/// Byte strings laid end to end.
private struct Pool: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [UInt32] = [0]

    var count: Int { ends.count - 1 }

    mutating func reserve(count: Int, bytes byteCount: Int) {
        bytes.reserveCapacity(byteCount)
        ends.reserveCapacity(count + 1)
    }

    @inline(__always)
    mutating func append(_ write: (inout [UInt8]) -> Void) {
        write(&bytes)
        ends.append(UInt32(clamping: bytes.count))
    }

    func byteCount(of index: Int) -> Int { Int(ends[index + 1]) - Int(ends[index]) }

    @inline(__always)
    func withElement<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let range = Int(ends[index])..<Int(ends[index + 1])
        return bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    @inline(__always)
    func equals(_ index: Int, _ other: UnsafeRawBufferPointer) -> Bool {
        withElement(index) { element in
            guard element.count == other.count else { return false }
            var position = 0
            while position + 8 <= element.count {
                let left = element.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                let right = other.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                if left != right { return false }
                position += 8
            }
            while position < element.count {
                if element[position] != other[position] { return false }
                position += 1
            }
            return true
        }
    }
}
