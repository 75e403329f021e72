internal import TesseraCore
internal import TesseraFiles

/// Reads a counts file piece by piece, in bounded memory.
struct CountsReader: ~Copyable {
    /// The longest line.
    private static let longestLine = 1 << 27

    /// The heads read so far: one for each file put together.
    private(set) var headers: [CountsFile.Header] = []

    /// The piece read last.
    private(set) var piece: [UInt8] = []

    /// How often it occurs.
    private(set) var count = 0

    private let stream: ByteStream
    private var buffer: [UInt8] = []
    private var start = 0
    private var line = 0
    private var isAtEnd = false

    /// Opens a counts file, which may be gzip.
    init(path: String) throws(LocatedError) {
        stream = try ByteStream(path: path)
    }

    /// The bytes of the file read so far.
    var fileOffset: Int { stream.fileOffset }

    /// Reads the next piece.
    ///
    /// - Returns: false after the last.
    /// - Throws: `LocatedError` naming the line that is none of a counts file.
    mutating func next() throws(LocatedError) -> Bool {
        while let range = try nextLine() {
            line += 1
            let read = buffer.withUnsafeBufferPointer { buffer in
                CountsFile.read(UnsafeBufferPointer(rebasing: buffer[range]), piece: &piece)
            }
            switch read {
            case .empty: continue
            case .header(let header): headers.append(header)
            case .piece(let count):
                self.count = count
                return true
            case nil:
                throw LocatedError(
                    file: stream.name, field: "line \(line)",
                    problem: "is not a piece, a tab and a count",
                    remedy: "give a file that tessera tokenizer count wrote")
            }
        }
        return false
    }

    private mutating func nextLine() throws(LocatedError) -> Range<Int>? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                let range = start..<end
                start = end + 1
                return range
            }
            if isAtEnd {
                guard start < buffer.count else { return nil }
                let range = start..<buffer.count
                start = buffer.count
                return range
            }
            guard buffer.count - start <= Self.longestLine else {
                throw LocatedError(
                    file: stream.name, field: "line \(line + 1)",
                    problem: "is longer than \(Self.longestLine) bytes",
                    remedy: "give a file that tessera tokenizer count wrote")
            }
            buffer.removeFirst(start)
            start = 0
            searched = buffer.count
            isAtEnd = try stream.read(1 << 16, into: &buffer) == 0
        }
    }
}
