import TesseraCore
import TesseraTokenizers
import Testing

@Suite("SentencePiece's character maps")
struct CharacterMapTests {
    /// A map with the two rules `a` → `xyz` and `ab` → nothing.
    static let map: [UInt8] = {
        // A trie by hand: the root at 0, children of the root at 256 ^ byte, values beside them.
        var units = [UInt32](repeating: 0, count: 1024)
        units[0] = 256 << 10
        units[256 ^ 0x61] = 512 << 10 | 1 << 8 | 0x61
        let afterA = 256 ^ 0x61 ^ 512
        units[afterA] = 1 << 31 | 1
        units[afterA ^ 0x62] = 128 << 10 | 1 << 8 | 0x62
        units[afterA ^ 0x62 ^ 128] = 1 << 31 | 0
        var bytes: [UInt8] = []
        for word in [UInt32(units.count * 4)] + units {
            for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(shift))) }
        }
        return bytes + [0] + Array("xyz".utf8) + [0]
    }()

    private func normalized(_ text: String, _ normalizer: Normalizer) throws -> (String, [Range<Int>]) {
        let program = try NormalizerProgram(normalizer)
        var aligned = AlignedText(text)
        program.apply(to: &aligned)
        let ranges = (0..<aligned.count).map { aligned.originalRange(of: $0..<$0 + 1) }
        return (String(decoding: aligned.bytes, as: UTF8.self), ranges)
    }

    @Test("Hugging Face takes the shortest sequence of a cluster, SentencePiece the longest")
    func shortestAndLongest() throws {
        #expect(
            try normalized("cab", .precompiled(Self.map)) == ("cxyzb", [0..<1, 1..<2, 1..<2, 1..<2, 2..<3]))
        // The cluster a and accent is replaced as a whole by what its beginning is replaced by.
        #expect(try normalized("a\u{301}b", .precompiled(Self.map)).0 == "xyzb")
        var specification = SentencePieceNormalization()
        specification.characterMap = Self.map
        specification.addsDummyPrefix = false
        #expect(try normalized("cab a", .sentencePiece(specification)).0 == "c▁xyz")
    }

    @Test(
        "white space is dropped, joined and spelled as asked",
        arguments: [
            (true, true, true, false, "▁a▁b"), (true, false, true, false, "▁▁▁a▁▁b▁"),
            (false, true, false, false, "a b"),
            (true, true, true, true, "a▁b▁"), (false, false, false, true, "  a  b "),
        ])
    func whitespace(prefix: Bool, removes: Bool, escapes: Bool, suffix: Bool, expected: String) throws {
        var specification = SentencePieceNormalization()
        specification.addsDummyPrefix = prefix
        specification.removesExtraWhitespace = removes
        specification.escapesWhitespace = escapes
        specification.treatsWhitespaceAsSuffix = suffix
        #expect(try normalized("  a  b ", .sentencePiece(specification)).0 == expected)
    }

    @Test("user-defined symbols pass through, and their ranges end where the next begins")
    func userDefined() throws {
        var specification = SentencePieceNormalization()
        specification.characterMap = Self.map
        let program = try NormalizerProgram(.sentencePiece(specification), userDefined: [Array("aa".utf8)])
        var text = AlignedText("aaa")
        program.apply(to: &text)
        #expect(String(decoding: text.bytes, as: UTF8.self) == "▁aaxyz")
        #expect(text.originalRange(of: 0..<3) == 0..<0)
        #expect(text.originalRange(of: 3..<5) == 0..<2)
        #expect(text.originalRange(of: 5..<8) == 2..<3)
    }

    @Test("maps that are cut off, or whose sizes lie, are refused")
    func refused() {
        for bytes in [[], [1, 2], [255, 255, 255, 255, 0], [0, 0, 0, 0, 65], [8, 0, 0, 0, 1, 2, 3, 4]]
            as [[UInt8]]
        {
            #expect(throws: LocatedError.self) { try NormalizerProgram(.precompiled(bytes)) }
        }
        let long = [UInt8](repeating: 0x61, count: 5000)
        #expect(throws: LocatedError.self) {
            try NormalizerProgram(.precompiled([4, 0, 0, 0, 0, 0, 0, 0] + long))
        }
    }

    @Test("damaged maps neither trap nor run in circles")
    func damaged() throws {
        var random = SeededRandom(random: CounterRandom(seed: 7))
        let text = String(repeating: "ab a\u{301}中 ", count: 50)
        for _ in 0..<300 {
            var bytes = Self.map
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                // Sizes stay, so that the map is read.
                bytes[Int.random(in: 4..<bytes.count, using: &random)] = UInt8.random(
                    in: 0..<128, using: &random)
            }
            for normalizer in [Normalizer.precompiled(bytes), .sentencePiece(specification(bytes))] {
                guard let program = try? NormalizerProgram(normalizer) else { continue }
                var aligned = AlignedText(text)
                program.apply(to: &aligned)
                #expect(String(validating: aligned.bytes, as: UTF8.self) != nil)
            }
        }
    }

    private func specification(_ map: [UInt8]) -> SentencePieceNormalization {
        var specification = SentencePieceNormalization()
        specification.characterMap = map
        return specification
    }
}

private struct SeededRandom: RandomNumberGenerator {
    let random: CounterRandom
    var position = 0

    mutating func next() -> UInt64 {
        defer { position += 1 }
        return random.bits(at: position)
    }
}
