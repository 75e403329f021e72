internal import TesseraCore

#if canImport(CZlib)
internal import CZlib

/// Decompresses gzip members one after another (RFC 1952) with the system's zlib.
final class Inflation {
    /// Why data could not be decompressed.
    struct Failure: Error {
        /// In zlib's words.
        var words: String
    }

    private var stream = z_stream()
    /// Whether the last member has ended and no other has begun.
    private(set) var isBetweenMembers = false
    /// Whether what follows the last member is not another: padding, which gzip passes over too.
    private var isPastEnd = false

    init(file: String) throws(LocatedError) {
        // 15 bits of window and gzip's frame, whose checksum is then checked.
        guard inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw LocatedError(
                file: file, problem: "zlib could not start to decompress it", remedy: "free some memory")
        }
    }

    deinit { inflateEnd(&stream) }

    /// Decompresses some of `input` to the end of `output`, at most `limit` bytes.
    ///
    /// - Returns: how many bytes of `input` were used.
    func step(_ input: ArraySlice<UInt8>, limit: Int, into output: inout [UInt8]) throws(Failure) -> Int {
        if isPastEnd { return input.count }
        if isBetweenMembers {
            // Zeros may fill the last block of a tape; anything else that is no member is damage.
            let zeros = input.prefix { $0 == 0 }.count
            if zeros > 0 {
                isPastEnd = zeros == input.count
                return zeros
            }
            guard inflateReset(&stream) == Z_OK else { throw failure(Z_STREAM_ERROR) }
            isBetweenMembers = false
        }
        let start = output.count
        let room = min(limit, 1 << 20)
        output.append(contentsOf: repeatElement(0, count: room))
        var status = Z_OK
        input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.avail_in = UInt32(clamping: input.count)
                stream.next_out = output.baseAddress.map { $0 + start }
                stream.avail_out = UInt32(clamping: room)
                status = inflate(&stream, Z_NO_FLUSH)
            }
        }
        output.removeLast(Int(stream.avail_out))
        switch status {
        case Z_STREAM_END: isBetweenMembers = true
        case Z_OK, Z_BUF_ERROR: break
        default: throw failure(status)
        }
        return min(input.count, Int(UInt32.max)) - Int(stream.avail_in)
    }

    private func failure(_ status: Int32) -> Failure {
        if let message = stream.msg { return Failure(words: String(cString: message)) }
        return Failure(words: status == Z_NEED_DICT ? "it needs a dictionary" : "zlib error \(status)")
    }
}

#else

/// Stands in where the package is built without zlib: every gzip file is refused.
final class Inflation {
    /// Why data could not be decompressed.
    struct Failure: Error {
        /// In zlib's words.
        var words: String
    }

    let isBetweenMembers = true

    init(file: String) throws(LocatedError) {
        throw LocatedError(
            file: file, problem: "is compressed with gzip, and this program was built without zlib",
            remedy: "decompress it first: gunzip -k \(file)")
    }

    func step(_ input: ArraySlice<UInt8>, limit: Int, into output: inout [UInt8]) throws(Failure) -> Int {
        input.count
    }
}
#endif
