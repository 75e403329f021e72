internal import TesseraCore

/// A list of plain values at an address that stays while nothing is appended, kept for the next use.
///
/// What passes read: pointers to it go to the threads of the team, and no memory is asked for once it is large
/// enough.
final class GrowingMemory<Element: BitwiseCopyable> {
    private var memory: Memory
    private let purpose: String

    /// The elements there are.
    private(set) var count = 0

    private var capacity: Int { memory.byteCount / MemoryLayout<Element>.stride }

    init(for purpose: String) throws(LocatedError) {
        self.purpose = purpose
        memory = try Memory(16, of: Element.self, for: purpose)
    }

    /// Makes it hold nothing, in the memory that it has.
    func removeAll() { count = 0 }

    /// Adds an element; pointers to the others are no longer good.
    func append(_ element: Element) throws(LocatedError) {
        if count == capacity { try reserve(2 * count) }
        memory.pointer(to: Element.self)[count] = element
        count += 1
    }

    /// Makes room for `capacity` elements.
    func reserve(_ capacity: Int) throws(LocatedError) {
        guard capacity > self.capacity else { return }
        let larger = try Memory(capacity, of: Element.self, for: purpose)
        larger.base.copyMemory(from: memory.base, byteCount: count * MemoryLayout<Element>.stride)
        memory = larger
    }

    /// The elements.
    var elements: UnsafeMutableBufferPointer<Element> {
        UnsafeMutableBufferPointer(start: memory.pointer(to: Element.self), count: count)
    }

    /// Its room, whatever was appended.
    var base: UnsafeMutablePointer<Element> { memory.pointer(to: Element.self) }
}
