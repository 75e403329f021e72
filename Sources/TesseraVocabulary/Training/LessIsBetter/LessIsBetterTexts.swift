public import TesseraCore
public import TesseraTokenizers

/// The texts that a less-is-better lexicon is learned from, in memory: articles are drawn from all of it.
public struct LessIsBetterTexts: Sendable {
    /// The normalized text, one piece after another.
    private(set) var bytes: [UInt8] = []
    /// For each piece, where it ends.
    private(set) var pieceEnds: [Int] = []
    /// For each text, how many pieces end up to its end.
    private(set) var textEnds: [Int] = []

    /// The bytes of the texts before anything changed them.
    public private(set) var byteCount = 0

    /// How many texts there are; those without a character are left out.
    public var count: Int { textEnds.count }

    /// Texts that are read as they are.
    public init(_ texts: some Sequence<String>) {
        for var text in texts {
            text.withUTF8 { text in
                byteCount += text.count
                append(text)
                endText()
            }
        }
    }

    /// The texts of a corpus, normalized and cut: nothing is learned across a cut.
    ///
    /// - Parameter memoryInBytes: the most memory that they may take.
    /// - Throws: `LocatedError` when a file cannot be read or the texts are larger than the memory; `CancelledError`.
    public init(
        of corpus: Corpus, normalizer: Normalizer? = nil, preTokenizer: PreTokenizer? = nil,
        memoryInBytes: Int = 1 << 31, progress: Progress = .ignored,
        cancellation: Cancellation = Cancellation()
    ) throws {
        let cutter = try PieceCutter(normalizer: normalizer, preTokenizer: preTokenizer)
        guard !cutter.spellsBytes else {
            throw LocatedError(
                field: "--split", problem: "less-is-better learns characters and not bytes",
                remedy: "leave it out, or name a rule that is not byte-level such as whitespace")
        }
        var reader = CorpusReader(corpus)
        while let block = try reader.next() {
            try cancellation.check()
            try block.forEachText(of: corpus) { text in
                byteCount += text.count
                cutter.forEachPiece(of: text) { append($0) }
                endText()
            }
            guard bytes.count + 8 * (pieceEnds.count + textEnds.count) <= memoryInBytes else {
                throw LocatedError(
                    file: block.file < corpus.files.count ? corpus.files[block.file] : nil, field: "--memory",
                    problem: "the texts so far take more than the \(memoryInBytes) bytes that they may",
                    remedy: "raise it, or learn from a part of the text and go on with --resume")
            }
            progress.report("reading", reader.fileBytesRead, of: nil, unit: "bytes")
        }
    }

    private mutating func append(_ piece: UnsafeBufferPointer<UInt8>) {
        guard !piece.isEmpty else { return }
        bytes.append(contentsOf: piece)
        pieceEnds.append(bytes.count)
    }

    private mutating func endText() {
        if pieceEnds.count > textEnds.last ?? 0 { textEnds.append(pieceEnds.count) }
    }

    /// Calls `body` with the pieces of text `index`, in order.
    @inline(__always)
    func forEachPiece(of index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        bytes.withUnsafeBufferPointer { bytes in
            let pieces = (index == 0 ? 0 : textEnds[index - 1])..<textEnds[index]
            for piece in pieces {
                let start = piece == 0 ? 0 : pieceEnds[piece - 1]
                body(UnsafeBufferPointer(rebasing: bytes[start..<pieceEnds[piece]]))
            }
        }
    }
}
