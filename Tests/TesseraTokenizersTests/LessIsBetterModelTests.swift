import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

/// A lexicon and the tokens of bytes, as training makes them: types by rank behind the bytes.
func lessIsBetter(_ types: [String], unknown: String? = nil) throws -> LessIsBetterDefinition {
    let bytes = (0..<256).map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
    }
    let fixed = unknown.map { [$0] } ?? bytes
    var definition = LessIsBetterDefinition(
        vocabulary: try Vocabulary((fixed + types).map { Array($0.utf8) }),
        lexicon: types.indices.map { TokenID(fixed.count + $0) })
    definition.fallsBackToBytes = unknown == nil
    if unknown != nil { definition.unknownToken = 0 }
    return definition
}

@Suite("Less-is-better: reading with a frozen lexicon")
struct LessIsBetterModelTests {
    private func pieces(_ text: String, _ types: [String]) throws -> [String] {
        let definition = try lessIsBetter(types)
        let model = try LessIsBetterModel(definition)
        var tokens: [ModelToken] = []
        var ids: [TokenID] = []
        let bytes = Array(text.utf8)
        bytes.withUnsafeBufferPointer { model.encode($0, into: &tokens) }
        bytes.withUnsafeBufferPointer { model.encode($0, into: &ids) }
        #expect(tokens.map(\.id) == ids)
        return tokens.map { String(decoding: definition.vocabulary.spelling(of: $0.id), as: UTF8.self) }
    }

    @Test("the longest type goes first, unless the second longest reads on with fewer types")
    func fewerTypes() throws {
        #expect(try pieces("abcd", ["a", "b", "c", "d", "ab", "abc"]) == ["abc", "d"])
        // abc d e against ab cde
        #expect(try pieces("abcde", ["a", "b", "c", "d", "e", "ab", "abc", "cde"]) == ["ab", "cde"])
    }

    @Test("of as many types, those with the lower sum of ranks are read")
    func betterRanks() throws {
        #expect(try pieces("abc", ["a", "bc", "ab", "c"]) == ["a", "bc"])
        #expect(try pieces("abc", ["ab", "c", "a", "bc"]) == ["ab", "c"])
        // Of equal sums the longest stays.
        #expect(try pieces("abc", ["a", "ab", "c", "bc"]) == ["ab", "c"])
    }

    @Test("fewer unknown characters go before fewer types")
    func unknownCharacters() throws {
        // ab and an unknown c against a and bc
        #expect(try pieces("abc", ["ab", "a", "bc"]) == ["a", "bc"])
        // abc and an unknown d against ab, c and d, of which c is unknown alone
        #expect(try pieces("abcd", ["abc", "ab", "cd", "d"]) == ["abc", "d"])
        #expect(try pieces("é", ["a"]) == ["<0xC3>", "<0xA9>"])
    }

    @Test("without tokens of bytes, unknown characters are the unknown token, or nothing")
    func unknownToken() throws {
        var definition = try lessIsBetter(["a", "b"], unknown: "<unk>")
        func ids() throws -> [TokenID] {
            try PieceModel(.lessIsBetter(definition)).tokens(of: Array("aéb".utf8))
        }
        #expect(try ids() == [1, 0, 2])
        definition.unknownToken = nil
        #expect(try ids() == [1, 2])
    }

    /// The reading as the paper's appendix says it, on characters, without bounds.
    private func reference(_ text: [Character], _ types: [String]) -> [String] {
        let ranks = Dictionary(uniqueKeysWithValues: types.enumerated().map { ($1, $0) })
        func matches(at place: Int) -> [String] {
            (1...max(text.count - place, 1)).reversed().compactMap { length in
                guard place + length <= text.count else { return nil }
                let part = String(text[place..<place + length])
                return ranks[part] == nil ? nil : part
            }
        }
        var output: [String] = []
        var place = 0
        while place < text.count {
            let found = matches(at: place)
            guard let longest = found.first else {
                output += String(text[place]).utf8.map { byte in
                    let digits = String(byte, radix: 16, uppercase: true)
                    return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
                }
                place += 1
                continue
            }
            guard found.count > 1 else {
                output.append(longest)
                place += longest.count
                continue
            }
            var branches = [[longest], [found[1]]]
            var ends = branches.map { place + $0[0].count }
            var unknown = [0, 0]
            while ends[0] != ends[1] {
                let branch = ends[0] < ends[1] ? 0 : 1
                if let next = matches(at: ends[branch]).first {
                    branches[branch].append(next)
                    ends[branch] += next.count
                } else {
                    unknown[branch] += 1
                    ends[branch] += 1
                }
            }
            let sums = branches.map { $0.reduce(0) { $0 + ranks[$1, default: 0] } }
            func isLess(_ left: Int, _ right: Int) -> Bool {
                (unknown[left], branches[left].count, sums[left])
                    < (unknown[right], branches[right].count, sums[right])
            }
            let taken =
                isLess(1, 0) ? Array(text[place..<ends[1]]) : Array(text[place..<place + longest.count])
            if isLess(1, 0) {
                output.append(found[1])
                var at = place + found[1].count
                while at < ends[1] {
                    if let next = matches(at: at).first {
                        output.append(next)
                        at += next.count
                    } else {
                        output += reference([text[at]], types)
                        at += 1
                    }
                }
            } else {
                output.append(longest)
            }
            place += taken.count
        }
        return output
    }

