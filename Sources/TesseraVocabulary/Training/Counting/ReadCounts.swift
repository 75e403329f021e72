package import TesseraCore
internal import TesseraFiles

/// Adds up counts files, such as those of the shards of a corpus; in any order the same.
///
/// - Parameter cutting: how text was cut, as `describeCutting` says.
/// - Throws: `LocatedError` naming a file that cannot be read, is none of counts or was cut otherwise;
///   `CancelledError` when stopped.
package func readCounts(
    _ paths: [String], cutting: String, memoryInBytes: Int = 1 << 30, progress: Progress = .ignored,
    cancellation: Cancellation = Cancellation()
) throws -> PieceCounts {
    var header = CountsFile.Header(cutting: cutting)
    var table = PieceTable()
    var runs: [String] = []
    var folder: SpillFolder?
    var total = 0
    for path in paths {
        if case .file(let size)? = FileSystem.kind(of: path) { total += size }
    }
    var done = 0
    for path in paths {
        var reader = try CountsReader(path: path)
        var pieces = 0
        while try reader.next() {
            reader.piece.withUnsafeBufferPointer { table.add($0, count: reader.count) }
            pieces += 1
            guard pieces % 4096 == 0 else { continue }
            try cancellation.check()
            progress.report("reading counts", done + reader.fileOffset, of: total, unit: "bytes")
            if table.isNearlyFull, table.byteCountWhenGrowing > memoryInBytes {
                let spillFolder: SpillFolder
                if let folder { spillFolder = folder } else { spillFolder = try SpillFolder.temporary() }
                folder = spillFolder
                runs.append(try spill(&table, to: spillFolder, number: runs.count, cutting))
            }
        }
        guard !reader.headers.isEmpty else {
            throw LocatedError(
                file: path, field: "line 1", problem: "does not say how the text was cut",
                remedy: "keep the line that begins with \(CountsFile.mark)")
        }
        for head in reader.headers {
            guard head.cutting.utf8.elementsEqual(cutting.utf8) else {
                throw LocatedError(
                    file: path, field: CountsFile.mark,
                    problem: "its text was cut with \(head.cutting) and not with \(cutting)",
                    remedy: "count and train with the same --split, --normalizer and --pre-tokenizer")
            }
            header.texts = header.texts.addingReportingOverflow(head.texts).partialValue
            header.bytes = min(
                header.bytes.addingReportingOverflow(head.bytes).partialValue, CountsFile.mostBytes + 1)
        }
        try header.check()
        done += reader.fileOffset
    }
    if let folder {
        if table.count > 0 { runs.append(try spill(&table, to: folder, number: runs.count, cutting)) }
        return PieceCounts(
            header: header, table: PieceTable(), runs: SpilledRuns(paths: runs), folder: folder)
    }
    return PieceCounts(header: header, table: table, runs: SpilledRuns(), folder: nil)
}

/// Writes a table to the disk and empties it.
///
/// - Returns: the path.
private func spill(
    _ table: inout PieceTable, to folder: SpillFolder, number: Int, _ cutting: String
) throws(LocatedError) -> String {
    let path = "\(folder.path)/run-\(number).counts"
    try table.write(to: path, header: CountsFile.Header(cutting: cutting))
    table = PieceTable()
    return path
}
