package import TesseraCore
package import TesseraTokenizers

/// Counts the pieces of a text in memory, whose lines with their ends are texts of their own.
///
/// - Parameter resampling: how often each line counts; nil: once.
/// - Throws: `CancelledError` when stopped.
package func countPieces(
    ofLines text: String, with cutter: PieceCutter, resampling: TextResampling? = nil,
    cancellation: Cancellation = Cancellation()
) throws(CancelledError) -> PieceCounts {
    var table = PieceTable()
    var header = CountsFile.Header(cutting: "")
    var (number, start) = (1, 0)
    let bytes = Array(text.utf8)
    while start < bytes.count {
        if number & 0xFFF == 0 { try cancellation.check() }
        let end = bytes[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
        let weight = resampling?.weight(ofText: number, inFile: 0) ?? 1
        if weight > 0 {
            header.texts += weight
            header.bytes += (end - start) * weight
            bytes[start..<end].withUnsafeBufferPointer { line in
                cutter.forEachPiece(of: line) { table.add($0, count: weight) }
            }
        }
        (number, start) = (number + 1, end)
    }
    return PieceCounts(header: header, table: table, runs: SpilledRuns(), folder: nil)
}
