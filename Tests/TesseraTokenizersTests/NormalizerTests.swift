import TesseraCore
import TesseraTokenizers
import Testing

/// The pieces of `text` with the bytes they came from, as `ComponentCases` writes them.
private func described(_ text: AlignedText, _ pieces: [Range<Int>]) -> [String] {
    pieces.map { piece in
        let origin = text.originalRange(of: piece)
        return
            "\(String(decoding: text.bytes[piece], as: UTF8.self))@\(origin.lowerBound)-\(origin.upperBound)"
    }
}

private func fields(of line: String) -> [String] {
    line.unicodeScalars.split(separator: "‖", omittingEmptySubsequences: false).map { String($0) }
}

/// Whether two lists have the same code points: `==` of strings looks at canonical equivalence only.
private func expectSame(_ got: [String], _ want: [String], _ line: String) {
    #expect(got.map { Array($0.utf8) } == want.map { Array($0.utf8) }, "\(line): \(got)")
}

@Suite("Normalizers and pre-tokenizers")
struct ComponentTests {
    private static let normalizers: [String: Normalizer] = [
        "NFC": .unicode(.canonicalComposed), "NFD": .unicode(.canonicalDecomposed),
        "NFKC": .unicode(.compatibleComposed), "NFKD": .unicode(.compatibleDecomposed),
        "Lowercase": .lowercase, "StripAccents": .stripAccents, "Nmt": .nmt,
        "Strip": .strip(left: true, right: true), "ByteLevel": .byteLevel,
        "Bert": .bert(cleansText: true, spacesChinese: true, stripsAccents: nil, lowercases: true),
        "BertCased": .bert(cleansText: true, spacesChinese: true, stripsAccents: nil, lowercases: false),
        "Prepend": .prepend("▁"), "Replace": .replace(.string(" "), with: "▁"),
        "Sequence": .sequence([
            .unicode(.compatibleDecomposed), .stripAccents, .lowercase, .replace(.string("a"), with: "<a>"),
        ]),
    ]

    private static let preTokenizers: [String: PreTokenizer] = [
        "BertPreTokenizer": .bert,
        "ByteLevel": .byteLevel(addsPrefixSpace: false, usesExpression: true),
        "ByteLevelPrefix": .byteLevel(addsPrefixSpace: true, usesExpression: true),
        "CharDelimiterSplit": .delimiter("a"),
        "Digits": .digits(individually: false), "DigitsIndividual": .digits(individually: true),
        "FixedLength": .fixedLength(3),
        "MetaspaceAlways": .metaspace(replacement: "▁", prepends: .always, splits: true),
        "MetaspaceFirst": .metaspace(replacement: "▁", prepends: .first, splits: true),
        "MetaspaceNever": .metaspace(replacement: "▁", prepends: .never, splits: false),
        "UnicodeScripts": .unicodeScripts, "Whitespace": .whitespace, "WhitespaceSplit": .whitespaceSplit,
        "Punctuation": .punctuation(.contiguous),
        "SplitRemoved": .split(.string(" "), .removed, inverted: false),
        "SplitRemovedInverted": .split(.string(" "), .removed, inverted: true),
        "SplitIsolated": .split(.string(" "), .isolated, inverted: false),
        "SplitMergedWithPrevious": .split(.string(" "), .mergedWithPrevious, inverted: false),
        "SplitMergedWithPreviousInverted": .split(.string(" "), .mergedWithPrevious, inverted: true),
        "SplitMergedWithNext": .split(.string(" "), .mergedWithNext, inverted: false),
        "SplitMergedWithNextInverted": .split(.string(" "), .mergedWithNext, inverted: true),
        "SplitContiguous": .split(.string(" "), .contiguous, inverted: false),
        "Sequence": .sequence([
            .whitespaceSplit, .metaspace(replacement: "▁", prepends: .first, splits: true),
            .digits(individually: true),
        ]),
    ]

    @Test("every normalizer gives the reference's text and origins", arguments: ComponentCases.normalizers)
    func normalizes(line: String) throws {
        let fields = fields(of: line)
        let program = try NormalizerProgram(try #require(Self.normalizers[fields[0]]))
        var text = AlignedText(fields[1])
        program.apply(to: &text)
        var (pieces, start) = ([Range<Int>](), 0)
        for end in 1..<(text.count + 1) where end == text.count || text.bytes[end] & 0xC0 != 0x80 {
            pieces.append(start..<end)
            start = end
        }
        expectSame(described(text, pieces), Array(fields[2...]), line)

        var untracked = AlignedText(fields[1], tracksOrigins: false)
        program.apply(to: &untracked)
        #expect(untracked.bytes == text.bytes)
    }

    @Test(
        "every pre-tokenizer gives the reference's pieces and origins",
        arguments: ComponentCases.preTokenizers)
    func cuts(line: String) throws {
        let fields = fields(of: line)
        let program = try PreTokenizerProgram(try #require(Self.preTokenizers[fields[0]]))
        var text = AlignedText(fields[1])
        var pieces: [Range<Int>] = []
        program.cut(&text, into: &pieces)
        expectSame(described(text, pieces), Array(fields[2...]), line)

        var untracked = AlignedText(fields[1], tracksOrigins: false)
        var untrackedPieces: [Range<Int>] = []
        program.cut(&untracked, into: &untrackedPieces)
        #expect(untracked.bytes == text.bytes && untrackedPieces == pieces)
    }

    @Test("Metaspace puts its character only before what comes from the start of the text")
    func prependsFirst() throws {
        let program = try PreTokenizerProgram(.metaspace(replacement: "▁", prepends: .first, splits: true))
        let strip = try NormalizerProgram(.strip(left: true, right: false))
        for (text, expected) in [("a b", "▁a|▁b"), ("  a b", "a|▁b")] {
            for tracks in [true, false] {
                var aligned = AlignedText(text, tracksOrigins: tracks)
                strip.apply(to: &aligned)
                var pieces: [Range<Int>] = []
                program.cut(&aligned, into: &pieces)
                let got = pieces.map { String(decoding: aligned.bytes[$0], as: UTF8.self) }
                #expect(got.joined(separator: "|") == expected)
            }
        }
    }

    @Test("a length of no code points is refused")
    func refusesLength() {
        #expect(throws: LocatedError.self) { try PreTokenizerProgram(.fixedLength(0)) }
    }

    @Test(
        "normalization of long hostile texts takes linear time",
        arguments: [
            UnicodeForm.canonicalComposed, .canonicalDecomposed, .compatibleComposed, .compatibleDecomposed,
        ])
    func longTexts(form: UnicodeForm) throws {
        let program = try NormalizerProgram(.unicode(form))
        for unit in ["\u{301}\u{323}", "a", "\u{FDFA}", "\u{1100}\u{1161}\u{11A8}", "e\u{301}"] {
            var text = AlignedText(String(repeating: unit, count: 100_000))
            program.apply(to: &text)
            #expect(text.count > 0)
        }
    }
}
