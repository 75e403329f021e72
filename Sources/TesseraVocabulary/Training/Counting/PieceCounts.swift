package import TesseraCore
internal import TesseraFiles

/// How often each piece of a corpus occurs, in memory or on the disk.
package struct PieceCounts: ~Copyable {
    /// How text was cut and how much.
    private(set) var header: CountsFile.Header

    /// The counts in memory; empty when they were spilled.
    private var table: PieceTable

    /// The counts on the disk.
    private let runs: SpilledRuns

    /// Removes the files of `runs` in the end.
    private let folder: SpillFolder?

    init(header: CountsFile.Header, table: consuming PieceTable, runs: SpilledRuns, folder: SpillFolder?) {
        self.header = header
        self.table = table
        self.runs = runs
        self.folder = folder
    }

    /// Makes counts of pieces that were counted elsewhere.
    package init(of pieces: some Sequence<(piece: [UInt8], count: Int)>, cutting: String = "") {
        var table = PieceTable()
        var header = CountsFile.Header(cutting: cutting)
        for (piece, count) in pieces {
            piece.withUnsafeBufferPointer { table.add($0, count: count) }
            header.texts &+= count
            header.bytes &+= piece.count &* count
        }
        self.init(header: header, table: table, runs: SpilledRuns(), folder: nil)
    }

    /// How many texts were cut.
    package var textCount: Int { header.texts }

    /// The bytes of these texts.
    package var byteCount: Int { header.bytes }

    /// Whether the counts are on the disk.
    package var isSpilled: Bool { !runs.paths.isEmpty }

    /// Calls `body` with every piece and its count, in no order that means anything.
    package func forEach(
        _ body: (UnsafeBufferPointer<UInt8>, Int) throws(LocatedError) -> Void
    ) throws(LocatedError) {
        if isSpilled { try runs.forEach(body) } else { try table.forEach(body) }
    }

    /// Calls `body` with every piece and its count, in the order of the bytes of the pieces.
    package func forEachSorted(
        _ body: (UnsafeBufferPointer<UInt8>, Int) throws(LocatedError) -> Void
    ) throws(LocatedError) {
        if isSpilled { try runs.forEach(body) } else { try table.forEachSorted(body) }
    }

    /// Writes a counts file, which appears when it is complete.
    ///
    /// - Throws: `LocatedError` when the disk is full or fails.
    package func write(to path: String) throws(LocatedError) {
        var file = try AtomicFile(path: path)
        try forEachPart { part throws(LocatedError) in try file.write(part) }
        try file.commit()
    }

    /// Calls `body` with the parts of a counts file, one after another; each ends with a line.
    package func forEachPart(_ body: ([UInt8]) throws(LocatedError) -> Void) throws(LocatedError) {
        var buffer = CountsFile.line(header)
        try forEachSorted { piece, count throws(LocatedError) in
            CountsFile.append(piece, count: count, to: &buffer)
            guard buffer.count >= 1 << 16 else { return }
            try body(buffer)
            buffer.removeAll(keepingCapacity: true)
        }
        try body(buffer)
    }
}

/// The folder that counts are spilled to.
final class SpillFolder: Sendable {
    /// The folder.
    let path: String
    /// Whether it goes with the last reference.
    private let isTemporary: Bool

    /// Makes a folder in the system's folder for temporary files.
    static func temporary() throws(LocatedError) -> SpillFolder {
        SpillFolder(
            path: try FileSystem.createTemporaryFolder(prefix: "tessera-counts-"), isTemporary: true)
    }

    /// Uses `path`, made if need be, which stays.
    convenience init(keeping path: String) throws(LocatedError) {
        try FileSystem.createFolder(path)
        self.init(path: path, isTemporary: false)
    }

    private init(path: String, isTemporary: Bool) {
        self.path = path
        self.isTemporary = isTemporary
    }

    deinit {
        if isTemporary { FileSystem.remove(path) }
    }
}
