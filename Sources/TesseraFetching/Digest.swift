internal import Crypto
public import TesseraCore
internal import TesseraFiles

/// The SHA-256 of `bytes`, in lower-case hexadecimal digits.
public func sha256(_ bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bufferPointer: bytes)
    return hexadecimal(hash.finalize())
}

/// The SHA-256 of the file at `path`, in lower-case hexadecimal digits, read in pieces.
///
/// - Throws: `LocatedError` when the file cannot be read, `CancelledError` when cancelled.
public func sha256(
    ofFile path: String, progress: Progress = .ignored, cancellation: Cancellation = Cancellation()
) throws -> String {
    let file = try MappedFile(path: path)
    var hash = SHA256()
    try file.forEachPiece(label: "checking", progress: progress, cancellation: cancellation) { piece in
        hash.update(bufferPointer: piece)
    }
    return hexadecimal(hash.finalize())
}

private func hexadecimal(_ digest: SHA256Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

extension MappedFile {
    /// Hands over the bytes in pieces of 4 MiB, reporting and looking for cancellation before each.
    func forEachPiece(
        label: String, progress: Progress, cancellation: Cancellation,
        _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        defer { withExtendedLifetime(self) {} }
        let pieceSize = 4 << 20
        for start in stride(from: 0, to: bytes.count, by: pieceSize) {
            try cancellation.check()
            progress.report(label, start, of: bytes.count, unit: "bytes")
            try body(UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + pieceSize, bytes.count)]))
        }
        progress.report(label, bytes.count, of: bytes.count, unit: "bytes")
    }
}
