public import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The bytes of a file, mapped into memory and read only: nothing is copied until a page is touched.
///
/// The file must not be cut short while it is mapped: touching a page that no longer exists ends the process,
/// as with every memory map. Replacing the file by rename, as `writeAtomically` does, is safe.
public final class MappedFile: Sendable {
    /// The path, as the user gave it; errors name it.
    public let path: String

    /// The first byte.
    ///
    /// Never written after `init`, and the memory is let go in `deinit` only: safe to share.
    private nonisolated(unsafe) let base: UnsafeMutableRawPointer

    private let count: Int
    private let isMapping: Bool

    /// The bytes, valid while this object lives: keep it in a variable for as long as they are used.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// Maps the file at `path`.
    ///
    /// - Throws: `LocatedError` when the file is missing, empty, a folder or anything but a regular file, or may not
    ///   be read.
    public init(path: String) throws(LocatedError) {
        guard !path.utf8.contains(0) else {
            throw LocatedError(file: path, problem: "the path holds a zero byte", remedy: "check the path")
        }
        // O_NONBLOCK: opening a named pipe would otherwise wait for a writer. It means nothing for a regular file.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SystemFailure().reading(path) }
        defer { close(descriptor) }

        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemFailure().reading(path) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR:
            throw LocatedError(
                file: path, problem: "is a folder, not a file", remedy: "name the file inside it")
        default:
            throw LocatedError(
                file: path, problem: "is not a regular file", remedy: "save the data to a file and name that")
        }
        guard status.st_size > 0, let size = Int(exactly: status.st_size) else {
            throw LocatedError(file: path, problem: "is empty", remedy: "fetch or copy the file again")
        }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw SystemFailure().reading(path)
        }
        self.path = path
        base = start
        count = size
        isMapping = true
    }

    /// Copies `bytes` into memory of its own, aligned for every tensor format.
    ///
    /// - Parameters:
    ///   - bytes: any number of bytes.
    ///   - path: what errors should call them.
    public init(copying bytes: some Collection<UInt8>, path: String) {
        self.path = path
        count = bytes.count
        isMapping = false
        base = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 64)
        UnsafeMutableRawBufferPointer(start: base, count: count).copyBytes(from: bytes)
    }

    /// A copy of the bytes.
    public func copy() -> [UInt8] {
        withExtendedLifetime(self) { Array(bytes) }
    }

    deinit {
        if isMapping {
            munmap(base, count)
        } else {
            base.deallocate()
        }
    }
}
