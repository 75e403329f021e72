#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The number of the operating system's last error, with its text.
struct SystemError: Error, Hashable {
    var number: Int32

    var text: String { String(cString: strerror(number)) }

    var isBrokenPipe: Bool { number == EPIPE }
    var isInterruption: Bool { number == EINTR }
}

/// Writes all of `bytes`, resuming after interruptions and waiting where the other end is not ready.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemError) {
    var written = 0
    while written < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
        let count = write(descriptor, rest.baseAddress, rest.count)
        if count >= 0 {
            written += count
            continue
        }
        let number = errno
        switch number {
        case EINTR: continue
        case EAGAIN:
            var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&ready, 1, -1)
        default: throw SystemError(number: number)
        }
    }
}

/// Reads at most `count` bytes to the end of `bytes`.
///
/// - Returns: how many were read; 0 at the end of the input.
/// - Throws: also when a signal interrupted the wait.
func readSome(_ count: Int, from descriptor: Int32, into bytes: inout [UInt8]) throws(SystemError) -> Int {
    while true {
        let got = withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { buffer in
            let got = Int(read(descriptor, buffer.baseAddress, buffer.count))
            if got > 0 { bytes += buffer[..<got] }
            return got
        }
        if got >= 0 { return got }
        let number = errno
        guard number == EAGAIN else { throw SystemError(number: number) }
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if poll(&ready, 1, -1) < 0, errno == EINTR { throw SystemError(number: EINTR) }
    }
}

/// Opens a file for reading.
func openForReading(_ path: String) throws(SystemError) -> Int32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError(number: errno) }
    return descriptor
}

func closeDescriptor(_ descriptor: Int32) {
    _ = close(descriptor)
}
