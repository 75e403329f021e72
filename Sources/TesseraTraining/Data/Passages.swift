internal import TesseraCore
internal import TesseraVocabulary

/// A stretch of a document that is encoded in one go.
struct Passage {
    /// Well-formed UTF-8.
    var bytes: ArraySlice<UInt8>
    /// Whether it is the first of its document.
    var beginsDocument: Bool
    /// Whether it may be held out for itself; else it goes where the one before it went.
    var isChosenAlone: Bool
}

/// A corpus passage by passage, in bounded memory.
///
/// A plain file is one document and each text of JSON lines is one. Passages end where a line does once they have
/// `usualSize` bytes, so that text is cut where a tokenizer hardly looks across.
struct PassageReader: ~Copyable {
    /// The bytes after which a passage ends with its line.
    static let usualSize = 1 << 11
    /// The most bytes of a passage; a longer line is cut.
    static let longestSize = 1 << 16

    private let corpus: Corpus
    private var reader: CorpusReader
    private var file: Int?

    init(_ corpus: Corpus) {
        self.corpus = corpus
        reader = CorpusReader(corpus)
    }

    /// The bytes of the files read so far, compressed ones where they are compressed.
    var fileBytesRead: Int { reader.fileBytesRead }

    /// The next passages, those of about a mebibyte of a file; nil after the last.
    ///
    /// - Throws: `LocatedError` naming the file that cannot be read, and the first byte that is not UTF-8.
    mutating func next() throws(LocatedError) -> [Passage]? {
        guard let block = try reader.next() else { return nil }
        let name = corpus.files[block.file]
        if let bad = firstInvalidUTF8Offset(in: block.bytes) {
            var error = LocatedError.invalidUTF8(
                file: name == "-" ? "standard input" : name,
                offset: reader.place.offset - block.bytes.count + bad)
            error.remedy = "convert it if it is text (iconv -f LATIN1 -t UTF-8), or name the text files alone"
            throw error
        }
        defer { file = block.file }
        guard corpus.holdsJSONLines(name) else {
            return Self.cut(block.bytes).enumerated().map { index, range in
                Passage(
                    bytes: block.bytes[range], beginsDocument: index == 0 && file != block.file,
                    isChosenAlone: true)
            }
        }
        var passages: [Passage] = []
        try block.forEachText(of: corpus) { text in
            let bytes = Array(text)
            for (index, range) in Self.cut(bytes).enumerated() {
                passages.append(
                    Passage(bytes: bytes[range], beginsDocument: index == 0, isChosenAlone: index == 0))
            }
        }
        return passages
    }

    /// The passages of a text.
    static func cut(_ bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            var end = min(start + usualSize, bytes.count)
            if end < bytes.count {
                let limit = min(start + longestSize, bytes.count)
                if let lineEnd = bytes[(end - 1)..<limit].firstIndex(of: 0x0A) {
                    end = lineEnd + 1
                } else {
                    end = limit == bytes.count ? limit : codePointStart(in: bytes, before: limit)
                }
            }
            ranges.append(start..<end)
            start = end
        }
        return ranges
    }
}
