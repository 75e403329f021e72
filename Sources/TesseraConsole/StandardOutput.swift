internal import Synchronization
public import TesseraCore

/// Standard output, buffered.
///
/// When its reader has gone (`tessera generate | head -1`), what is written is dropped, running jobs are cancelled
/// and the process ends with status 0 and no message, as ripgrep does. Every other failure, such as a full disk,
/// is a `LocatedError` that names `standard output`.
public final class StandardOutput: Sendable {
    /// The process's standard output, which `runMain` flushes at the end.
    public static let standard = StandardOutput(
        descriptor: 1, name: "standard output", whenClosed: Interruption.outputWasClosed
    )

    private struct State {
        var buffer: [UInt8] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let descriptor: Int32
    private let name: String
    private let whenClosed: @Sendable () -> Void

    /// Bytes kept before they are written on their own accord.
    private static let bufferSize = 65_536

    package init(descriptor: Int32, name: String, whenClosed: @escaping @Sendable () -> Void) {
        self.descriptor = descriptor
        self.name = name
        self.whenClosed = whenClosed
    }

    /// Adds `text` to the buffer, and writes the buffer when it is full.
    public func write(_ text: String) throws(LocatedError) {
        try state.withLock { state throws(LocatedError) in
            state.buffer += text.utf8
            if state.buffer.count >= Self.bufferSize { try flush(&state) }
        }
    }

    /// Adds `bytes` to the buffer, and writes the buffer when it is full.
    public func write(_ bytes: [UInt8]) throws(LocatedError) {
        try state.withLock { state throws(LocatedError) in
            state.buffer += bytes
            if state.buffer.count >= Self.bufferSize { try flush(&state) }
        }
    }

    /// Writes `text` at once, with what the buffer held: for text that a person watches appearing.
    public func stream(_ text: String) throws(LocatedError) {
        try write(text)
        try flush()
    }

    /// Writes what the buffer holds.
    public func flush() throws(LocatedError) {
        try state.withLock { state throws(LocatedError) in try flush(&state) }
    }

    private func flush(_ state: inout State) throws(LocatedError) {
        defer { state.buffer.removeAll(keepingCapacity: true) }
        guard !state.isClosed, !state.buffer.isEmpty else { return }
        var failure: SystemError?
        state.buffer.withUnsafeBytes { bytes in
            do throws(SystemError) { try writeAll(bytes, to: descriptor) } catch { failure = error }
        }
        guard let failure else { return }
        // What failed once is not tried again when the process ends.
        state.isClosed = true
        if failure.isBrokenPipe {
            whenClosed()
        } else {
            throw LocatedError(
                file: name, problem: "cannot write: \(failure.text)",
                remedy: "make room or send the output elsewhere"
            )
        }
    }
}

/// Writes one line to standard error; a failure there has nowhere to be told.
public func writeToStandardError(_ text: String) {
    var text = text
    text.withUTF8 { try? writeAll(UnsafeRawBufferPointer($0), to: 2) }
}
