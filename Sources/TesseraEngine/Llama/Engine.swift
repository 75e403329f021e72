internal import CTesseraKernels
internal import Synchronization
internal import TesseraCore

/// What runs passes: weights, threads and scratch.
///
/// Sendable because everything that changes is reached through `read`, which holds the lock for the whole call.
final class Engine: @unchecked Sendable {
    private let configuration: ModelConfiguration
    private let weights: LlamaWeights
    private let team: ThreadTeam
    private let isa: tk_isa
    private let exact: Bool
    private var workspace: Workspace
    private let lock = Mutex(())

    init(
        configuration: ModelConfiguration, weights: LlamaWeights, team: ThreadTeam, workspace: Workspace,
        isa: tk_isa, exact: Bool
    ) {
        self.configuration = configuration
        self.weights = weights
        self.team = team
        self.workspace = workspace
        self.isa = isa
        self.exact = exact
    }

    /// Reads checked tokens into `cache` and writes the logits of those from index `outputs` on.
    func read(
        _ tokens: [TokenID], cache: KeyValueCache, outputs: Int, logits: inout [Float]
    ) throws(LocatedError) {
        try lock.withLock { (_) throws(LocatedError) in
            try readAlone(tokens, cache: cache, outputs: outputs, logits: &logits)
        }
    }

    private func readAlone(
        _ tokens: [TokenID], cache: KeyValueCache, outputs: Int, logits: inout [Float]
    ) throws(LocatedError) {
        let first = cache.count
        try workspace.prepare(positions: first + tokens.count, capacity: cache.capacity)
        tokens.withUnsafeBufferPointer { tokens in
            logits.withUnsafeMutableBufferPointer { logits in
                weights.layers.withUnsafeBufferPointer { layers in
                    let job = Job(
                        engine: Unmanaged.passUnretained(self), tokens: tokens, first: first,
                        outputs: outputs,
                        logits: logits, pass: pass(layers, cache.storage)
                    )
                    withUnsafePointer(to: job) { job in
                        team.run(job) { job, thread in
                            job?.assumingMemoryBound(to: Job.self).pointee.run(on: Int(thread))
                        }
                    }
                }
            }
        }
        cache.grow(by: tokens.count)
    }

    /// A call to `read`, as the threads see it; every pointer lives as long as the call.
    private struct Job {
        let engine: Unmanaged<Engine>
        let tokens: UnsafeBufferPointer<TokenID>
        let first: Int
        let outputs: Int
        let logits: UnsafeMutableBufferPointer<Float>
        let pass: LlamaPass

        func run(on thread: Int) {
            let engine = engine.takeUnretainedValue()
            let worker = engine.workspace.worker(
                thread, of: engine.team, isa: engine.isa, exact: engine.exact)
            engine.read(tokens, from: first, outputs: outputs, into: logits, through: pass, on: worker)
        }
    }

    /// What one thread does: chunk after chunk.
    private func read(
        _ tokens: UnsafeBufferPointer<TokenID>, from first: Int, outputs: Int,
        into logits: UnsafeMutableBufferPointer<Float>, through pass: LlamaPass, on worker: Worker
    ) {
        let vocabulary = configuration.vocabularySize
        for begin in stride(from: 0, to: tokens.count, by: Workspace.chunk) {
            let end = min(tokens.count, begin + Workspace.chunk)
            let wanted = max(begin, min(end, outputs))..<end
            // Only passes with outputs write; the buffer may be empty otherwise.
            let row = max(0, wanted.lowerBound - outputs)
            pass(
                LlamaPass.Chunk(
                    tokens: UnsafeBufferPointer(rebasing: tokens[begin..<end]), first: first + begin,
                    outputs: wanted.lowerBound - begin..<wanted.upperBound - begin,
                    logits: logits.baseAddress.map { $0 + row * vocabulary } ?? workspace.x
                ),
                on: worker
            )
        }
    }

    private func pass(_ layers: UnsafeBufferPointer<LlamaLayer>, _ cache: CacheStorage) -> LlamaPass {
        let c = configuration
        let epsilon = Float(c.epsilon)
        return LlamaPass(
            embedding: weights.embedding, layers: layers, outputNorm: weights.outputNorm,
            outputHead: weights.outputHead,
            attention: AttentionBlock(
                hidden: c.hiddenSize, heads: c.headCount, keyValueHeads: c.keyValueHeadCount,
                headSize: c.headSize,
                epsilon: epsilon, interleavedRope: c.interleavedRope, angles: workspace.rotary.angles,
                cache: cache,
                buffers: workspace.attention
            ),
            feedForward: FeedForwardBlock(
                hidden: c.hiddenSize, inner: c.feedForwardSize, epsilon: epsilon,
                buffers: workspace.feedForward
            ),
            epsilon: epsilon, x: workspace.x, normed: workspace.attention.normed
        )
    }
}
