public import TesseraCore

/// Text read whole from a file or from standard input, and checked to be UTF-8.
public struct InputText: Sendable {
    /// Where it came from, for messages.
    public let name: String

    /// Well-formed UTF-8.
    public let bytes: [UInt8]

    /// The same as a string.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Reads `path`, or standard input for `-`.
    ///
    /// - Parameter limitInBytes: the most to accept.
    /// - Throws: `LocatedError` when it cannot be read, is larger than the limit, or is not UTF-8 (the error gives
    ///   the offset of the first bad byte); `CancelledError` when `cancellation` is raised.
    public init(
        path: String, limitInBytes: Int = 1 << 30, cancellation: Cancellation = Interruption.cancellation
    ) throws {
        name = path == "-" ? "standard input" : path
        var bytes: [UInt8] = []
        do throws(SystemError) {
            let descriptor = path == "-" ? 0 : try openForReading(path)
            defer { if path != "-" { closeDescriptor(descriptor) } }
            // One byte over the limit tells that there is more.
            while bytes.count <= limitInBytes, !cancellation.isCancelled {
                let wanted = min(262_143, limitInBytes - bytes.count) + 1
                do throws(SystemError) {
                    if try readSome(wanted, from: descriptor, into: &bytes) == 0 { break }
                } catch {
                    if !error.isInterruption { throw error }
                }
            }
        } catch {
            throw LocatedError(
                file: name, problem: "cannot read: \(error.text)",
                remedy: "name a file that can be read, or pipe the text in: echo \"text\" | tessera …"
            )
        }
        try cancellation.check()
        guard bytes.count <= limitInBytes else {
            throw LocatedError(
                file: name, problem: "it is larger than \(limitInBytes) bytes",
                remedy: "give it in smaller parts"
            )
        }
        if let offset = firstInvalidUTF8Offset(in: bytes) {
            throw LocatedError.invalidUTF8(file: name, offset: offset)
        }
        self.bytes = bytes
    }
}