    @Test("random lexicons read random texts as the plain algorithm does", arguments: 0..<40)
    func againstReference(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let alphabet: [Character] = ["a", "b", "é", "東", "\u{1F600}"]
        func word(_ length: Int, _ letters: Int) -> String {
            String((0..<length).map { _ in alphabet[Int.random(in: 0..<letters, using: &generator)] })
        }
        var types: Set<String> = []
        for _ in 0..<Int.random(in: 1...40, using: &generator) {
            types.insert(word(Int.random(in: 1...5, using: &generator), 4))
        }
        let lexicon = types.sorted().shuffled(using: &generator)
        for _ in 0..<20 {
            let text = word(Int.random(in: 0...24, using: &generator), 5)
            let expected = reference(Array(text), lexicon)
            #expect(try pieces(text, lexicon) == expected, "\(text) with \(lexicon)")
        }
    }

    private func tokenizer(_ types: [String]) throws -> PipelineTokenizer {
        try PipelineTokenizer(
            TokenizerDefinition(
                model: .lessIsBetter(try lessIsBetter(types)), decoder: .sequence([.byteFallback, .fuse])))
    }

    @Test("every text comes back, whatever it is", arguments: 0..<20)
    func roundTrips(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let tokenizer = try tokenizer(["a", "the", " the", " ", "<0x4", "1>", "é", "e", "of the "])
        var texts = ["", "<0x41>", " of the the ", "\r\n\0\u{7F}", "e\u{301}\u{FFFD}"]
        texts += [generator.unicodeText(60), generator.unicodeText(3)]
        for text in texts {
            let ids = tokenizer.encode(text)
            #expect(tokenizer.decode(ids).utf8.elementsEqual(text.utf8))
            #expect(tokenizer.encodeWithOffsets(text).map(\.id) == ids)
        }
    }

    @Test("branches that never meet cost time linear in the text")
    func linearTime() throws {
        let tokenizer = try tokenizer(["a", "aa", "aaa", "aaaaa"])
        let count = 1_000_000
        let clock = ContinuousClock()
        var ids: [TokenID] = []
        let time = clock.measure { ids = tokenizer.encode(String(repeating: "a", count: count)) }
        #expect(tokenizer.bytes(of: ids).count == count)
        // To the end of the text, 200,000 tests would read 10^10 types.
        #expect(time < .seconds(20))
    }

    @Test("the parts of a type are better ranked types, two levels deep")
    func parts() throws {
        let definition = try lessIsBetter(["a", "b", "ab", "c", "d", "cd", "abcd", "x", "xyz", "y"])
        let model = try LessIsBetterModel(definition)
        func parts(_ type: String, depth: Int = 2) throws -> [String] {
            let id = try #require(definition.vocabulary.id(of: Array(type.utf8)))
            return model.parts(of: id, depth: depth).map {
                String(decoding: definition.vocabulary.spelling(of: $0), as: UTF8.self)
            }
        }
        #expect(try parts("abcd", depth: 1) == ["ab", "cd"])
        #expect(try parts("abcd") == ["a", "b", "c", "d"])
        #expect(try parts("xyz") == ["xyz"])
        #expect(try parts("a") == ["a"])
    }
}

@Suite("Less-is-better: files")
struct LessIsBetterFileTests {
    private func definition() throws -> TokenizerDefinition {
        var model = try lessIsBetter(["a", "b", " the", "\u{301}", "東京"])
        var training = LessIsBetterTraining(options: LessIsBetterOptions(), seed: .max)
        training.options.forgetting = 3e-4
        training.epochs = 7
        training.lexicon = [
            .init(spelling: Array("a".utf8)), .init(spelling: Array(" the".utf8), life: 3),
            .init(spelling: Array("cut off".utf8), life: 10),
        ]
        model.training = training
        return TokenizerDefinition(
            model: .lessIsBetter(model), decoder: .sequence([.byteFallback, .fuse]))
    }

