import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("Less-is-better: learning")
struct LessIsBetterTests {
    /// The types by rank, each with the epochs left to it on probation when it is there.
    private func show(_ trainer: LessIsBetterTrainer) -> String {
        trainer.state.lexicon.map { entry in
            String(decoding: entry.spelling, as: UTF8.self) + (entry.life > 0 ? "(\(entry.life))" : "")
        }.joined(separator: " ")
    }

    @Test("six characters, worked by hand through all steps")
    func workedByHand() throws {
        var options = LessIsBetterOptions()
        options.proposing = 1
        options.life = 2
        var trainer = try LessIsBetterTrainer(options: options, seed: 0)
        var draws = RandomDraws(seed: 0)
        // Proposed are ab, bc, ca, ab again and bc again; the characters were used, so their probation ends; the last
        // type enters it.
        trainer.readArticle(["abcabc"], draws: &draws)
        #expect(show(trainer) == "a b c ab bc(2)")
        // ab c against a bc: as many types, ranks 3+2 against 0+4, so ab is bad, twice: from 3 to 4 and 5. abc is
        // proposed twice. bc was not used.
        trainer.readArticle(["abcabc"], draws: &draws)
        #expect(show(trainer) == "a b c bc(1) abc ab(2)")
        // abc against ab c is good, twice: bc is forgotten, so it goes from 3 to 2 and 1.
        trainer.readArticle(["abcabc"], draws: &draws)
        #expect(show(trainer) == "a abc b c ab(1)")
        // The first place is taken for good. ab is forgotten, and the last type is now c.
        trainer.readArticle(["abcabc"], draws: &draws)
        #expect(show(trainer) == "a abc b c(2)")
        #expect(trainer.inconsistency == nil)
    }

    @Test("unknown characters are proposed once their run ends or is long enough")
    func gaps() throws {
        var options = LessIsBetterOptions()
        options.proposing = 1
        var trainer = try LessIsBetterTrainer(options: options, seed: 0)
        var draws = RandomDraws(seed: 0)
        trainer.readArticle(["a"], draws: &draws)
        // x, which a known type ends, is proposed in both texts; xy is not, as x is known by then.
        trainer.readArticle(["xaxya", "xaxya"], draws: &draws)
        #expect(trainer.types == ["a", "x"])
        // Two are as long as a gap may be, and the end of the text ends the second one.
        trainer.readArticle(["pqrs", "pqrs"], draws: &draws)
        #expect(trainer.types == ["a", "x", "pq", "rs"])
    }

