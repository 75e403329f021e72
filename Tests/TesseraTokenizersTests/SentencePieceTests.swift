import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

/// A small SentencePiece model.
struct SampleModel {
    var type = 2
    var pieces: [(String, Float, TokenKind)] = [
        ("<unk>", 0, .unknown), ("<s>", 0, .control), ("</s>", 0, .control),
        ("\u{2581}h", -0, .normal), ("el", -1, .normal), ("\u{2581}hel", -2, .normal), ("lo", -3, .normal),
        ("\u{2581}", -4, .normal), ("h", -5, .normal), ("e", -6, .normal), ("l", -7, .normal),
        ("o", -8, .normal),
    ]
    var byteFallback = false
    var denormalizerMap: [UInt8] = []

    func model() throws -> SentencePieceModel {
        var model = SentencePieceModel()
        for (spelling, score, kind) in pieces {
            try model.pieces.append(Array(spelling.utf8), score: score, kind: kind)
        }
        model.trainer.set(3, varint: type)
        if byteFallback { model.trainer.set(35, varint: 1) }
        if !denormalizerMap.isEmpty {
            var message = ProtobufMessage(name: "denormalizer_spec")
            message.set(2, content: denormalizerMap)
            model.denormalizer = message
        }
        return model
    }

    func definition() throws -> TokenizerDefinition {
        let bytes = try model().serialized
        return try bytes.withUnsafeBytes {
            try SentencePieceReader(SentencePieceModel($0, file: "m.model"), file: "m.model").read()
                .definition
        }
    }
}

@Suite("SentencePiece models")
struct SentencePieceTests {
    private func read(_ bytes: [UInt8]) throws -> TokenizerDefinition {
        try bytes.withUnsafeBytes {
            try SentencePieceReader(SentencePieceModel($0, file: "m.model"), file: "m.model").read()
                .definition
        }
    }

