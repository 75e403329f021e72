internal import TesseraCore
internal import TesseraFiles

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Runs `body` while no other program runs one for the same folder: two programs never fetch a model at once.
///
/// - Throws: `CancelledError` when cancelled while waiting, `LocatedError` when the folder cannot be written, and
///   what `body` throws.
func withLock<Result>(
    onFolder folder: String, cancellation: Cancellation, _ body: () throws -> Result
) throws -> Result {
    let path = "\(folder)/.lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw SystemFailure().writing(path) }
    // Closing lets go of the lock, also when the program dies.
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
        let failure = SystemFailure()
        guard failure.code == EWOULDBLOCK || failure.code == EINTR else { throw failure.writing(path) }
        try cancellation.check()
        usleep(50_000)
    }
    return try body()
}

extension FileSystem {
    /// The bytes free for this user on the disk of `folder`; nil when the system does not say.
    static func freeBytes(at folder: String) -> Int? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0, let blocks = Int(exactly: status.f_bavail),
            let blockSize = Int(exactly: status.f_frsize)
        else { return nil }
        let (bytes, overflow) = blocks.multipliedReportingOverflow(by: blockSize)
        return overflow ? nil : bytes
    }
}
