#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A growing list of plain values in memory of its own.
///
/// What an array does not give: growth that moves pages instead of copying them, elements that start as zero without
/// being touched, and no check of uniqueness at each write. `elements` changes when the list grows. Indices are
/// unchecked there: whoever takes the pointer keeps below `count`.
struct PlainList<Element: BitwiseCopyable>: ~Copyable {
    /// The elements; valid until the list grows or goes.
    private(set) var elements: UnsafeMutablePointer<Element>

    /// How many there are.
    private(set) var count: Int

    private var capacity: Int

    /// Makes an empty list with room for `capacity` elements.
    init(capacity: Int = 0) {
        self.capacity = max(capacity, 16)
        elements = Self.allocate(self.capacity)
        count = 0
    }

    /// Makes a list of `count` elements whose bytes are zero.
    init(zeros count: Int) {
        self.init(capacity: count)
        self.count = count
    }

    deinit { free(elements) }

    /// The bytes that it holds.
    var byteCount: Int { capacity * MemoryLayout<Element>.stride }

    /// The elements as a buffer; valid until the list grows or goes.
    var buffer: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: elements, count: count) }

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

    /// Adds one element.
    @inline(__always)
    mutating func append(_ element: Element) {
        if count == capacity { grow(to: count + 1) }
        elements[count] = element
        count += 1
    }

    /// Adds several elements.
    mutating func append(contentsOf more: UnsafeBufferPointer<Element>) {
        guard let start = more.baseAddress, !more.isEmpty else { return }
        if capacity - count < more.count { grow(to: count + more.count) }
        (elements + count).update(from: start, count: more.count)
        count += more.count
    }

    /// Adds room for `more` elements, whose values are not defined until they are written, and gives its first index.
    mutating func extend(by more: Int) -> Int {
        let start = count
        if capacity - count < more { grow(to: count + more) }
        count += more
        return start
    }

    /// Removes the last element, which must be there.
    mutating func removeLast() -> Element {
        precondition(count > 0)
        count -= 1
        return elements[count]
    }

    /// Removes all elements and keeps the memory.
    mutating func removeAll() { count = 0 }

    private mutating func grow(to needed: Int) {
        let enlarged = max(needed, capacity + capacity / 2)
        let size = enlarged * MemoryLayout<Element>.stride
        if let moved = realloc(elements, size) {
            elements = moved.bindMemory(to: Element.self, capacity: enlarged)
        } else {
            // Out of memory: the standard library's own allocation ends the program, as in its collections.
            let moved = UnsafeMutablePointer<Element>.allocate(capacity: enlarged)
            moved.update(from: elements, count: count)
            free(elements)
            elements = moved
        }
        capacity = enlarged
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
        let memory =
            calloc(capacity, MemoryLayout<Element>.stride)
            ?? .allocate(
                byteCount: capacity * MemoryLayout<Element>.stride, alignment: MemoryLayout<Element>.alignment
            )
        return memory.bindMemory(to: Element.self, capacity: capacity)
    }
}
