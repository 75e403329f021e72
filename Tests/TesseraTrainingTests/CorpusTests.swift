import Foundation
import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import TesseraTraining
import TesseraVocabulary
import Testing

@Suite("Corpora")
struct CorpusTests {
    private let folder: TemporaryFolder
    private let tokenizer: PipelineTokenizer
    private let marks: DocumentMarks

    init() throws {
        folder = try TemporaryFolder()
        tokenizer = try Tiny.tokenizer.get()
        marks = DocumentMarks(end: tokenizer.specialTokens.endOfText.min())
    }

    private func encode(
        _ files: [String], heldOut: HeldOut = .none, tokenizer: PipelineTokenizer? = nil
    ) throws -> EncodedCorpus {
        try CorpusEncoder(tokenizer ?? self.tokenizer, marks: marks).encode(
            Corpus(files: files), heldOut: heldOut, into: folder.path("tokens-\(UUID().uuidString)"))
    }

    private func text(_ corpus: EncodedCorpus) -> String {
        tokenizer.decode(corpus.tokens.tokens(in: 0..<corpus.tokens.count))
    }

    @Test("a folder stands for its files in order, without hidden ones, and links in a circle end")
    func files() throws {
        for name in ["c/b.txt", "c/a.txt", "c/d/z.txt", "c/.git/x.txt", "c/.hidden"] {
            try folder.write("x", to: name)
        }
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("c/d/up"), withDestinationPath: folder.path("c"))
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("c/e"), withDestinationPath: folder.path("c/d"))
        let found = try CorpusFiles.find([folder.path("c")])
        #expect(found == ["a.txt", "b.txt", "d/z.txt"].map { folder.path("c/" + $0) })
        #expect(try CorpusFiles.find([found[1], "-", found[0]]) == [found[1], "-", found[0]])
    }

    @Test("what is not there, a link to itself and a folder without files are refused by name")
    func missing() throws {
        expectLocatedError(file: folder.path("no")) { try CorpusFiles.find([folder.path("no")]) }
        try folder.write("x", to: "c/.hidden")
        expectLocatedError(file: folder.path("c"), problem: "no files") {
            try CorpusFiles.find([folder.path("c")])
        }
        let link = folder.path("c/self")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: link)
        expectLocatedError(file: link) { try CorpusFiles.find([folder.path("c")]) }
        expectLocatedError(file: folder.path("c/a/b")) { try encode([folder.path("c/a/b")]) }
    }

    @Test("documents follow each other with the end of text between them")
    func documents() throws {
        let plain = try folder.write("the wind\nin winter\n", to: "a.txt")
        let lines = try folder.write(
            #"{"text":"one sea"}"# + "\n" + #"{"text":"\u00e9t\u00e9 "}"# + "\n", to: "b.jsonl")
        let corpus = try encode([plain, lines])
        #expect(text(corpus) == "the wind\nin winter\n<|endoftext|>one sea<|endoftext|>été <|endoftext|>")
        #expect(corpus.counts.documents == 3 && corpus.counts.bytes == 19 + 7 + 6)
        #expect(corpus.counts.unknownTokens == 0 && corpus.counts.lostShare == 0)
        #expect(corpus.heldOut.isEmpty)
    }

    @Test("a long text comes back whole, over the borders of passages, blocks and files of tokens")
    func long() throws {
        // No two letters make a token here: more than the 4,194,304 tokens of one file.
        var generator = SeededGenerator(seed: 2)
        let bytes = generator.bytes(2_150_000).flatMap {
            [UInt8(ascii: "Q") + $0 % 8, UInt8(ascii: "0") + $0 % 9]
        }
        let file = try folder.write(bytes, to: "long.txt")
        let corpus = try encode([file])
        #expect(corpus.tokens.count > 1 << 22)
        let last = corpus.tokens.count - 1
        #expect(tokenizer.decodedBytes(of: corpus.tokens.tokens(in: 0..<last)) == bytes)
        let border = corpus.tokens.tokens(in: (1 << 22) - 3..<(1 << 22) + 3)
        #expect(tokenizer.decodedBytes(of: border) == Array(bytes[((1 << 22) - 3)..<((1 << 22) + 3)]))
        #expect(corpus.tokens.tokens(in: last..<last + 50) == [marks.end])
        #expect(corpus.tokens.tokens(in: last + 5..<last + 50).isEmpty)
    }

    @Test("about the wanted share is held out, by content alone, and nothing of it is trained on")
    func heldOutShare() throws {
        let lines = (0..<2_000).map { #"{"text":"number \#($0) is here"}"# }
        let file = try folder.write((lines + lines.reversed()).joined(separator: "\n"), to: "a.jsonl")
        let corpus = try encode([file], heldOut: .share(0.1))
        let held = corpus.heldOut.map { tokenizer.decode($0.tokens) }
        let trained = Set(text(corpus).components(separatedBy: "<|endoftext|>"))
        #expect((100...320).contains(Set(held).count))
        #expect(held.count == 2 * Set(held).count)
        #expect(trained.isDisjoint(with: held))
        #expect(trained.count + Set(held).count == 2_001)
        #expect(corpus.counts.heldOutBytes == held.reduce(0) { $0 + $1.utf8.count })
        #expect(corpus.heldOut.allSatisfy { $0.byteCount == tokenizer.decodedBytes(of: $0.tokens).count })
    }

    @Test("of a plain file passages are held out, and the text around them is cut there")
    func heldOutPassages() throws {
        let whole = Tiny.text(seed: 3, lines: 8_000)
        let corpus = try encode([folder.write(whole, to: "a.txt")], heldOut: .share(0.2))
        #expect((3...30).contains(corpus.heldOut.count))
        let parts = text(corpus).components(separatedBy: "<|endoftext|>").filter { !$0.isEmpty }
        #expect(parts.count >= corpus.heldOut.count)
        let held = corpus.heldOut.map { tokenizer.decode($0.tokens) }
        for part in parts + held { #expect(whole.contains(part)) }
        #expect((parts + held).reduce(0) { $0 + $1.utf8.count } == whole.utf8.count)
    }

    @Test("files that are held out are one text each, and not trained on")
    func heldOutFiles() throws {
        let train = try folder.write("the sea\n", to: "a.txt")
        let other = try folder.write(Tiny.text(seed: 4, lines: 500), to: "b.txt")
        let corpus = try encode([train], heldOut: .files([other, other]))
        #expect(corpus.heldOut.count == 2)
        #expect(tokenizer.decode(corpus.heldOut[0].tokens) == Tiny.text(seed: 4, lines: 500))
        #expect(text(corpus) == "the sea\n<|endoftext|>")
    }

    @Test("no text, bytes that are no UTF-8 and JSON without text are refused by name")
    func damaged() throws {
        let empty = try folder.write("", to: "empty.txt")
        expectLocatedError(file: empty, problem: "no text") { try encode([empty]) }
        let latin = try folder.write(Array("caf".utf8) + [0xE9, 0x0A], to: "latin.txt")
        let error = expectLocatedError(file: latin, problem: "byte 3") { try encode([empty, latin]) }
        #expect(error?.remedy?.contains("iconv") == true)
        let json = try folder.write("{\"text\":\"a\"}\n{\"body\":1}\n", to: "x.jsonl")
        expectLocatedError(file: json, field: "line 2: text") { try encode([json]) }
    }

    @Test("text in a script that the tokenizer lacks is refused with the share that it loses")
    func foreignScript() throws {
        let latin = try folder.write(Tiny.text(seed: 5, lines: 40), to: "latin.txt")
        var settings = TrainingSettings(
            .wordPiece(.init()), vocabularySize: 100, normalizer: nil, preTokenizer: .whitespace)
        settings.specialTokens = ["[UNK]"]
        settings.unknownToken = "[UNK]"
        let words = try PipelineTokenizer(trainTokenizer(settings, on: Corpus(files: [latin])).definition)
        let other = try folder.write("Ветер зимой поёт о море и песке.\n", to: "cyrillic.txt")
        expectLocatedError(field: "corpus", problem: "% of its tokens are unknown") {
            try encode([other], tokenizer: words)
        }
        // A little of it is a warning's business.
        let mixed = try encode([latin, other], tokenizer: words)
        #expect((0.001..<0.2).contains(mixed.counts.unknownShare))
    }

    @Test("a stopped encoding leaves no corpus, and damaged files are told")
    func incomplete() throws {
        let file = try folder.write(Tiny.text(seed: 6, lines: 100), to: "a.txt")
        let cancellation = Cancellation()
        cancellation.cancel()
        let path = folder.path("stopped")
        #expect(throws: CancelledError.self) {
            try CorpusEncoder(tokenizer, marks: marks).encode(
                Corpus(files: [file]), heldOut: .none, into: path, cancellation: cancellation)
        }
        #expect(!EncodedCorpus.exists(in: path))
        _ = try CorpusEncoder(tokenizer, marks: marks).encode(
            Corpus(files: [file]), heldOut: .share(0.5), into: path)
        #expect(EncodedCorpus.exists(in: path))
        try FileManager.default.removeItem(atPath: path + "/tokens-00000.safetensors")
        expectLocatedError(file: path + "/tokens-00000.safetensors") { try EncodedCorpus(folder: path) }
    }
}
