public import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary file in the same folder. `commit` puts them on the disk and renames; a value that is
/// dropped before that removes the temporary file, so an error leaves what was there before.
public struct AtomicFile: ~Copyable {
    /// The path that the file will have.
    public let path: String

    private let temporaryPath: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    /// The bytes written so far.
    public private(set) var byteCount = 0

    private static let bufferSize = 1 << 16

    /// Begins a file that will be at `path`, in a folder that exists.
    ///
    /// - Throws: `LocatedError` when something other than a file is at `path` or the folder cannot be written.
    public init(path: String) throws(LocatedError) {
        switch FileSystem.kind(of: path) {
        case nil, .file?: break
        case .folder?: throw SystemFailure(code: EISDIR).writing(path)
        case .other?:
            throw LocatedError(
                file: path, problem: "is a device or a pipe, not a file", remedy: "name a file")
        }
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        let temporary =
            "\(FileSystem.folder(of: path))/.\(FileSystem.name(of: path).prefix(64)).\(random).partial"
        let opened = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard opened >= 0 else { throw SystemFailure().writing(path) }
        self.path = path
        temporaryPath = temporary
        descriptor = opened
    }

    deinit {
        if descriptor >= 0 {
            close(descriptor)
            unlink(temporaryPath)
        }
    }

    /// Appends bytes.
    ///
    /// - Throws: `LocatedError` when the disk is full or fails.
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(LocatedError) {
        byteCount += bytes.count
        if buffer.count + bytes.count <= Self.bufferSize {
            buffer.append(contentsOf: bytes)
        } else {
            try flush()
            try writeAll(bytes, to: descriptor, path: path)
        }
    }

    /// Appends bytes.
    ///
    /// - Throws: `LocatedError` when the disk is full or fails.
    public mutating func write(_ bytes: [UInt8]) throws(LocatedError) {
        byteCount += bytes.count
        buffer.append(contentsOf: bytes)
        if buffer.count > Self.bufferSize { try flush() }
    }

    /// Appends text as UTF-8.
    ///
    /// - Throws: `LocatedError` when the disk is full or fails.
    public mutating func write(_ text: String) throws(LocatedError) {
        try write(Array(text.utf8))
    }

    /// Puts the bytes on the disk and gives the file its name, replacing a file that has it.
    ///
    /// - Throws: `LocatedError` when the disk is full or fails; then the earlier file is still there.
    public consuming func commit() throws(LocatedError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw SystemFailure().writing(path) }
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0, rename(temporaryPath, path) == 0 else {
            let failure = SystemFailure()
            unlink(temporaryPath)
            throw failure.writing(path)
        }
        FileSystem.synchronizeFolder(FileSystem.folder(of: path))
    }

    private mutating func flush() throws(LocatedError) {
        let pending = buffer
        buffer.removeAll(keepingCapacity: true)
        let result: Result<Void, LocatedError> = pending.withUnsafeBytes { bytes in
            Result { () throws(LocatedError) in try writeAll(bytes, to: descriptor, path: path) }
        }
        try result.get()
    }
}

/// Writes all of `bytes`, resuming after interruptions.
///
/// - Parameter path: what errors call the file.
func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
) throws(LocatedError) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let chunk = UnsafeRawBufferPointer(rebasing: rest)
        // Linux writes at most 2 GiB at once, macOS refuses more.
        let written = write(descriptor, chunk.baseAddress, min(chunk.count, 1 << 30))
        if written < 0 {
            let failure = SystemFailure()
            if failure.code == EINTR { continue }
            throw failure.writing(path)
        }
        rest = rest.dropFirst(written)
    }
}

/// Writes a file in one step: its content is the old or the new one at every moment, never a part.
///
/// - Throws: `LocatedError` when the folder is missing, the disk is full or writing is not allowed.
public func writeAtomically(_ bytes: [UInt8], to path: String) throws(LocatedError) {
    var file = try AtomicFile(path: path)
    try file.write(bytes)
    try file.commit()
}

/// Writes text as UTF-8 in one step.
///
/// - Throws: as `writeAtomically(_:to:)` with bytes does.
public func writeAtomically(_ text: String, to path: String) throws(LocatedError) {
    try writeAtomically(Array(text.utf8), to: path)
}
