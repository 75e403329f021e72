internal import TesseraCore

/// Where a text of a corpus stands.
struct TextPlace: Hashable, Sendable {
    /// The file, as the user named it.
    var file: String
    /// The line that it starts at, from 1.
    var line: Int
    /// The byte of the file, decompressed, that it starts at; nil for text inside JSON.
    var offset: Int?
}

/// Calls `body` with every text of a corpus and its place, in order.
///
/// - Throws: `LocatedError` when a file cannot be read; `CancelledError` when stopped.
func forEachText(
    of corpus: Corpus, progress: Progress, cancellation: Cancellation,
    _ body: (UnsafeBufferPointer<UInt8>, TextPlace) -> Void
) throws {
    var reader = CorpusReader(corpus)
    var offset = 0
    var file = -1
    while let block = try reader.next() {
        try cancellation.check()
        if block.file != file { offset = 0 }
        file = block.file
        let name = corpus.files[file]
        if corpus.holdsJSONLines(name) {
            var lines = block.linesWithText.makeIterator()
            try block.forEachText(of: corpus) { text in
                body(text, TextPlace(file: name, line: lines.next() ?? block.firstLine, offset: nil))
            }
        } else {
            var line = block.firstLine
            var start = offset
            try block.forEachText(of: corpus) { text in
                body(text, TextPlace(file: name, line: line, offset: start))
                start += text.count
                for byte in text where byte == 0x0A { line += 1 }
            }
        }
        offset += block.bytes.count
        progress.report("comparing", reader.fileBytesRead, of: nil, unit: "bytes")
    }
}

extension CorpusBlock {
    /// The numbers of the lines that are not blank.
    fileprivate var linesWithText: [Int] {
        var numbers: [Int] = []
        var line = firstLine
        var isBlank = true
        for byte in bytes {
            if byte > 0x20 { isBlank = false }
            if byte == 0x0A {
                if !isBlank { numbers.append(line) }
                line += 1
                isBlank = true
            }
        }
        if !isBlank { numbers.append(line) }
        return numbers
    }
}
