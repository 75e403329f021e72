internal import CTesseraKernels
internal import Synchronization
internal import TesseraCore

/// The memory that passes of one model work in, allocated once and used by one caller at a time.
struct Workspace {
    /// The most tokens that go through the layers together.
    static let chunk = 256

    let x: UnsafeMutablePointer<Float>  // [chunk, hidden]
    let attention: AttentionBlock.Buffers
    let feedForward: FeedForwardBlock.Buffers
    var rotary: RotaryTable

    private let workers: [WorkerMemory]
    private let nextItem: AtomicCounter
    private let memories: [Memory]

    init(
        _ configuration: ModelConfiguration, _ weights: LlamaWeights, threads: Int, isa: tk_isa
    ) throws(LocatedError) {
        let c = configuration
        let chunk = min(Self.chunk, c.contextLength)
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
            normed: normed, gated: try operand(c.feedForwardSize), up: try floats(c.feedForwardSize),
            products: products
        )
        rotary = try RotaryTable(headSize: c.headSize, base: c.ropeBase)
        let columns = max(c.hiddenSize, c.querySize, c.feedForwardSize)
        let scratch = weights.matrices.map { tk_matmul_scratch_bytes(isa, $0.format, $0.columns) }.max() ?? 0
        var workers: [WorkerMemory] = []
        let rowScratch = tk_matmul_f32_scratch_floats(isa, columns)
        let attentionScratch = tk_attention_scratch_floats(AttentionBlock.tokensPerPiece, c.headSize)
        for _ in 0..<threads {
            workers.append(
                try WorkerMemory(
                    columns: columns, productScratch: scratch, rowScratch: rowScratch,
                    attentionScratch: attentionScratch))
        }
        self.workers = workers
        self.memories = memories
    }

    /// Makes room for passes that see up to `capacity` positions, `positions` of them now.
    mutating func prepare(positions: Int, capacity: Int) throws(LocatedError) {
        try rotary.cover(positions, capacity: capacity)
    }

    /// What thread `index` works with; a plain value that lives no longer than the workspace.
    func worker(_ index: Int, of team: ThreadTeam, isa: tk_isa, exact: Bool) -> Worker {
        let memory = workers[index]
        return Worker(
            index: index, count: team.count, isa: isa, exact: exact, team: team.handle, own: memory.own,
            productScratch: memory.productScratch.base, rowScratch: memory.rowScratch.pointer(to: Float.self),
            attentionScratch: memory.attentionScratch.pointer(to: Float.self)
        )
    }
}

/// The memory that is one thread's own.
private struct WorkerMemory {
    let own: OperandBuffer
    let productScratch: Memory
    let rowScratch: Memory
    let attentionScratch: Memory
    private let floats: Memory
    private let blocks: Memory

    init(columns: Int, productScratch: Int, rowScratch: Int, attentionScratch: Int) throws(LocatedError) {
        let purpose = "a thread's scratch"
        floats = try Memory(columns, of: Float.self, for: purpose)
        blocks = try Memory(Operand.blocks(columns), of: tk_q8_block.self, for: purpose)
        own = OperandBuffer(
            floats: floats.pointer(to: Float.self), blocks: blocks.pointer(to: tk_q8_block.self))
        self.productScratch = try Memory(productScratch, of: UInt8.self, for: purpose)
        self.rowScratch = try Memory(rowScratch, of: Float.self, for: purpose)
        self.attentionScratch = try Memory(attentionScratch, of: Float.self, for: purpose)
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