    @Test("a tokenizer.json comes back with ranks and the state of the training")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let definition = try definition()
        let first = folder.path("tokenizer.json")
        #expect(try TokenizerSaver.save(definition, to: first).losses == [])
        let loaded = try TokenizerLoader.load(path: first).tokenizer
        guard case .lessIsBetter(let old) = definition.model,
            case .lessIsBetter(let new) = loaded.definition.model
        else {
            Issue.record("it is another model")
            return
        }
        #expect(new.lexicon == old.lexicon)
        #expect(new.training == old.training)
        #expect(new.fallsBackToBytes)
        #expect(loaded.encode("a the 東京xé") == (try PipelineTokenizer(definition)).encode("a the 東京xé"))
        let second = folder.path("again.json")
        try TokenizerSaver.save(loaded.definition, to: second)
        let texts = try [first, second].map { try JSONValue(contentsOf: $0).serialized() }
        #expect(texts[0] == texts[1])
    }

    @Test("formats that cannot hold it say why", arguments: ["a.gguf", "a.model", "a.tiktoken"])
    func otherFormats(name: String) throws {
        let folder = try TemporaryFolder()
        let error = expectLocatedError(field: "model") {
            try TokenizerSaver.save(definition(), to: folder.path(name))
        }
        #expect(error?.problem.contains("ess-is-better") == true)
        #expect(folder.names == [])
    }

    private func model(_ members: String, vocabulary: String = #""a": 0, "b": 1, "<0x41>": 2, "": 3"#) throws
    {
        let folder = try TemporaryFolder()
        try folder.write(
            #"{"model": {"type": "LessIsBetter", "vocab": {\#(vocabulary)}, "byte_fallback": true, \#(members)}}"#,
            to: "tokenizer.json")
        _ = try TokenizerLoader.load(path: folder.path("tokenizer.json"))
    }

    private static let training =
        #""seed": "1", "epochs": 3, "alpha": 0.25, "omega": 0.1, "update_rate": 0.2, "life": 10, "max_length": 12, "#
        + #""max_gap": 2, "article": 200, "learns_at_once": false, "max_types": 100, "lexicon": [["a", 1]]"#

    @Test(
        "a lexicon that cannot be is refused by its place",
        arguments: [
            (#""lexicon": [0, 9]"#, "model.lexicon[1]"), (#""lexicon": [-1]"#, "model.lexicon[0]"),
            (#""lexicon": [0, 0]"#, "model.lexicon[1]"), (#""lexicon": [2]"#, "model.lexicon[0]"),
            (#""lexicon": [3]"#, "model.lexicon[0]"), (#""lexicon": ["a"]"#, "model.lexicon[0]"),
            (#""lexicon": {}"#, "model.lexicon"), (#""byte": 1"#, "model.lexicon"),
            (#""lexicon": [0], "unk_token": "x""#, "model.unk_token"),
            (#""lexicon": [0], "training": {}"#, "model.training.alpha"),
        ])
    func hostileLexicon(members: String, field: String) throws {
        expectLocatedError(field: field) { try model(members) }
    }

    @Test(
        "a state of training that cannot be is refused by its place",
        arguments: [
            (#""alpha": 0.25"#, #""alpha": 0"#, "model.training.alpha"),
            (#""alpha": 0.25"#, #""alpha": 1.5"#, "model.training.alpha"),
            (#""omega": 0.1"#, #""omega": 1"#, "model.training.omega"),
            (#""update_rate": 0.2"#, #""update_rate": -1"#, "model.training.update_rate"),
            (#""life": 10"#, #""life": 0"#, "model.training.life"),
            (#""max_length": 12"#, #""max_length": 1e9"#, "model.training.max_length"),
            (#""max_gap": 2"#, #""max_gap": 0"#, "model.training.max_gap"),
            (#""article": 200"#, #""article": 0"#, "model.training.article"),
            (#""max_types": 100"#, #""max_types": 99999999999"#, "model.training.max_types"),
            (#""seed": "1""#, #""seed": "-1""#, "model.training.seed"),
            (#""epochs": 3"#, #""epochs": -3"#, "model.training.epochs"),
            (#"[["a", 1]]"#, #"[["", 1]]"#, "model.training.lexicon[0]"),
            (#"[["a", 1]]"#, #"[["a", 11]]"#, "model.training.lexicon[0][1]"),
            (#"[["a", 1]]"#, #"[["a", 1], ["a", 0]]"#, "model.training.lexicon[1][0]"),
            (#"[["a", 1]]"#, #"[7]"#, "model.training.lexicon[0][0]"),
        ])
    func hostileTraining(old: String, new: String, field: String) throws {
        let text = Self.training
        let range = try #require(text.firstRange(of: old))
        let damaged = text.replacingCharacters(in: range, with: new)
        try model(#""lexicon": [0], "training": {\#(text)}"#)
        expectLocatedError(field: field) { try model(#""lexicon": [0], "training": {\#(damaged)}"#) }
    }

    @Test("a type of more characters than time allows is refused")
    func longType() throws {
        let long = String(repeating: "é", count: LessIsBetterDefinition.longestType + 1)
        expectLocatedError(field: "model.lexicon[1]", problem: "257 characters") {
            try model(#""lexicon": [0, 1]"#, vocabulary: #""a": 0, "\#(long)": 1"#)
        }
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
