import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Counting pieces")
struct CountingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Text of several kinds: words that repeat, long pieces, other scripts, white space, ill-formed bytes.
    private func text(seed: UInt64, lines: Int) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        let words = [
            "the", "of", "naïve", "東京", "x1", "don't", "\t", "  ", "🚆", "configuration", "=====", "a",
        ]
        var text: [UInt8] = []
        for line in 0..<lines {
            for _ in 0..<Int.random(in: 0...9, using: &generator) {
                text += Array(words[Int.random(in: words.indices, using: &generator)].utf8)
                if Bool.random(using: &generator) { text.append(0x20) }
            }
            if line % 17 == 0 { text += Array("w\(UInt64.random(in: 0...500, using: &generator))".utf8) }
            if line % 29 == 0 { text += [0xFF, 0xC3] }
            if line % 41 == 0 { text += [UInt8](repeating: 0x7A, count: 40 + line % 7) }
            text += line % 13 == 0 ? [0x0D, 0x0A] : [0x0A]
        }
        return text
    }

    /// The counts, as a dictionary from pieces to counts.
    private func count(
        _ corpus: Corpus, _ preTokenizer: PreTokenizer? = .gpt2,
        options: CountingOptions = CountingOptions(threads: 1)
    ) throws -> [[UInt8]: Int] {
        let counts = try countPieces(
            of: corpus, with: try PieceCutter(normalizer: nil, preTokenizer: preTokenizer), cutting: "test",
            options: options)
        return try dictionary(counts)
    }

    private func dictionary(_ counts: borrowing PieceCounts) throws -> [[UInt8]: Int] {
        var all: [[UInt8]: Int] = [:]
        var last: [UInt8] = []
        try counts.forEachSorted { piece, count in
            all[Array(piece)] = count
            #expect(last.isEmpty || last.lexicographicallyPrecedes(piece))
            last = Array(piece)
        }
        return all
    }

    @Test("a text's pieces are those of the split rule, line by line")
    func lines() throws {
        let text = text(seed: 1, lines: 300)
        let path = try folder.write(text, to: "a.txt")
        var expected: [[UInt8]: Int] = [:]
        let cutter = try PieceCutter(normalizer: nil, preTokenizer: .gpt2)
        for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
            Array(line + (line.endIndex < text.endIndex ? [0x0A] : [])).withUnsafeBufferPointer { line in
                cutter.forEachPiece(of: line) { expected[Array($0), default: 0] += 1 }
            }
        }
        #expect(try count(Corpus(files: [path])) == expected)
        #expect(expected[Array(" the".utf8)] != nil)
    }

    @Test(
        "the counts are the same for any threads and blocks", arguments: [1, 2, 3, 7],
        [1, 37, 4_096, 1 << 20])
    func threads(threads: Int, blockSize: Int) throws {
        let paths = try (0..<3).map { try folder.write(text(seed: UInt64($0), lines: 400), to: "\($0).txt") }
        let expected = try count(Corpus(files: paths))
        var options = CountingOptions(threads: threads)
        options.blockSize = blockSize
        #expect(try count(Corpus(files: paths), options: options) == expected)
    }

    @Test("counts that are spilled to the disk are the same", arguments: [1, 3])
    func spilling(threads: Int) throws {
        let paths = try (0..<3).map { seed in
            var generator = SeededGenerator(seed: UInt64(seed))
            let words = (0..<6_000).map { _ in "w\(UInt32.random(in: 0...9_000, using: &generator)) " }
            return try folder.write(words.joined(separator: "\n"), to: "s\(seed).txt")
        }
        var options = CountingOptions(threads: threads, memoryInBytes: 100_000)
        options.blockSize = 5_000
        let counts = try countPieces(
            of: Corpus(files: paths), with: try PieceCutter(normalizer: nil, preTokenizer: .gpt2),
            cutting: "test",
            options: options)
        let isSpilled = counts.isSpilled
        #expect(isSpilled)
        #expect(try dictionary(counts) == count(Corpus(files: paths)))
    }

    @Test("a file that is one text keeps white space together that spans lines")
    func wholeFile() throws {
        var corpus = Corpus(files: [try folder.write("a\n\n  b\n", to: "w.txt")])
        #expect(try count(corpus)[Array("\n\n ".utf8)] == nil)
        corpus.unit = .file
        #expect(
            try count(corpus) == [Array("a".utf8): 1, Array("\n\n ".utf8): 1, Array(" b".utf8): 1, [0x0A]: 1])
    }

    @Test("texts are found in JSON lines, and a line that holds none is named")
    func jsonLines() throws {
        let path = try folder.write(
            #"{"id": 1, "text": "one two\n"}"# + "\n\n" + #"{"text": "two\u0021"}"#, to: "a.jsonl")
        #expect(
            try count(Corpus(files: [path])) == [
                Array("one".utf8): 1, Array(" two".utf8): 1, [0x0A]: 1, Array("two".utf8): 1, [0x21]: 1,
            ])
        let bad = try folder.write(#"{"text": "x"}"# + "\n" + #"{"texte": "x"}"# + "\n", to: "bad.jsonl")
        expectLocatedError(file: bad, field: "line 2: text", problem: "missing") {
            try count(Corpus(files: [bad]))
        }
        let broken = try folder.write("{\n", to: "broken.jsonl")
        expectLocatedError(file: broken, field: "line 1") { try count(Corpus(files: [broken])) }
        var corpus = Corpus(files: [bad])
        corpus.format = .text
        #expect(try count(corpus).isEmpty == false)
    }

    @Test("empty corpora and empty files have no pieces; a missing file is told before the work")
    func empty() throws {
        #expect(try count(Corpus(files: [])).isEmpty)
        #expect(try count(Corpus(files: [try folder.write([], to: "empty")])).isEmpty)
        expectLocatedError(file: folder.path("none")) { try count(Corpus(files: [folder.path("none")])) }
    }

    @Test("a normalizer and a rule of characters apply")
    func normalized() throws {
        let path = try folder.write("E\u{301}te\u{301} ete\n", to: "n.txt")
        let counts = try countPieces(
            of: Corpus(files: [path]),
            with: try PieceCutter(
                normalizer: .sequence([.unicode(.canonicalComposed), .lowercase]), preTokenizer: .whitespace),
            cutting: "test")
        #expect(try dictionary(counts) == [Array("\u{E9}t\u{E9}".utf8): 1, Array("ete".utf8): 1])
        let bytes = try countPieces(
            of: Corpus(files: [path]),
            with: try PieceCutter(normalizer: .lowercase, preTokenizer: .gpt2), cutting: "test")
        #expect(try dictionary(bytes)[Array(" ete".utf8)] == 1)
    }
}
