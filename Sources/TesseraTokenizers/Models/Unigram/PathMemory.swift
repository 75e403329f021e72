/// Memory for the nodes of a piece, kept from piece to piece and untouched until it is needed.
struct PathMemory: ~Copyable {
    private var memory: UnsafeMutableRawPointer?
    private var byteCount = 0

    deinit { memory?.deallocate() }

    /// Room for `count` nodes, whose contents are not set.
    mutating func nodes<Node: BitwiseCopyable>(of type: Node.Type, count: Int) -> UnsafeMutablePointer<Node> {
        let needed = max(count * MemoryLayout<Node>.stride, 1)
        if let memory, needed <= byteCount { return memory.bindMemory(to: type, capacity: count) }
        memory?.deallocate()
        let new = UnsafeMutableRawPointer.allocate(byteCount: needed, alignment: 16)
        memory = new
        byteCount = needed
        return new.bindMemory(to: type, capacity: count)
    }

    /// Gives back what a piece of megabytes took.
    mutating func shrink() {
        guard byteCount > 1 << 20 else { return }
        memory?.deallocate()
        memory = nil
        byteCount = 0
    }
}
