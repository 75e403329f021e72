import Foundation
import TesseraCore
import TesseraDecoding
import TesseraEngine
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Exact byte probabilities of SmolLM2", .serialized)
struct ExactBytesModelTests {
    private struct Smol {
        let model: DecoderModel
        let tokenizer: PipelineTokenizer
        let vocabulary: ByteVocabulary

        init() throws {
            let path = try DefaultModel.path()
            model = try DecoderModel.load(.gguf(path: path))
            tokenizer = try TokenizerLoader.load(path: path).tokenizer
            vocabulary = try ByteVocabulary(tokenizer)
        }

        func reader() throws -> ExactBytes<DecoderModel> {
            try ExactBytes(model: model, tokenizer: tokenizer, vocabulary: vocabulary, capacity: 512)
        }
    }

    @Test("a word that was cut is finished, where the token model goes astray")
    func words() throws {
        let smol = try Smol()
        var reader = try smol.reader()
        for (prompt, next) in [
            ("def add(a, b):\n    retu", "r"), ("The capital of France is Par", "i"),
            ("Once upon a ti", "m"), ("import numpy as n", "p"),
        ] {
            #expect(try reader.start(with: Array(prompt.utf8)))
            let distribution = try reader.distribution()
            #expect(distribution.bytes[Int(next.utf8.first ?? 0)] == distribution.bytes.max(), "\(prompt)")
        }
    }

    @Test(
        "step by step is the same as from the whole text: spaces, ends of lines, digits, characters of several bytes"
    )
    func steps() throws {
        let smol = try Smol()
        var (whole, stepped) = (try smol.reader(), try smol.reader())
        let tail = Array(" end.\n\nThe   café cost 1234 €\n".utf8)
        #expect(try stepped.start(with: Array("This is the".utf8)))
        for (index, byte) in tail.enumerated() {
            try stepped.advance(by: byte)
            #expect(try whole.start(with: Array("This is the".utf8) + tail[...index]))
            let (left, right) = (try whole.distribution(), try stepped.distribution())
            let distance = zip(left.bytes, right.bytes).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
            #expect(
                distance < 0.01, "after \(String(decoding: tail[...index], as: UTF8.self).debugDescription)")
        }
    }

    @Test("the bytes of words have nearly the probability of their tokens, whatever follows")
    func chain() throws {
        let smol = try Smol()
        var reader = try smol.reader()
        let (prompt, rest) = ("The capital of", " France is the city of Paris")
        #expect(try reader.start(with: Array(prompt.utf8)))
        var bytes = 0.0
        for byte in rest.utf8 {
            bytes += log(try reader.distribution().bytes[Int(byte)])
            try reader.advance(by: byte)
        }
        // The last byte is known to end a token once a space follows.
        bytes += log(try reader.distribution().bytes[0x20])
        var tokens = 0.0
        var text = try ReadText(model: smol.model, capacity: 64)
        var logits: [Float] = []
        var read = smol.tokenizer.encode(prompt)
        for token in smol.tokenizer.encode(rest, special: .asText) {
            _ = try text.read(read, logits: &logits)
            let top = logits.max() ?? 0
            tokens += Double(logits[Int(token)] - top)
            tokens -= log(logits.reduce(0.0) { $0 + exp(Double($1 - top)) })
            read.append(token)
        }
        _ = try text.read(read, logits: &logits)
        let top = logits.max() ?? 0
        let spaced = logits.indices.filter { smol.tokenizer.bytes(of: TokenID($0)).first == 0x20 }
        let share = spaced.reduce(0.0) { $0 + exp(Double(logits[$1] - top)) }
        tokens += log(share / logits.reduce(0.0) { $0 + exp(Double($1 - top)) })
        #expect(abs(bytes - tokens) < 0.1, "\(bytes) and \(tokens)")
    }

    @Test("after spaces, one to three, a word may follow")
    func spaces() throws {
        let smol = try Smol()
        var reader = try smol.reader()
        for count in 1...3 {
            #expect(try reader.start(with: Array("He said that".utf8) + Array(repeating: 0x20, count: count)))
            let distribution = try reader.distribution()
            let letters = (0x61...0x7A).reduce(0) { $0 + distribution.bytes[$1] }
            #expect(letters > 0.05, "\(count)")
        }
    }

    @Test("a byte without a token in the vocabulary is a clear error before anything is read")
    func missingByte() throws {
        let smol = try Smol()
        var reader = try smol.reader()
        expectLocatedError(field: "tokenizer") { try reader.start(with: Array("a\u{04}b".utf8)) }
    }

    @Test("speed: a byte takes no more than a few passes' time")
    func cost() throws {
        let smol = try Smol()
        var reader = try smol.reader()
        #expect(try reader.start(with: Array("Once upon a time there was a li".utf8)))
        let made = try generateBytes(from: &reader, options: GenerationOptions(maximumTokens: 60))
        #expect(made.statistics.modelTokens < 8 + 60 + 20)
        #expect(made.text.hasPrefix("ttle"))
    }
}
