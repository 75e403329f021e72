internal import CTesseraKernels
internal import Synchronization
internal import TesseraCore

/// What runs passes of an encoder: weights, threads and scratch.
///
/// Sendable because everything that changes is reached through `read`, which holds the lock for the whole call.
final class Encoder: @unchecked Sendable {
    private let configuration: ModelConfiguration
    private let weights: EncoderWeights
    private let team: ThreadTeam
    private let isa: tk_isa
    private let exact: Bool
    private let scratch: [EncoderScratch]
    private let lock = Mutex(())

    init(
        _ configuration: ModelConfiguration, _ weights: EncoderWeights, team: ThreadTeam, isa: tk_isa,
        exact: Bool
    ) throws(LocatedError) {
        self.configuration = configuration
        self.weights = weights
        self.team = team
        self.isa = isa
        self.exact = exact
        var scratch: [EncoderScratch] = []
        for _ in 0..<team.count { scratch.append(try EncoderScratch(configuration, weights, isa)) }
        self.scratch = scratch
    }

    /// The last hidden states of a checked text, `[tokens, hidden]`.
    func read(_ tokens: [TokenID]) throws(LocatedError) -> [Float] {
        let room = try EncoderRoom(tokens: tokens.count, configuration)
        lock.withLock { _ in
            tokens.withUnsafeBufferPointer { tokens in
                weights.layers.withUnsafeBufferPointer { layers in
                    let job = Job(
                        engine: Unmanaged.passUnretained(self), tokens: tokens, pass: pass(layers, room))
                    withUnsafePointer(to: job) { job in
                        team.run(job) { job, thread in
                            job?.assumingMemoryBound(to: Job.self).pointee.run(on: Int(thread))
                        }
                    }
                }
            }
        }
        return withExtendedLifetime(room) {
            let count = tokens.count * configuration.hiddenSize
            return Array(UnsafeBufferPointer(start: room.pass.x.floats, count: count))
        }
    }

    /// A call to `read`, as the threads see it; every pointer lives as long as the call.
    private struct Job {
        let engine: Unmanaged<Encoder>
        let tokens: UnsafeBufferPointer<TokenID>
        let pass: BERTPass

        func run(on thread: Int) {
            let engine = engine.takeUnretainedValue()
            pass(tokens, on: engine.scratch[thread].worker(thread, engine.team, engine.isa, engine.exact))
        }
    }

    private func pass(_ layers: UnsafeBufferPointer<DecoderLayer>, _ room: EncoderRoom) -> BERTPass {
        let c = configuration
        return BERTPass(
            embedding: weights.embedding, positions: weights.positions, tokenTypes: weights.tokenTypes,
            embeddingNorm: weights.embeddingNorm, layers: layers, heads: c.headCount, headSize: c.headSize,
            scale: Float(c.attentionScale),
            feedForward: FeedForwardBlock(
                hidden: c.hiddenSize, inner: c.feedForwardSize, buffers: room.feedForward),
            buffers: room.pass)
    }
}

/// The memory that one text passes through.
private struct EncoderRoom {
    let pass: BERTPass.Buffers
    let feedForward: FeedForwardBlock.Buffers
    private let memories: [Memory]

    init(tokens: Int, _ c: ModelConfiguration) throws(LocatedError) {
        let purpose = "a text"
        var memories: [Memory] = []
        func memory<Element>(_ count: Int, _ element: Element.Type) throws(LocatedError)
            -> UnsafeMutablePointer<Element>
        {
            let memory = try Memory(count, of: element, for: purpose)
            memories.append(memory)
            return memory.pointer(to: element)
        }
        func operand(_ columns: Int) throws(LocatedError) -> OperandBuffer {
            OperandBuffer(
                floats: try memory(tokens * columns, Float.self),
                blocks: try memory(tokens * Operand.blocks(columns), tk_q8_block.self))
        }
        let hidden = tokens * c.hiddenSize
        let keys = try memory(2 * hidden, Float.self)
        let size = Int(TK_PAGE)
        let count = (tokens + size - 1) / size
        let pages = try memory(count, UnsafePointer<UInt8>?.self)
        for page in 0..<count {
            let start = UnsafeRawPointer(keys + page * size * c.hiddenSize)
            (pages + page).initialize(to: start.assumingMemoryBound(to: UInt8.self))
        }
        let x = try operand(c.hiddenSize)
        let products = try memory(hidden, Float.self)
        pass = BERTPass.Buffers(
            x: x, queries: try memory(hidden, Float.self), keys: keys, values: keys + hidden,
            mixed: try operand(c.hiddenSize), products: products, pages: pages)
        feedForward = FeedForwardBlock.Buffers(
            normed: x, bent: try operand(c.feedForwardSize),
            up: try memory(tokens * c.feedForwardSize, Float.self), products: products)
        self.memories = memories
    }
}

/// The memory that is one thread's own.
private struct EncoderScratch {
    private let floats: Memory
    private let blocks: Memory
    private let products: Memory
    private let rows: Memory
    private let attention: Memory
    private let queries: Memory

    init(_ c: ModelConfiguration, _ weights: EncoderWeights, _ isa: tk_isa) throws(LocatedError) {
        let purpose = "a thread's scratch"
        let columns = max(c.hiddenSize, c.feedForwardSize)
        let matrices = weights.layers.flatMap { layer in
            [
                layer.attention.query, layer.attention.key, layer.attention.value, layer.attention.output,
                layer.feedForward.up, layer.feedForward.down,
            ].map(\.weight)
        }
        let bytes = matrices.map { tk_matmul_scratch_bytes(isa, $0.format, $0.columns) }.max() ?? 0
        floats = try Memory(columns, of: Float.self, for: purpose)
        blocks = try Memory(Operand.blocks(columns), of: tk_q8_block.self, for: purpose)
        products = try Memory(bytes, of: UInt8.self, for: purpose)
        rows = try Memory(tk_matmul_f32_scratch_floats(isa, columns), of: Float.self, for: purpose)
        attention = try Memory(
            tk_attention_scratch_floats(PassPiece.mostRows, c.headSize), of: Float.self, for: purpose)
        queries = try Memory(PassPiece.mostRows, of: tk_query.self, for: purpose)
    }

    func worker(_ index: Int, _ team: ThreadTeam, _ isa: tk_isa, _ exact: Bool) -> Worker {
        Worker(
            index: index, count: team.count, isa: isa, exact: exact, team: team.handle,
            own: OperandBuffer(
                floats: floats.pointer(to: Float.self), blocks: blocks.pointer(to: tk_q8_block.self)),
            productScratch: products.base, rowScratch: rows.pointer(to: Float.self),
            attentionScratch: attention.pointer(to: Float.self), queries: queries.pointer(to: tk_query.self))
    }
}
