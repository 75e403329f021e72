package import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The bytes of a file from front to back, in bounded memory; a gzip file is decompressed on the way.
package final class ByteStream {
    /// What errors call the file.
    package let name: String

    /// The bytes of the file; nil when it is a pipe.
    package let fileSize: Int?

    /// How many bytes of the file were read, compressed ones where it is compressed.
    package private(set) var fileOffset = 0

    /// How many bytes were given out.
    package private(set) var offset = 0

    private let source: OpenedInput
    private var input = [UInt8](repeating: 0, count: 1 << 17)
    private var pending = 0..<0
    private var isAtEnd = false
    private var inflation: Inflation?

    /// Opens `path`, or standard input for `-`.
    ///
    /// - Throws: `LocatedError` when it cannot be read or is compressed with something other than gzip.
    package init(path: String) throws(LocatedError) {
        let input = try OpenedInput(path: path)
        name = input.name
        fileSize = input.size
        source = input
        try begin()
    }

    /// Looks at the first bytes.
    private func begin() throws(LocatedError) {
        while pending.count < Compression.longestMark, !isAtEnd { try fill() }
        guard let compression = Compression(head: input[pending]) else { return }
        if let objection = compression.objection(file: name) { throw objection }
        inflation = try Inflation(file: name)
    }

    /// Reads more of the file behind what is pending.
    private func fill() throws(LocatedError) {
        if pending.isEmpty { pending = 0..<0 }
        let room = pending.upperBound..<input.count
        let got = try read(into: room)
        if got == 0 { isAtEnd = true }
        fileOffset += got
        pending = pending.lowerBound..<pending.upperBound + got
    }

    private func read(into room: Range<Int>) throws(LocatedError) -> Int {
        while true {
            let got = input.withUnsafeMutableBytes { bytes in
                systemRead(source.descriptor, bytes.baseAddress.map { $0 + room.lowerBound }, room.count)
            }
            if got >= 0 { return got }
            let failure = SystemFailure()
            if failure.code != EINTR { throw failure.reading(name) }
        }
    }

    /// Reads at most `count` bytes to the end of `bytes`.
    ///
    /// - Returns: how many; 0 only at the end of the file.
    /// - Throws: `LocatedError` when reading fails, or the compressed data is damaged or cut short.
    package func read(_ count: Int, into bytes: inout [UInt8]) throws(LocatedError) -> Int {
        let start = bytes.count
        if inflation == nil {
            if pending.isEmpty { try fill() }
            let part = pending.prefix(count)
            bytes.append(contentsOf: input[part])
            pending = part.upperBound..<pending.upperBound
        } else {
            while bytes.count == start {
                if pending.isEmpty, !isAtEnd { try fill() }
                if pending.isEmpty {
                    guard inflation?.isBetweenMembers == true else {
                        throw LocatedError(
                            file: name, field: "byte \(fileOffset)",
                            problem: "the gzip data ends in the middle",
                            remedy: "copy or fetch the file again")
                    }
                    break
                }
                let used = try inflate(count, into: &bytes)
                pending = pending.lowerBound + used..<pending.upperBound
            }
        }
        offset += bytes.count - start
        return bytes.count - start
    }

    /// Decompresses what is pending.
    private func inflate(_ count: Int, into bytes: inout [UInt8]) throws(LocatedError) -> Int {
        let place = fileOffset - pending.count
        guard let inflation else { return 0 }
        do throws(Inflation.Failure) {
            return try inflation.step(input[pending], limit: count, into: &bytes)
        } catch {
            throw LocatedError(
                file: name, field: "byte \(place)", problem: "the gzip data is damaged: \(error.words)",
                remedy: "copy or fetch the file again, or check it with gzip -t")
        }
    }
}

/// A file open for reading, closed when the last reference goes.
private final class OpenedInput {
    let name: String
    let descriptor: Int32
    /// The bytes of the file; nil when it is a pipe.
    let size: Int?

    init(path: String) throws(LocatedError) {
        guard !path.utf8.contains(0) else {
            throw LocatedError(file: path, problem: "the path holds a zero byte", remedy: "check the path")
        }
        name = path == "-" ? "standard input" : path
        descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure().reading(path) }
        var status = stat()
        let isKnown = fstat(descriptor, &status) == 0
        size = isKnown && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
        if isKnown, status.st_mode & S_IFMT == S_IFDIR {
            throw LocatedError(
                file: path, problem: "is a folder, not a file", remedy: "name the files inside it")
        }
    }

    deinit {
        if descriptor > 0 { close(descriptor) }
    }
}

/// `read` of the C library, which the methods of the same name hide.
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
