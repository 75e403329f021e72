/// A fixed number of plain values, all zero at first, in memory that costs nothing until it is touched.
///
/// Unchecked: whoever builds a table writes it before anybody else sees it; after that it is only read.
final class FixedTable<Element: BitwiseCopyable & FixedWidthInteger>: @unchecked Sendable {
    /// The elements, valid while the table lives.
    let elements: UnsafeMutablePointer<Element>

    /// How many there are.
    let count: Int

    private let memory: ZeroedMemory?

    /// Makes a table of `count` zeros.
    ///
    /// When memory is exhausted, the standard library's own allocation ends the program, as in its collections.
    init(count: Int) {
        let count = max(count, 1)
        memory = ZeroedMemory(byteCount: count * MemoryLayout<Element>.stride)
        if let memory {
            elements = memory.start.bindMemory(to: Element.self, capacity: count)
        } else {
            elements = .allocate(capacity: count)
            elements.initialize(repeating: 0, count: count)
        }
        self.count = count
    }

    deinit {
        if let memory { memory.deallocate() } else { elements.deallocate() }
    }

    /// Element `index`.
    @inline(__always)
    subscript(index: Int) -> Element {
        get {
            precondition(index >= 0 && index < count)
            return elements[index]
        }
        set {
            precondition(index >= 0 && index < count)
            elements[index] = newValue
        }
    }
}
