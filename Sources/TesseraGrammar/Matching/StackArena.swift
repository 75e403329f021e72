/// The stacks of a matcher: each node is a state to return to and the stack below it.
///
/// Nodes are made once for equal content and live as long as the arena, so pushing, forking and rolling back copy
/// nothing, and equal stacks have equal numbers (the persistent stack of Dong et al., "XGrammar", MLSys 2025,
/// section 3.3).
struct StackArena: Sendable {
    /// Below the whole text: nothing to return to.
    static let text: Int32 = 0
    /// An unknown caller of which all that has been popped is certain.
    static let unknown: Int32 = 1
    /// One of several callers: what was popped may not be there.
    static let guessed: Int32 = 2

    struct Node: Sendable {
        var state: Int32
        var parent: Int32
        /// Which of the three lies below.
        var bottom: Int32
        /// What returning through all of them costs: the sum of the automaton's costs.
        var cost: Int32
    }

    private(set) var nodes: [Node]
    /// Open addressing: numbers of nodes plus one; zero is free.
    private var slots: [Int32]
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
        nodes = [Self.text, Self.unknown, Self.guessed].map {
            Node(state: -1, parent: $0, bottom: $0, cost: 0)
        }
        slots = [Int32](repeating: 0, count: 64)
    }

    /// The stack with a state on top of `parent`; nil when the arena is full.
    @inline(__always)
    mutating func push(_ state: Int32, on parent: Int32, cost: Int32) -> Int32? {
        var slot = Self.hash(state, parent) & (slots.count - 1)
        while slots[slot] != 0 {
            let index = slots[slot] - 1
            let node = nodes[Int(index)]
            if node.state == state, node.parent == parent { return index }
            slot = (slot + 1) & (slots.count - 1)
        }
        return insert(state, on: parent, cost: cost, at: slot)
    }

    private mutating func insert(_ state: Int32, on parent: Int32, cost: Int32, at slot: Int) -> Int32? {
        guard nodes.count < limit else { return nil }
        let below = nodes[Int(parent)]
        let index = Int32(truncatingIfNeeded: nodes.count)
        let sum = Int64(below.cost) + Int64(cost)
        nodes.append(
            Node(state: state, parent: parent, bottom: below.bottom, cost: Int32(clamping: sum)))
        slots[slot] = index + 1
        if nodes.count * 2 > slots.count { grow() }
        return index
    }

    private mutating func grow() {
        slots = [Int32](repeating: 0, count: slots.count * 2)
        for index in nodes.indices.dropFirst(3) {
            var slot = Self.hash(nodes[index].state, nodes[index].parent) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(truncatingIfNeeded: index + 1)
        }
    }

    @inline(__always)
    private static func hash(_ state: Int32, _ parent: Int32) -> Int {
        let key = UInt64(UInt32(bitPattern: state)) << 32 | UInt64(UInt32(bitPattern: parent))
        return Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 33)
    }
}
