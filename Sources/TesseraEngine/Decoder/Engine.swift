internal import CTesseraKernels
internal import Synchronization
internal import TesseraCore

/// What runs passes: weights, threads and scratch.
///
/// Sendable because everything that changes is reached through `read`, which holds the lock for the whole call.
final class Engine: @unchecked Sendable {
    private let configuration: ModelConfiguration
    private let weights: DecoderWeights
    private let pool: CachePool
    private let team: ThreadTeam
    private let isa: tk_isa
    private let exact: Bool
    private var workspace: Workspace
    private let lock = Mutex(())

    init(
        configuration: ModelConfiguration, weights: DecoderWeights, pool: CachePool, team: ThreadTeam,
        workspace: Workspace, isa: tk_isa, exact: Bool
    ) {
        self.configuration = configuration
        self.weights = weights
        self.pool = pool
        self.team = team
        self.workspace = workspace
        self.isa = isa
        self.exact = exact
    }

    /// Reads checked items and writes the rows of logits that they ask for.
    ///
    /// - Throws: `LocatedError` when there is no memory; every cache is then as it was.
    func read(_ items: [BatchItem<KeyValueCache>], logits: inout [Float]) throws(LocatedError) {
        try lock.withLock { (_) throws(LocatedError) in
            try workspace.prepare(items)
            try readPrepared(items, recorder: nil, logits: &logits)
        }
    }

    /// The same, and returns what `request` asks for.
    func read(
        _ items: [BatchItem<KeyValueCache>], observing request: LayerRequest, logits: inout [Float]
    ) throws(LocatedError) -> LayerObservation {
        try lock.withLock { (_) throws(LocatedError) in
            try workspace.prepare(items)
            let record = try LayerRecord(request, workspace.plan, configuration)
            try readPrepared(items, recorder: record.recorder, logits: &logits)
            return record.observation
        }
    }

    /// Reads the tokens of one text, and shows `observer` the attention of each.
    func read(
        _ item: BatchItem<KeyValueCache>, observer: any AttentionObserver, logits: inout [Float]
    ) throws(LocatedError) {
        try lock.withLock { (_) throws(LocatedError) in
            try workspace.prepare([item])
            let tap = try AttentionTap(
                observer, workspace.plan, configuration, pool.shape, threads: team.count)
            let record = try LayerRecord(LayerRequest(rows: []), workspace.plan, configuration, tap: tap)
            try readPrepared([item], recorder: record.recorder, logits: &logits)
        }
    }

    private func readPrepared(
        _ items: [BatchItem<KeyValueCache>], recorder: LayerRecorder?, logits: inout [Float]
    ) throws(LocatedError) {
        try resize(&logits, rows: workspace.plan.outputCount)
        try makeRoom(items)
        run(recorder, logits: &logits)
        for item in items { item.cache.grow(by: item.tokens, parents: item.parents) }
    }

    private func makeRoom(_ items: [BatchItem<KeyValueCache>]) throws(LocatedError) {
        let wanted = items.reduce(0) { $0 + $1.cache.pagesWanted(for: $1.tokens.count) }
        if wanted == 0 { return }
        var fresh = try pool.take(wanted)
        for item in items { item.cache.makeRoom(for: item.tokens.count, from: &fresh) }
        pool.release(fresh)  // where two of the items shared a page, only one needs a copy
    }

    private func resize(_ logits: inout [Float], rows: Int) throws(LocatedError) {
        let (count, overflow) = rows.multipliedReportingOverflow(by: configuration.vocabularySize)
        guard !overflow, count <= Int.max / MemoryLayout<Float>.stride else {
            throw LocatedError(
                problem: "\(rows) rows of logits do not fit in memory", remedy: "read fewer tokens at once")
        }
        if logits.count > count {
            logits.removeLast(logits.count - count)
        } else if logits.count < count {
            logits.reserveCapacity(count)
            logits.append(contentsOf: repeatElement(0, count: count - logits.count))
        }
    }

    private func run(_ recorder: LayerRecorder?, logits: inout [Float]) {
        logits.withUnsafeMutableBufferPointer { logits in
            weights.layers.withUnsafeBufferPointer { layers in
                let job = Job(
                    engine: Unmanaged.passUnretained(self), logits: logits, pass: pass(layers, recorder))
                withUnsafePointer(to: job) { job in
                    team.run(job) { job, thread in
                        job?.assumingMemoryBound(to: Job.self).pointee.run(on: Int(thread))
                    }
                }
            }
        }
    }

    /// A call to `read`, as the threads see it; every pointer lives as long as the call.
    private struct Job {
        let engine: Unmanaged<Engine>
        let logits: UnsafeMutableBufferPointer<Float>
        let pass: DecoderPass

        func run(on thread: Int) {
            let engine = engine.takeUnretainedValue()
            let worker = engine.workspace.worker(
                thread, of: engine.team, isa: engine.isa, exact: engine.exact)
            engine.read(into: logits, through: pass, on: worker)
        }
    }

    /// What one thread does: chunk after chunk.
    private func read(
        into logits: UnsafeMutableBufferPointer<Float>, through pass: DecoderPass, on worker: Worker
    ) {
        let plan = workspace.plan
        for index in 0..<plan.chunkCount {
            let chunk = plan.chunk(index)
            // Only chunks with rows of logits write; the buffer may be empty otherwise.
            let offset = chunk.firstOutput * configuration.vocabularySize
            pass(chunk, logits: logits.baseAddress.map { $0 + offset } ?? workspace.x, on: worker)
        }
    }

    private func pass(
        _ layers: UnsafeBufferPointer<DecoderLayer>, _ recorder: LayerRecorder?
    ) -> DecoderPass {
        let c = configuration
        return DecoderPass(
            embedding: weights.embedding,
            embeddingScale: c.architecture.definition.embeddingScale(c),
            positions: weights.positions, layers: layers, outputNorm: weights.outputNorm,
            outputHead: weights.outputHead,
            attention: AttentionBlock(
                hidden: c.hiddenSize, heads: c.headCount, keyValueHeads: c.keyValueHeadCount,
                headSize: c.headSize, scale: Float(c.attentionScale), rotations: workspace.rotations,
                cache: pool.shape,
                partials: workspace.partials.base, buffers: workspace.attention
            ),
            feedForward: FeedForwardBlock(
                hidden: c.hiddenSize, inner: c.feedForwardSize, buffers: workspace.feedForward
            ),
            x: workspace.x, normed: workspace.attention.normed, recorder: recorder
        )
    }
}
