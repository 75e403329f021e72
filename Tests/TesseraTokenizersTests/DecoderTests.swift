import TesseraCore
import TesseraTokenizers
import Testing

@Suite("Decoders")
struct DecoderTests {
    private static let decoders: [String: TokenDecoder] = [
        "ByteLevel": .byteLevel, "WordPiece": .wordPiece(prefix: "##", cleansUp: true),
        "Metaspace": .metaspace(replacement: "▁", prepends: .always, splits: true),
        "MetaspaceNever": .metaspace(replacement: "▁", prepends: .never, splits: true),
        "BPEDecoder": .suffix("</w>"), "CTC": .ctc(padding: "<pad>", wordDelimiter: "|", cleansUp: true),
        "ByteFallback": .byteFallback, "Fuse": .fuse, "Strip": .strip("a", start: 1, stop: 0),
        "Replace": .replace(.string("▁"), with: " "), "Llama": llama,
        "FusedParts": .sequence([
            .fuse, .replace(.string("abab"), with: "<>"),
            .metaspace(replacement: "a", prepends: .never, splits: true),
        ]),
        "FusedWhole": .sequence([
            .fuse, .suffix("</w>"), .wordPiece(prefix: "##", cleansUp: true), .byteLevel,
        ]),
    ]

    private static let llama = TokenDecoder.sequence([
        .replace(.string("▁"), with: " "), .byteFallback, .fuse, .strip(" ", start: 1, stop: 0),
    ])

    /// The text after each token and at the end.
    private func texts(of tokens: [String], _ decoder: TokenDecoder?) throws -> [String] {
        var state = DecoderState(try DecoderProgram(decoder))
        var output: [UInt8] = []
        var texts: [String] = []
        for token in tokens {
            Array(token.utf8).withUnsafeBytes { state.append($0, to: &output) }
            texts.append(try #require(String(validating: output, as: UTF8.self)))
        }
        state.finish(to: &output)
        return texts + [String(decoding: output, as: UTF8.self)]
    }

    @Test("every decoder gives the reference's text", arguments: ComponentCases.decoders)
    func decodes(line: String) throws {
        let fields = line.unicodeScalars.split(separator: "‖", omittingEmptySubsequences: false).map {
            String($0)
        }
        let decoder = try #require(Self.decoders[fields[0]])
        let text = try texts(of: Array(fields[2...]), decoder).last
        #expect(text.map { Array($0.utf8) } == Array(fields[1].utf8), "\(line)")
    }

    @Test("without a decoder tokens are joined with spaces")
    func joins() throws {
        #expect(try texts(of: ["a", "", "b"], nil).last == "a  b")
        #expect(try texts(of: [], nil) == [""])
    }

    @Test("text is written as soon as it is certain")
    func streams() throws {
        #expect(
            try texts(of: ["▁a", "<0xE4>", "<0xBD>", "<0xA0>", "▁b", "<0xFF>"], Self.llama)
                == ["a", "a", "a", "a", "a你 b", "a你 b", "a你 b\u{FFFD}"])
        #expect(try texts(of: ["ä½", "ł", "a", "å"], .byteLevel) == ["", "你", "你a", "你a", "你a\u{FFFD}"])
        #expect(try texts(of: ["a</w>", "b</w>"], .suffix("</w>")) == ["", "a ", "a b"])
        let stripped = TokenDecoder.sequence([.fuse, .strip(" ", start: 1, stop: 2)])
        #expect(
            try texts(of: ["  a", " ", "  ", "b "], stripped) == [" a", " a", " a ", " a   b", " a   b"])
    }

    @Test("a state starts anew when a text is finished")
    func restarts() throws {
        var state = DecoderState(try DecoderProgram(Self.llama))
        var output: [UInt8] = []
        for _ in 0..<2 {
            for token in ["▁a", "▁b"] { Array(token.utf8).withUnsafeBytes { state.append($0, to: &output) } }
            state.finish(to: &output)
        }
        #expect(String(decoding: output, as: UTF8.self) == "a ba b")
    }

    @Test("long runs of what is held back take linear time")
    func longRuns() throws {
        let stripped = TokenDecoder.sequence([.fuse, .strip(" ", start: 0, stop: 1_000_000_000)])
        #expect(try lengthOfText([" "], count: 200_000, stripped) == 0)
        #expect(try lengthOfText(["<0x41>"], count: 200_000, Self.llama) == 200_000)
        #expect(try lengthOfText(["<0xFF>"], count: 200_000, Self.llama) == 600_000)
    }

    private func lengthOfText(_ tokens: [String], count: Int, _ decoder: TokenDecoder) throws -> Int {
        var state = DecoderState(try DecoderProgram(decoder))
        var output: [UInt8] = []
        for _ in 0..<count {
            for token in tokens { Array(token.utf8).withUnsafeBytes { state.append($0, to: &output) } }
        }
        state.finish(to: &output)
        return output.count
    }
}
