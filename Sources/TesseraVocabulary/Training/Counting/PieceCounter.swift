internal import Synchronization
package import TesseraCore
internal import TesseraFiles
package import TesseraTokenizers

/// Counts the pieces of a corpus on several threads, in bounded memory.
///
/// Work goes in rounds. In a round each thread takes blocks of text and counts in a table of its own; the round ends
/// with the corpus, when a table has grown to its share of the memory, or when it is time to write a checkpoint.
/// Tables that have to go are sorted and written to the disk, and all that was written is merged in the end.
struct PieceCounter {
    private let corpus: Corpus
    private let cutter: PieceCutter
    private let options: CountingOptions
    private let progress: Progress
    private let cancellation: Cancellation

    private var journal: CountingJournal
    private var folder: SpillFolder?
    private var workers: [CountingWorker]
    /// The bytes of the files of the corpus; nil when one is a pipe.
    private let totalBytes: Int?

    /// Makes ready to count, or to go on with what the work folder holds.
    ///
    /// - Throws: `LocatedError` when a file cannot be read or the work folder belongs to another job.
    init(
        _ corpus: Corpus, cutter: PieceCutter, cutting: String, options: CountingOptions, progress: Progress,
        cancellation: Cancellation
    ) throws(LocatedError) {
        self.corpus = corpus
        self.cutter = cutter
        self.options = options
        self.progress = progress
        self.cancellation = cancellation
        workers = (0..<max(options.threads, 1)).map { _ in CountingWorker() }
        // Every file is opened once before the work begins: a wrong name is told at once.
        var total: Int? = 0
        for file in corpus.files where file != "-" {
            let stream = try ByteStream(path: file)
            total = stream.fileSize.flatMap { size in total.map { $0 + size } }
        }
        totalBytes = corpus.files.contains("-") ? nil : total
        journal = CountingJournal(corpus: corpus, cutting: cutting)
        if let path = options.workFolder {
            guard !corpus.files.contains("-") else {
                throw LocatedError(
                    field: "--work", problem: "standard input cannot be read again after a stop",
                    remedy: "name files, or leave the work folder out")
            }
            folder = try SpillFolder(keeping: path)
            try journal.resume(from: path)
        }
    }

    /// Counts what is left of the corpus.
    ///
    /// - Throws: `LocatedError` when a file cannot be read or the disk is full; `CancelledError` when stopped, after
    ///   which a job with a work folder goes on from its last checkpoint.
    mutating func count() throws -> PieceCounts {
        while !journal.isFinished { try countRound() }
        let header = journal.header
        if journal.runs.isEmpty {
            var table = workers[0].take()
            for worker in workers.dropFirst() {
                let other = worker.take()
                table.add(other)
            }
            return PieceCounts(header: header, table: table, runs: SpilledRuns(), folder: nil)
        }
        let path = folder?.path ?? "."
        let runs = SpilledRuns(paths: journal.runs.map { "\(path)/\($0)" })
        return PieceCounts(header: header, table: PieceTable(), runs: runs, folder: folder)
    }