    @Test("ranks stay exact while types move, the first one never moves, and a move past the end removes")
    func moves() {
        var lexicon = RankedLexicon()
        let spellings = (0..<30).map { Array("t\($0)".utf8) }
        for spelling in spellings { lexicon.append(spelling) }
        var expected = Array(0..<30)
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            let type = Int.random(in: 0..<30, using: &generator)
            let towardsEnd = Int.random(in: 0..<8, using: &generator) == 0
            lexicon.move(Int32(type), towardsEnd: towardsEnd, rate: 0.2)
            if let rank = expected.firstIndex(of: type), rank > 0 {
                let distance = Int(0.2 * Double(rank)) + 1
                expected.remove(at: rank)
                if !towardsEnd {
                    expected.insert(type, at: max(1, rank - distance))
                } else if rank + distance <= expected.count {
                    expected.insert(type, at: rank + distance)
                }
            }
            #expect(lexicon.order.map { Int($0) } == expected)
            #expect(lexicon.order.first == 0)
        }
        #expect(lexicon.inconsistency == nil)
        #expect(expected.count < 30)
        lexicon.append(Array("t0".utf8))
        #expect(lexicon.count == expected.count)
    }

    private static let words = [
        "winter", "wind", "windows", "indeed", "deed", "été", "wintertime", "东京", "the", "of the", "there",
    ]

    private func lines(_ count: Int, seed: UInt64) -> [String] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            (0..<8).map { _ in Self.words[Int.random(in: Self.words.indices, using: &generator)] }
                .joined(separator: " ")
        }
    }

    private func options() -> LessIsBetterOptions {
        var options = LessIsBetterOptions()
        options.articleLength = 20
        options.life = 4
        return options
    }

    @Test("trie, list and ranks hold the same types after every epoch", arguments: [false, true])
    func consistency(atOnce: Bool) throws {
        var options = options()
        options.learnsAtOnce = atOnce
        options.forgetting = 0.02
        options.largestLexicon = 300
        var trainer = try LessIsBetterTrainer(options: options, seed: 3)
        let texts = LessIsBetterTexts(lines(60, seed: 1))
        for _ in 0..<60 {
            try trainer.read(texts, epochs: 1)
            #expect(trainer.inconsistency == nil)
            #expect(trainer.typeCount <= 300)
            let lives = trainer.state.lexicon.map(\.life)
            #expect(lives.allSatisfy { (0...4).contains($0) })
        }
        #expect(trainer.typeCount > 30)
        let longest = trainer.types.map(\.unicodeScalars.count).max() ?? 0
        #expect((2...12).contains(longest))
    }

    @Test("types of several words are learned where nothing cuts the text")
    func severalWords() throws {
        var trainer = try LessIsBetterTrainer(options: options(), seed: 1)
        try trainer.read(LessIsBetterTexts(lines(60, seed: 1)), epochs: 150)
        let tokenizer = try trainer.freeze()
        let report = try LexiconReport(of: tokenizer, count: 1000)
        #expect(report.multiwordCount > 0)
        #expect(report.entries.contains { $0.text.contains("of the") && $0.isMultiword })
        let held = lines(20, seed: 9)
        let economy = TokenEconomy(of: tokenizer, on: held)
        #expect(economy.charactersPerToken > 3)
        #expect(economy.byteTokenCount == 0)
    }

    @Test("the same seed gives the same file, another seed another")
    func seeds() throws {
        let folder = try TemporaryFolder()
        let texts = LessIsBetterTexts(lines(50, seed: 1))
        func file(_ seed: UInt64, _ name: String) throws -> String {
            var trainer = try LessIsBetterTrainer(options: options(), seed: seed)
            try trainer.read(texts, epochs: 40)
            try TokenizerSaver.save(trainer.definition(size: 100), to: folder.path(name))
            return try JSONValue(contentsOf: folder.path(name)).serialized()
        }
        let first = try file(1, "a.json")
        #expect(try file(1, "b.json") == first)
        #expect(try file(2, "c.json") != first)
    }

    @Test("stopped, saved and resumed, training gives what it would have given in one go")
    func resuming() throws {
        let folder = try TemporaryFolder()
        let texts = LessIsBetterTexts(lines(50, seed: 1))
        var whole = try LessIsBetterTrainer(options: options(), seed: 7)
        try whole.read(texts, epochs: 60)
        var first = try LessIsBetterTrainer(options: options(), seed: 7)
        try first.read(texts, epochs: 25)
        // The cut of the lexicon takes nothing from the state.
        try TokenizerSaver.save(first.definition(size: 10), to: folder.path("a.json"))
        let model = try TokenizerLoader.load(path: folder.path("a.json")).tokenizer.definition.model
        guard case .lessIsBetter(let loaded) = model else {
            Issue.record("it is another model")
            return
        }
        var second = try LessIsBetterTrainer(resuming: try #require(loaded.training))
        #expect(second.state == first.state)
        try second.read(texts, epochs: 35)
        #expect(second.state == whole.state)
    }

    @Test("freezing and encoding change nothing")
    func pure() throws {
        let texts = LessIsBetterTexts(lines(50, seed: 1))
        var trainer = try LessIsBetterTrainer(options: options(), seed: 7)
        try trainer.read(texts, epochs: 20)
        let before = trainer.state
        let tokenizer = try trainer.freeze(size: 50)
        let ids = tokenizer.encode("winter in the windows, indeed 東")
        #expect(tokenizer.encode("winter in the windows, indeed 東") == ids)
        #expect(trainer.state == before)
        #expect(try trainer.freeze(size: 50).encode("winter in the windows, indeed 東") == ids)
    }

    @Test("a cut keeps the first ranks and all single characters")
    func cutting() throws {
        var trainer = try LessIsBetterTrainer(options: options(), seed: 7)
        try trainer.read(LessIsBetterTexts(lines(50, seed: 1)), epochs: 40)
        let types = trainer.types
        guard case .lessIsBetter(let cut) = try trainer.definition(size: 20).model else { return }
        let kept = cut.lexicon.map { String(decoding: cut.vocabulary.spelling(of: $0), as: UTF8.self) }
        #expect(kept == types.enumerated().filter { $0 < 20 || $1.unicodeScalars.count == 1 }.map(\.1))
        #expect(kept.count > 20 && kept.count < types.count)
    }

    @Test("types that spell a special token or that of a byte are left out, and such texts come back")
    func reservedSpellings() throws {
        var state = LessIsBetterTraining(options: options(), seed: 1)
        state.lexicon = ["a", "<0x41>", "<s>", "<", "<0x"].map { .init(spelling: Array($0.utf8)) }
        var surroundings = LessIsBetterTrainer.Surroundings()
        surroundings.specialTokens = ["<s>"]
        let definition = try LessIsBetterTrainer(resuming: state).definition(in: surroundings)
        let tokenizer = try PipelineTokenizer(definition)
        #expect(tokenizer.encode("<s>") == [0])
        for text in ["<0x41>", "<0x41>a<s"] { #expect(tokenizer.decode(tokenizer.encode(text)) == text) }
        let asText = tokenizer.encode("<s>", special: .asText)
        #expect(asText.count > 1)
        #expect(tokenizer.decode(asText) == "<s>")
    }

    @Test("what cannot be learned from is told")
    func badInput() throws {
        var trainer = try LessIsBetterTrainer(seed: 1)
        expectLocatedError(field: "FILES") { try trainer.read(LessIsBetterTexts([""]), epochs: 1) }
        var single = try LessIsBetterTrainer(seed: 1)
        try single.read(LessIsBetterTexts(["a"]), epochs: 30)
        #expect(single.types == ["a"])
        #expect(try single.freeze().decode(single.freeze().encode("ab")) == "ab")
        expectLocatedError(field: "--target-size") { try single.definition(size: 0) }
        func refused(_ field: String, _ change: (inout LessIsBetterOptions) -> Void) {
            var options = LessIsBetterOptions()
            change(&options)
            expectLocatedError(field: field) { try LessIsBetterTrainer(options: options) }
        }
        refused("alpha") { $0.proposing = 0 }
        refused("alpha") { $0.proposing = 1.01 }
        refused("alpha") { $0.proposing = .nan }
        refused("omega") { $0.forgetting = 1 }
        refused("omega") { $0.forgetting = -0.1 }
        refused("life") { $0.life = 0 }
        refused("max-length") { $0.longestType = 1 }
        refused("update-rate") { $0.updateRate = .infinity }
        refused("article") { $0.articleLength = 0 }
    }

    @Test("texts that do not fit the memory are told, and byte-level rules are refused")
    func memory() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(String(repeating: "a line of text\n", count: 1000), to: "a.txt")
        expectLocatedError(file: file, field: "--memory") {
            try LessIsBetterTexts(of: Corpus(files: [file]), memoryInBytes: 1000)
        }
        expectLocatedError(field: "--split") {
            try LessIsBetterTexts(of: Corpus(files: [file]), preTokenizer: .gpt2)
        }
        let texts = try LessIsBetterTexts(of: Corpus(files: [file]))
        #expect(texts.count == 1000)
        #expect(texts.byteCount == 15_000)
    }

    @Test("a stopped training ends after a whole epoch")
    func cancellation() throws {
        let stop = Cancellation()
        stop.cancel()
        var trainer = try LessIsBetterTrainer(options: options(), seed: 7)
        let texts = LessIsBetterTexts(lines(50, seed: 1))
        #expect(throws: CancelledError.self) { try trainer.read(texts, epochs: 5, cancellation: stop) }
        #expect(trainer.epochs == 0)
    }
}