    @Test("merges follow from scores")
    func merges() throws {
        guard case .bytePair(let model) = try SampleModel().definition().model else {
            Issue.record("not BPE")
            return
        }
        #expect(model.order == .byMadeToken && model.unknownToken == 0 && model.fusesUnknown)
        #expect(
            model.merges == [
                .init(7, 8, makes: 3), .init(9, 10, makes: 4), .init(3, 4, makes: 5), .init(10, 11, makes: 6),
            ])
        let tokenizer = try PipelineTokenizer(SampleModel().definition())
        #expect(tokenizer.encode("hello") == [5, 6])
        #expect(tokenizer.encode("hex xlo", special: .asText) == [3, 9, 0, 7, 0, 6])
        #expect(tokenizer.decode([5, 6, 7, 11]) == "hello o")
        #expect(tokenizer.decode([0, 5, 0]) == " \u{2047}  hel \u{2047} ")
    }

    @Test("roles are found by the spelling that the trainer gives")
    func roles() throws {
        var model = try SampleModel().model()
        model.trainer.set(46, content: Array("</s>".utf8))
        let roles = try read(model.serialized).specialTokens
        #expect(
            roles.beginOfText == 2 && roles.endOfText == [2] && roles.unknown == 0 && roles.padding == nil)
    }

    @Test("all four types are read", arguments: [1, 2, 3, 4])
    func types(type: Int) throws {
        let definition = try SampleModel(type: type).definition()
        switch (type, definition.model) {
        case (1, .unigram(let model)): #expect(model.rules == .sentencePiece && model.kinds[1] == .control)
        case (2, .bytePair(let model)): #expect(model.merges.count == 4)
        case (3, .wordLevel(let model)): #expect(model.unknownToken == "<unk>" && !model.kinds.isEmpty)
        case (4, .bytePair(let model)): #expect(model.merges.isEmpty)
        default: Issue.record("type \(type) became another model")
        }
        let ids = try PipelineTokenizer(definition).encode("hello hel")
        #expect(
            ids
                == [1: [3, 4, 6, 3, 4], 2: [5, 6, 5], 3: [0, 5], 4: [7, 8, 9, 10, 10, 11, 7, 8, 9, 10]][type])
    }

    @Test("characters that are no pieces are merged all the same")
    func loneCharacters() throws {
        var sample = SampleModel()
        sample.pieces.append(("qz", -9, .normal))
        let tokenizer = try PipelineTokenizer(sample.definition())
        #expect(tokenizer.encode("qz") == [7, 12])
        #expect(tokenizer.encode("zq") == [7, 0])
    }

    @Test("what is read is written again, unknown fields included")
    func roundTrip() throws {
        var writer = ProtobufWriter()
        writer.append(fields: try SampleModel().model().serialized)
        writer.append(bytes: Array("extension".utf8), field: 200)
        writer.append(bytes: [0x0A, 0x01, 0x61, 0xC2, 0x0C, 0x01, 0x7A], field: 1)
        let again = try writer.bytes.withUnsafeBytes { try SentencePieceModel($0, file: "m").serialized }
        let twice = try again.withUnsafeBytes { try SentencePieceModel($0, file: "m") }
        #expect(twice.serialized == again)
        #expect(twice.pieces.count == 13 && twice.pieces[12].rest == [0xC2, 0x0C, 0x01, 0x7A])
        #expect(again.suffix(9) == Array("extension".utf8)[...])
    }

    @Test("what SentencePiece refuses is refused")
    func refused() throws {
        func expect(_ named: String, type: Int = 2, _ change: (inout SampleModel) -> Void) {
            var sample = SampleModel(type: type)
            change(&sample)
            expectLocatedError(naming: named) { try sample.definition() }
        }
        expect("like pieces[9]") { $0.pieces[11].0 = "e" }
        expect("second unknown") { $0.pieces[3].2 = .unknown }
        expect("none is of the unknown type") { $0.pieces[0].2 = .control }
        expect("zero byte") { $0.pieces[3].0 = "a\0" }
        expect("byte_fallback is false") { $0.pieces[3] = ("<0x41>", 0, .byte) }
        expect("256 are needed") { $0.byteFallback = true }
        expect("not of the form") {
            $0.pieces[3].2 = .byte; $0.byteFallback = true
        }
        expect("is empty") { $0.pieces[3].0 = "" }
        expect("8000 bytes") { $0.pieces[3].0 = String(repeating: "a", count: 8000) }
        expect("nan", type: 1) { $0.pieces[3].1 = .nan }
        expect("not a type", type: 9) { _ in }
        expect("there are none") { $0.pieces = [] }
        expect("denormalizer_spec") { $0.denormalizerMap = [1, 2, 3] }
        expect("more than") { sample in
            sample.pieces = [("<unk>", 0, .unknown)]
            sample.pieces += (1...400).map { (String(repeating: "a", count: $0), -Float($0), .normal) }
        }
    }

    @Test("a zero byte beside byte fallback is nobody's piece")
    func zeroByte() throws {
        var sample = SampleModel()
        sample.byteFallback = true
        sample.pieces += (0..<256).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return ("<0x" + (digits.count < 2 ? "0" : "") + digits + ">", 0, .byte)
        }
        sample.pieces.append(("\0", 0, .normal))
        let tokenizer = try PipelineTokenizer(sample.definition())
        #expect(tokenizer.encode("\0é") == [7, 12, 12 + 0xC3, 12 + 0xA9])
    }

    @Test("damage is an error and never a trap", arguments: 0..<60)
    func damaged(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        var bytes = try SampleModel(type: seed % 4 + 1).model().serialized
        if seed % 3 == 0 {
            bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
        } else {
            for _ in 0..<(seed % 5 + 1) {
                bytes[Int.random(in: bytes.indices, using: &random)] = random.bytes(1)[0]
            }
        }
        do {
            let tokenizer = try PipelineTokenizer(read(bytes))
            _ = tokenizer.decode(tokenizer.encode("hello <s> é"))
        } catch let error as LocatedError {
            #expect(!error.problem.isEmpty)
        }
    }
}
