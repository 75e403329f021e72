public import TesseraCore

/// Standard input line by line, for conversations and for jobs that answer a line at a time.
public struct LineReader {
    private let descriptor: Int32
    private let name: String
    private let limitInBytes: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var searched = 0
    private var offset = 0
    private var isAtEnd = false

    /// Reads standard input.
    ///
    /// - Parameter limitInBytes: the longest line to accept.
    public init(limitInBytes: Int = 1 << 24) {
        self.init(descriptor: 0, name: "standard input", limitInBytes: limitInBytes)
    }

    package init(descriptor: Int32, name: String, limitInBytes: Int) {
        self.descriptor = descriptor
        self.name = name
        self.limitInBytes = limitInBytes
    }

    /// The next line without its end (`\n` or `\r\n`); nil after the last.
    ///
    /// - Throws: `LocatedError` when reading fails or the line is too long or not UTF-8; `CancelledError` when
    ///   `cancellation` is raised, also while waiting for a line.
    public mutating func next(cancellation: Cancellation = Interruption.cancellation) throws -> String? {
        while true {
            try cancellation.check()
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                return try take(to: end, consuming: end + 1)
            }
            searched = buffer.count
            if isAtEnd {
                return start < buffer.count ? try take(to: buffer.count, consuming: buffer.count) : nil
            }
            guard buffer.count - start <= limitInBytes else {
                throw LocatedError(
                    file: name, problem: "a line is longer than \(limitInBytes) bytes",
                    remedy: "break it into shorter lines"
                )
            }
            buffer.removeFirst(start)
            searched -= start
            start = 0
            do throws(SystemError) {
                isAtEnd = try readSome(65_536, from: descriptor, into: &buffer) == 0
            } catch  where error.isInterruption {
                continue
            } catch {
                throw LocatedError(file: name, problem: "cannot read: \(error.text)")
            }
        }
    }

    private mutating func take(to end: Int, consuming next: Int) throws(LocatedError) -> String {
        var line = buffer[start..<end]
        let lineOffset = offset
        offset += next - start
        start = next
        searched = next
        if line.last == 0x0D { line.removeLast() }
        if let bad = line.withUnsafeBufferPointer({ firstInvalidUTF8Offset(in: $0) }) {
            throw LocatedError.invalidUTF8(file: name, offset: lineOffset + bad)
        }
        return String(decoding: line, as: UTF8.self)
    }
}
