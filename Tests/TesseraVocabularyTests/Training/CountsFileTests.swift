import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Counts files")
struct CountsFileTests {
    private let folder: TemporaryFolder
    private let cutting = describeCutting(normalizer: nil, preTokenizer: .gpt2)

    init() throws { folder = try TemporaryFolder() }

    private func dictionary(_ counts: borrowing PieceCounts) throws -> [[UInt8]: Int] {
        var all: [[UInt8]: Int] = [:]
        try counts.forEach { piece, count in all[Array(piece)] = count }
        return all
    }

    @Test("any bytes survive", arguments: 0..<40)
    func roundTrip(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var pieces: [[UInt8]: Int] = [
            [0x23]: 1, Array("#tessera-counts".utf8): 2, [0x09]: 3, [0x5C, 0x74]: 4,
        ]
        for _ in 0..<60 {
            let bytes =
                seed % 2 == 0
                ? generator.bytes(Int.random(in: 1...40, using: &generator))
                : Array(generator.unicodeText(Int.random(in: 1...12, using: &generator)).utf8)
            pieces[bytes] = Int.random(in: 1...1 << 40, using: &generator)
        }
        let path = folder.path("a.counts")
        try PieceCounts(of: pieces.map { ($0.key, $0.value) }, cutting: cutting).write(to: path)
        #expect(try dictionary(readCounts([path], cutting: cutting)) == pieces)
        // A file put behind another adds its counts.
        #expect(try dictionary(readCounts([path, path], cutting: cutting)) == pieces.mapValues { $0 * 2 })
        let spilled = try readCounts([path, path], cutting: cutting, memoryInBytes: 1)
        #expect(try dictionary(spilled) == pieces.mapValues { $0 * 2 })
    }

    @Test("shards give the tokenizer of the whole text, in any order and grouping")
    func shards() throws {
        var generator = SeededGenerator(seed: 7)
        let words = ["one", "two", "three", "thirteen", "fourteen", "ten", "tenth", "\u{E9}t\u{E9}"]
        let texts = (0..<4).map { _ in
            (0..<200).map { _ in words[Int.random(in: words.indices, using: &generator)] }.joined(
                separator: " ") + "\n"
        }
        let files = try texts.enumerated().map { try folder.write($0.element, to: "\($0.offset).txt") }
        var settings = TrainingSettings(.bytePair(.init()), vocabularySize: 300, preTokenizer: .gpt2)
        settings.specialTokens = ["<|endoftext|>"]
        let whole = try trainTokenizer(settings, on: Corpus(files: files))
        func count(_ part: [String], _ name: String) throws -> String {
            _ = try writePieceCounts(
                of: Corpus(files: part), normalizer: nil, preTokenizer: .gpt2, to: folder.path(name))
            return folder.path(name)
        }
        let single = try files.enumerated().map { try count([$0.element], "single-\($0.offset)") }
        let pairs = [try count([files[3], files[0]], "pair-0"), try count([files[2], files[1]], "pair-1")]
        for shards in [single, single.reversed(), pairs] {
            let trained = try trainTokenizer(settings, onCounts: shards)
            #expect(trained.definition.isEqualInTokens(to: whole.definition))
            #expect(trained.tokenCount == whole.tokenCount)
            #expect(trained.byteCount == whole.byteCount && trained.textCount == whole.textCount)
        }
    }

    @Test("damaged lines, other rules and missing heads are named")
    func refusals() throws {
        let head = "#tessera-counts\t1\t1\t4\t\(cutting)\n"
        for (line, name) in [
            ("word", "none"), ("word\t", "no count"), ("word\t1x", "letters"), ("\t3", "no piece"),
            ("a\\q\t1", "escape"), ("a\\x4\t1", "half an escape"), ("a\t0", "zero"), ("a\t-1", "negative"),
            ("a\t99999999999999999999", "too large"), ("#other\t1", "another head"),
        ] {
            let path = try folder.write(head + "ok\t1\n" + line + "\n", to: "bad.counts")
            expectLocatedError(file: path, field: "line 3", "\(name)") {
                _ = try readCounts([path], cutting: cutting)
            }
        }
        let bare = try folder.write("ok\t1\n", to: "bare.counts")
        expectLocatedError(file: bare, field: "line 1") { _ = try readCounts([bare], cutting: cutting) }
        let other = try folder.write(head + "ok\t1\n", to: "other.counts")
        expectLocatedError(file: other, field: "#tessera-counts") {
            _ = try readCounts([other], cutting: describeCutting(normalizer: .lowercase, preTokenizer: .gpt2))
        }
    }
}

extension TokenizerDefinition {
    /// Whether both have the same tokens and merges.
    func isEqualInTokens(to other: TokenizerDefinition) -> Bool {
        let (mine, theirs) = (model.vocabulary, other.model.vocabulary)
        guard mine.count == theirs.count,
            (0..<mine.count).allSatisfy({ mine.spelling(of: TokenID($0)) == theirs.spelling(of: TokenID($0)) }
            )
        else { return false }
        switch (model, other.model) {
        case (.bytePair(let mine), .bytePair(let theirs)): return mine.merges == theirs.merges
        case (.unigram(let mine), .unigram(let theirs)): return mine.scores == theirs.scores
        case (.wordPiece, .wordPiece): return true
        default: return false
        }
    }
}

/// `expectLocatedError` with a name for what is tried.
private func expectLocatedError<Value>(
    file: String, field: String, _ name: String, _ body: () throws -> Value
) {
    let error = TesseraTestSupport.expectLocatedError(file: file, field: field, body)
    #expect(error != nil, "\(name)")
}