@Suite("Less-is-better: editing")
struct LessIsBetterEditingTests {
    private func trained() throws -> (TokenizerDefinition, [String]) {
        var options = LessIsBetterOptions()
        options.articleLength = 20
        var trainer = try LessIsBetterTrainer(options: options, seed: 1)
        var generator = SeededGenerator(seed: 3)
        let words = ["winter", "wind", "deed", "in the", "of", "été"]
        let lines = (0..<60).map { _ in
            (0..<8).map { _ in words[Int.random(in: words.indices, using: &generator)] }
                .joined(separator: " ")
        }
        try trainer.read(LessIsBetterTexts(lines), epochs: 100)
        var surroundings = LessIsBetterTrainer.Surroundings()
        surroundings.specialTokens = ["<|endoftext|>"]
        return (try trainer.definition(size: 150, in: surroundings), lines)
    }

    @Test("as a Unigram model it keeps all ids and texts, reaches all its types and costs about as much")
    func unigramified() throws {
        let (definition, lines) = try trained()
        let before = try PipelineTokenizer(definition)
        var uses = [Int](repeating: 0, count: before.vocabularySize)
        for line in lines { for id in before.encode(line) { uses[Int(id)] += 1 } }
        let edit = try definition.unigramified(uses: uses)
        let after = try PipelineTokenizer(edit.definition)
        let old = lines.reduce(0) { $0 + before.encode($1).count }
        let new = lines.reduce(0) { $0 + after.encode($1).count }
        #expect(abs(Double(new) / Double(old) - 1) < 0.1)
        for text in lines + ["東京 x"] { #expect(after.decode(after.encode(text)) == text) }
        for id in 0..<TokenID(before.vocabularySize) { #expect(after.bytes(of: id) == before.bytes(of: id)) }
        #expect(try EditReport(of: edit, from: definition).lostReach.isEmpty)
        let folder = try TemporaryFolder()
        try TokenizerSaver.save(edit.definition, to: folder.path("uni.json"))
        let loaded = try TokenizerLoader.load(path: folder.path("uni.json")).tokenizer
        #expect(lines.allSatisfy { loaded.encode($0) == after.encode($0) })
        expectLocatedError(field: "unigramify") { try edit.definition.unigramified(uses: uses) }
    }

    @Test("pruned, it keeps the order of ranks and reads texts of kept types as before")
    func pruned() throws {
        let (definition, lines) = try trained()
        let before = try PipelineTokenizer(definition)
        let ids = Set(before.encode(lines[0]))
        let edit = try definition.pruned(keeping: .ids(ids))
        let after = try PipelineTokenizer(edit.definition)
        #expect(after.decode(after.encode(lines[0])) == lines[0])
        #expect(after.vocabularySize < before.vocabularySize)
        guard case .lessIsBetter(let old) = definition.model,
            case .lessIsBetter(let new) = edit.definition.model
        else { return }
        let kept = new.lexicon.map { new.vocabulary.spelling(of: $0) }
        #expect(old.lexicon.map { old.vocabulary.spelling(of: $0) }.filter { kept.contains($0) } == kept)
        #expect(new.training == nil)
        #expect(try EditReport(of: edit, from: definition).lostReach.isEmpty)
    }

    @Test("a word that is added becomes the last type and is found")
    func extended() throws {
        let (definition, _) = try trained()
        let edit = try definition.extended(with: [.word("windowsill"), .added("<tool>", isSpecial: true)])
        let after = try PipelineTokenizer(edit.definition)
        #expect(after.encode("windowsill").count == 1)
        #expect(after.encode("<tool>").count == 1)
        guard case .lessIsBetter(let new) = edit.definition.model else { return }
        #expect(new.lexicon.last.map { new.vocabulary.spelling(of: $0) } == Array("windowsill".utf8))
    }
}