    private mutating func countRound() throws {
        let reader = Mutex(CorpusReader(corpus, blockSize: options.blockSize, from: journal.place))
        let mustStop = Atomic(false)
        let failure = Mutex<(any Error)?>(nil)
        let share = options.memoryInBytes / (workers.count + 1)
        let limit = options.workFolder == nil ? Int.max : options.checkpointBytes
        let begun = journal.place
        let bytesBefore = journal.fileBytes(before: begun)
        // Copies for the closure, which may not touch a value that is being changed.
        let (corpus, cutter, workers) = (self.corpus, self.cutter, self.workers)
        let (progress, cancellation, totalBytes) = (self.progress, self.cancellation, self.totalBytes)
        let resampling = options.resampling
        forEachBlock(of: workers.count, blockSize: 1, threads: workers.count) { range, _ in
            let worker = workers[range.lowerBound]
            while !mustStop.load(ordering: .relaxed) {
                do {
                    try cancellation.check()
                    let (block, done, handedOut) = try reader.withLock { reader in
                        let block = try reader.next()
                        return (block, reader.fileBytesRead, reader.bytesHandedOut)
                    }
                    guard let block else { break }
                    try worker.count(block, of: corpus, with: cutter, resampling)
                    if worker.isFull(share: share) || handedOut >= limit {
                        mustStop.store(true, ordering: .relaxed)
                    }
                    progress.report("counting", bytesBefore + done, of: totalBytes, unit: "bytes")
                } catch {
                    failure.withLock { if $0 == nil { $0 = error } }
                    mustStop.store(true, ordering: .relaxed)
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        journal.place = reader.withLock { $0.place }
        for worker in workers { worker.takeTotals(into: &journal.header) }
        journal.isFinished = journal.place.file >= corpus.files.count
        try journal.header.check()
        if !journal.isFinished || options.workFolder != nil || !journal.runs.isEmpty || !fitsTogether() {
            try spill()
        }
    }

    /// Whether the tables of all threads can be made one in the memory given.
    private func fitsTogether() -> Bool {
        guard workers.count > 1 else { return true }
        let bytes = workers.reduce(0) { $0 + $1.byteCount }
        return bytes + workers[0].byteCountWhenGrowing <= options.memoryInBytes
    }

    /// Writes the tables to the disk and empties them.
    private mutating func spill() throws(LocatedError) {
        let spillFolder: SpillFolder
        if let folder { spillFolder = folder } else { spillFolder = try SpillFolder.temporary() }
        folder = spillFolder
        for worker in workers where !worker.isEmpty {
            let name = journal.nextRunName
            try worker.spill(to: "\(spillFolder.path)/\(name)", header: journal.header)
            journal.runs.append(name)
        }
        if options.workFolder != nil { try journal.write(to: spillFolder.path) }
    }
}

/// One thread's counts.
///
/// Only the thread that has taken it in a round, or the owner between rounds, touches it.
private final class CountingWorker: @unchecked Sendable {
    /// Behind a pointer, for access to a class's own property is checked at every call.
    private let table: UnsafeMutablePointer<PieceTable>
    private var texts = 0
    private var bytes = 0

    init() {
        table = .allocate(capacity: 1)
        table.initialize(to: PieceTable())
    }

    deinit {
        table.deinitialize(count: 1)
        table.deallocate()
    }

    var isEmpty: Bool { table.pointee.count == 0 }
    var byteCount: Int { table.pointee.byteCount }
    var byteCountWhenGrowing: Int { table.pointee.byteCountWhenGrowing }

    func count(
        _ block: CorpusBlock, of corpus: Corpus, with cutter: PieceCutter, _ resampling: TextResampling?
    ) throws(LocatedError) {
        let table = table
        var (texts, bytes) = (0, 0)
        var number = block.firstLine
        try block.forEachText(of: corpus) { text in
            let weight = resampling?.weight(ofText: number, inFile: block.file) ?? 1
            number += 1
            guard weight > 0 else { return }
            texts += weight
            bytes += text.count * weight
            cutter.forEachPiece(of: text) { table.pointee.add($0, count: weight) }
        }
        self.texts += texts
        self.bytes += bytes
    }

    /// Whether there is no room for the pieces of another block.
    func isFull(share: Int) -> Bool {
        byteCount > share || table.pointee.isNearlyFull && byteCountWhenGrowing > share
    }

    func takeTotals(into header: inout CountsFile.Header) {
        header.texts += texts
        header.bytes += bytes
        texts = 0
        bytes = 0
    }

    /// Gives the counts away.
    func take() -> PieceTable {
        let taken = table.move()
        table.initialize(to: PieceTable())
        return taken
    }

    func spill(to path: String, header: CountsFile.Header) throws(LocatedError) {
        try table.pointee.write(to: path, header: CountsFile.Header(cutting: header.cutting))
        table.pointee = PieceTable()
    }
}

/// Counts the pieces of a corpus.
///
/// - Parameters:
///   - cutting: says how `cutter` cuts, for the head of counts files.
/// - Throws: `LocatedError` when a file cannot be read or the disk is full; `CancelledError` when stopped.
package func countPieces(
    of corpus: Corpus, with cutter: PieceCutter, cutting: String,
    options: CountingOptions = CountingOptions(),
    progress: Progress = .ignored, cancellation: Cancellation = Cancellation()
) throws -> PieceCounts {
    var counter = try PieceCounter(
        corpus, cutter: cutter, cutting: cutting, options: options, progress: progress,
        cancellation: cancellation)
    return try counter.count()
}
