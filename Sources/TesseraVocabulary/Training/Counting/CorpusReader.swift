package import TesseraCore
internal import TesseraFiles

/// Lines of a corpus that belong to one file, for one thread to cut.
package struct CorpusBlock: Sendable {
    /// The text.
    package var bytes: [UInt8] = []
    /// The file that it came from, in the order of the corpus.
    package var file = 0
    /// The number of its first line, from 1.
    package var firstLine = 1
    /// Whether it ends with the end of a line or of the file, and not inside a line that is too long.
    package var isComplete = true
}

/// Hands out a corpus in blocks that end where lines end, so that pieces are the same for any size of block.
package struct CorpusReader: ~Copyable {
    /// A line of plain text longer than this many bytes is cut, at a code point, as if it were several.
    static let longestLine = 1 << 24

    /// The most bytes of a whole file that is one text, and of a JSON line.
    static let longestText = 1 << 31

    /// Where reading has come to: everything before it was handed out.
    package struct Place: Hashable, Sendable {
        /// The file.
        package var file = 0
        /// The bytes of it, decompressed.
        package var offset = 0
        /// The lines of it.
        package var line = 1

        package init(file: Int = 0, offset: Int = 0, line: Int = 1) {
            self.file = file
            self.offset = offset
            self.line = line
        }
    }

    private let corpus: Corpus
    private let blockSize: Int
    package private(set) var place = Place()
    private var stream: ByteStream?
    private var carried: [UInt8] = []
    private var finishedBytes = 0
    /// The bytes of all blocks so far.
    private(set) var bytesHandedOut = 0

    /// Begins at `place`, which another reader of the same corpus had come to.
    package init(_ corpus: Corpus, blockSize: Int = 1 << 20, from place: Place = Place()) {
        self.corpus = corpus
        self.blockSize = max(blockSize, 1)
        self.place = place
    }

    /// The bytes of the files read so far, compressed ones where they are compressed.
    package var fileBytesRead: Int { finishedBytes + (stream?.fileOffset ?? 0) }

    /// The next block; nil after the last.
    ///
    /// - Throws: `LocatedError` when a file cannot be read or holds a text that is too long.
    package mutating func next() throws(LocatedError) -> CorpusBlock? {
        while place.file < corpus.files.count {
            let file = corpus.files[place.file]
            if stream == nil { try open(file) }
            if let block = try nextInFile(file) { return block }
            finishedBytes += stream?.fileOffset ?? 0
            stream = nil
            place = Place(file: place.file + 1)
        }
        return nil
    }

    /// Opens a file and passes over what was handed out before.
    private mutating func open(_ file: String) throws(LocatedError) {
        let opened = try ByteStream(path: file)
        var rest = place.offset
        var passed: [UInt8] = []
        while rest > 0 {
            passed.removeAll(keepingCapacity: true)
            let got = try opened.read(min(rest, 1 << 20), into: &passed)
            guard got > 0 else {
                throw LocatedError(
                    file: opened.name, problem: "is shorter than it was when the work was begun",
                    remedy: "start anew with another work folder")
            }
            rest -= got
        }
        stream = opened
    }

    private mutating func nextInFile(_ file: String) throws(LocatedError) -> CorpusBlock? {
        let isJSON = corpus.holdsJSONLines(file)
        let isWhole = !isJSON && corpus.unit == .file
        let limit = isJSON || isWhole ? Self.longestText : Self.longestLine
        var bytes = carried
        carried = []
        bytes.reserveCapacity(blockSize + 4096)
        var searched = 0
        while true {
            let got = try stream?.read(blockSize, into: &bytes) ?? 0
            if got == 0 {
                return bytes.isEmpty ? nil : block(bytes, isComplete: true)
            }
            if !isWhole, let end = bytes[searched...].lastIndex(of: 0x0A) {
                carried = Array(bytes[(end + 1)...])
                bytes.removeLast(carried.count)
                return block(bytes, isComplete: true)
            }
            searched = bytes.count
            guard bytes.count > limit else { continue }
            guard !isJSON, !isWhole else {
                throw LocatedError(
                    file: stream?.name ?? file, field: "line \(place.line)",
                    problem: "a text is longer than \(limit) bytes",
                    remedy: "cut it into parts, or read the file as plain text, line by line")
            }
            let end = codePointStart(in: bytes, before: limit)
            carried = Array(bytes[end...])
            bytes.removeLast(carried.count)
            return block(bytes, isComplete: false)
        }
    }

    private mutating func block(_ bytes: [UInt8], isComplete: Bool) -> CorpusBlock {
        let block = CorpusBlock(bytes: bytes, file: place.file, firstLine: place.line, isComplete: isComplete)
        place.offset += bytes.count
        bytesHandedOut += bytes.count
        for byte in bytes where byte == 0x0A { place.line += 1 }
        return block
    }
}

/// The last start of a code point at or before `limit`, which is below the count of `bytes`; `limit` itself where the
/// bytes are not UTF-8.
package func codePointStart(in bytes: some RandomAccessCollection<UInt8>, before limit: Int) -> Int {
    let start = bytes.startIndex
    for back in 0..<4 where limit - back > 0 {
        let place = bytes.index(start, offsetBy: limit - back)
        if place == bytes.endIndex || bytes[place] & 0xC0 != 0x80 { return limit - back }
    }
    return limit
}
