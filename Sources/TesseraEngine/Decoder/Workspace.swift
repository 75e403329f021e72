internal import CTesseraKernels
internal import Synchronization
internal import TesseraCore

/// The memory that passes of one model work in, allocated once and used by one caller at a time.
struct Workspace {
    /// The most tokens that go through the layers together.
    private static let mostRows = 256

    private let chunk: Int

    let x: UnsafeMutablePointer<Float>  // [chunk, hidden]
    let attention: AttentionBlock.Buffers
    let feedForward: FeedForwardBlock.Buffers
    private var rotary: [RotaryTable] = []
    private let rotationMemory: Memory
    let plan: PassPlan

    /// What threads that share a query have of it, chunk by chunk.
    let partials: GrowingMemory<Float>

    private let heads: Int
    private let headSize: Int
    private let workers: [WorkerMemory]
    private let nextItem: AtomicCounter
    private let memories: [Memory]

    init(
        _ configuration: ModelConfiguration, _ weights: DecoderWeights, threads: Int, isa: tk_isa
    ) throws(LocatedError) {
        let c = configuration
        let chunk = Self.mostRows
        var memories: [Memory] = []
        func floats(_ columns: Int) throws(LocatedError) -> UnsafeMutablePointer<Float> {
            memories.append(try Memory(chunk * columns, of: Float.self, for: "a chunk of tokens"))
            return memories[memories.count - 1].pointer(to: Float.self)
        }
        func operand(_ columns: Int) throws(LocatedError) -> OperandBuffer {
            let blocks = chunk * Operand.blocks(columns)
            let memory = try Memory(blocks, of: tk_q8_block.self, for: "a chunk of tokens")
            memories.append(memory)
            return OperandBuffer(floats: try floats(columns), blocks: memory.pointer(to: tk_q8_block.self))
        }

        self.chunk = chunk
        nextItem = AtomicCounter()
        x = try floats(c.hiddenSize)
        let normed = try operand(c.hiddenSize)
        let products = try floats(c.hiddenSize)
        attention = AttentionBlock.Buffers(
            normed: normed, queries: try floats(c.querySize), keys: try floats(c.keyValueSize),
            values: try floats(c.keyValueSize), mixed: try operand(c.querySize), products: products,
            nextItem: nextItem.pointer
        )
        feedForward = FeedForwardBlock.Buffers(
            normed: normed, bent: try operand(c.feedForwardSize), up: try floats(c.feedForwardSize),
            products: products
        )
        plan = try PassPlan()
        partials = try GrowingMemory(for: "a step of attention")
        heads = c.headCount
        headSize = c.headSize
        for embedding in c.rotary {
            for isLong in [false, true] { rotary.append(try RotaryTable(embedding, isLong: isLong)) }
        }
        rotationMemory = try Memory(max(1, rotary.count), of: Rotation.self, for: "the rotary tables")
        let columns = max(c.hiddenSize, c.querySize, c.feedForwardSize)
        let scratch = weights.matrices.map { tk_matmul_scratch_bytes(isa, $0.format, $0.columns) }.max() ?? 0
        var workers: [WorkerMemory] = []
        let rowScratch = tk_matmul_f32_scratch_floats(isa, columns)
        let queries = PassPiece.mostRows * (c.headCount / c.keyValueHeadCount)
        let attentionScratch = tk_attention_scratch_floats(queries, c.headSize)
        for _ in 0..<threads {
            workers.append(
                try WorkerMemory(
                    columns: columns, productScratch: scratch, rowScratch: rowScratch,
                    attentionScratch: attentionScratch, queries: queries))
        }
        self.workers = workers
        self.memories = memories
    }

    /// Lays out what `items` read and makes ready what that needs.
    mutating func prepare(_ items: [BatchItem<KeyValueCache>]) throws(LocatedError) {
        try plan.lay(items, chunk: chunk)
        let capacity = items.reduce(plan.positions) { max($0, $1.cache.capacity) }
        for index in rotary.indices where items.contains(where: { $0.cache.variant == index % 2 }) {
            try rotary[index].cover(plan.positions, capacity: capacity)
            rotationMemory.pointer(to: Rotation.self)[index] = rotary[index].rotation
        }
        // A chunk of positions more than the tokens seen, for the last one is rarely full.
        let rows = AttentionBlock.mostSharedRows
        let chunks = plan.mostSeen(byListsUpTo: rows) / CacheShape.pageTokens + rows
        try partials.reserve(chunks * heads * tk_attention_partial_floats(headSize))
    }

    /// The tables that turn queries and keys: for each of the model's that of short texts, then of long ones.
    var rotations: UnsafePointer<Rotation> { UnsafePointer(rotationMemory.pointer(to: Rotation.self)) }

    /// What thread `index` works with; a plain value that lives no longer than the workspace.
    func worker(_ index: Int, of team: ThreadTeam, isa: tk_isa, exact: Bool) -> Worker {
        let memory = workers[index]
        return Worker(
            index: index, count: team.count, isa: isa, exact: exact, team: team.handle, own: memory.own,
            productScratch: memory.productScratch.base, rowScratch: memory.rowScratch.pointer(to: Float.self),
            attentionScratch: memory.attentionScratch.pointer(to: Float.self),
            queries: memory.queries.pointer(to: tk_query.self)
        )
    }
}

/// The memory that is one thread's own.
private struct WorkerMemory {
    let own: OperandBuffer
    let productScratch: Memory
    let rowScratch: Memory
    let attentionScratch: Memory
    let queries: Memory
    private let floats: Memory
    private let blocks: Memory

    init(
        columns: Int, productScratch: Int, rowScratch: Int, attentionScratch: Int, queries: Int
    ) throws(LocatedError) {
        let purpose = "a thread's scratch"
        floats = try Memory(columns, of: Float.self, for: purpose)
        blocks = try Memory(Operand.blocks(columns), of: tk_q8_block.self, for: purpose)
        own = OperandBuffer(
            floats: floats.pointer(to: Float.self), blocks: blocks.pointer(to: tk_q8_block.self))
        self.productScratch = try Memory(productScratch, of: UInt8.self, for: purpose)
        self.rowScratch = try Memory(rowScratch, of: Float.self, for: purpose)
        self.attentionScratch = try Memory(attentionScratch, of: Float.self, for: purpose)
        self.queries = try Memory(queries, of: tk_query.self, for: purpose)
    }
}

/// An atomic integer at a fixed address.
private final class AtomicCounter {
    let pointer: UnsafeMutablePointer<Atomic<Int>>

    init() {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: Atomic(0))
    }

    deinit {
        pointer.deinitialize(count: 1)
        pointer.deallocate()
    }
}
