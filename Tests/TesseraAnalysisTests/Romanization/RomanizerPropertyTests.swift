import TesseraAnalysis
import TesseraTestSupport
import Testing

@Suite("Romanizer: what always holds")
struct RomanizerPropertyTests {
    /// Texts of random scalars, of scalars of one script beside each other, and of real words.
    static let texts: [String] = {
        var generator = SeededGenerator(seed: 0x50_4D)
        var texts = (0..<200).map { _ in generator.unicodeText(24) }
        let blocks: [UInt32] = [
            0x80, 0x370, 0x400, 0x530, 0x590, 0x600, 0x700, 0x780, 0x900, 0x980, 0xA00, 0xB80, 0xD80, 0xE00,
            0xE80,
            0xF00, 0x1000, 0x10A0, 0x1200, 0x1780, 0x1800, 0x1B00, 0x2D30, 0x3040, 0x30A0, 0x4E00, 0xAC00,
            0xFF60,
            0x10330, 0x11000, 0x1E900,
        ]
        for block in blocks {
            for _ in 0..<20 {
                var text = String.UnicodeScalarView()
                for _ in 0..<12 {
                    if let scalar = Unicode.Scalar(block + UInt32.random(in: 0..<128, using: &generator)) {
                        text.append(scalar)
                    }
                    if Int.random(in: 0..<6, using: &generator) == 0 { text.append(" ") }
                }
                texts.append(String(text))
            }
        }
        return texts + RomanizerTests.texts.map(\.native)
    }()

    static let languages: [String?] = [nil, "rus", "hin", "fas", "jpn"]

    @Test("every code point is romanized, and a second pass changes nothing")
    func everyScalar() throws {
        let romanizer = Romanizer()
        let ascii = try Romanizer(asciiOnly: true)
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = String(String.UnicodeScalarView([scalar]))
            let roman = romanizer.romanize(text)
            guard roman != text else {
                // What stays as it is must be no accent.
                let isMark = [.nonspacingMark, .enclosingMark, .spacingMark].contains(
                    scalar.properties.generalCategory)
                if isMark { Issue.record("U+\(String(value, radix: 16)) stays though it is a mark") }
                continue
            }
            if romanizer.romanize(roman) != roman { Issue.record("U+\(String(value, radix: 16)): \(roman)") }
            if hasMark(roman) { Issue.record("U+\(String(value, radix: 16)): \(roman) has a mark") }
            if !ascii.romanize(text).utf8.allSatisfy({ $0 < 0x80 }) {
                Issue.record("U+\(String(value, radix: 16)): not ASCII")
            }
        }
    }

    @Test("ASCII stays as it is")
    func ascii() {
        let ascii = String(String.UnicodeScalarView((0..<0x80).compactMap { Unicode.Scalar($0) }))
        #expect(Romanizer().romanize(ascii) == ascii)
    }

    @Test(
        "edges tile the text, in scalars and in bytes, and join to what romanizing gives",
        arguments: languages)
    func tiling(language: String?) throws {
        let romanizer = try Romanizer(language: language)
        for text in Self.texts {
            let edges = romanizer.edges(text)
            var (scalars, bytes) = (0, 0)
            for edge in edges {
                #expect(edge.scalars.lowerBound == scalars && edge.bytes.lowerBound == bytes)
                #expect(!edge.scalars.isEmpty)
                let part = text.unicodeScalars.dropFirst(scalars).prefix(edge.scalars.count)
                #expect(edge.bytes.count == part.reduce(0) { $0 + UTF8.width($1) })
                (scalars, bytes) = (edge.scalars.upperBound, edge.bytes.upperBound)
            }
            #expect(scalars == text.unicodeScalars.count && bytes == text.utf8.count)
            #expect(edges.map(\.text).joined() == romanizer.romanize(text))
        }
    }

    @Test("a second pass changes nothing, and no accent is left", arguments: languages)
    func idempotence(language: String?) throws {
        let romanizer = try Romanizer(language: language)
        for text in Self.texts {
            let roman = romanizer.romanize(text)
            #expect(romanizer.romanize(roman) == roman)
            #expect(!hasMark(roman))
        }
    }

    @Test("remembered words, and texts in parts, come out the same", arguments: languages)
    func writers(language: String?) throws {
        let romanizer = try Romanizer(language: language)
        var generator = SeededGenerator(seed: 7)
        let long = Self.texts.joined(separator: " ")
        let bytes = Array((long + "\n" + long).utf8)
        let expected = Array(romanizer.romanize(long + "\n" + long).utf8)
        for remembers in [true, false] {
            var writer = RomanWriter(romanizer, remembersWords: remembers)
            var written: [UInt8] = []
            var place = 0
            while place < bytes.count {
                let end = min(bytes.count, place + Int.random(in: 1...40, using: &generator))
                bytes[place..<end].withUnsafeBufferPointer { writer.append($0, to: &written) }
                place = end
            }
            writer.finish(to: &written)
            #expect(written == expected)
        }
    }

    @Test("a line without a space is cut at the same places however it comes")
    func longLine() {
        let romanizer = Romanizer()
        let text = String(repeating: "漢字かなकखग", count: 6_000)
        let expected = Array(romanizer.romanize(text).utf8)
        for size in [1_000, 16_384, 70_001] {
            var writer = RomanWriter(romanizer)
            var written: [UInt8] = []
            let bytes = Array(text.utf8)
            var place = 0
            while place < bytes.count {
                let end = min(bytes.count, place + size)
                bytes[place..<end].withUnsafeBufferPointer { writer.append($0, to: &written) }
                place = end
            }
            writer.finish(to: &written)
            #expect(written == expected)
        }
        #expect(romanizer.edges(text).map(\.text).joined().utf8.elementsEqual(expected))
    }

    private func hasMark(_ text: String) -> Bool {
        text.unicodeScalars.contains {
            [.nonspacingMark, .enclosingMark, .spacingMark].contains($0.properties.generalCategory)
        }
    }
}
