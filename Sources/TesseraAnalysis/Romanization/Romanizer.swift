public import TesseraCore

/// Writes text of any script in Latin letters.
///
/// What characters sound like comes from their names in Unicode and from the readings of Unihan; over these stand
/// rules of our own after public standards (BGN/PCGN, ISO 843, Hepburn, pinyin, RTGS, Hunterian without diacritics).
/// It implements the romanizer that Purkayastha and others adapt models with ("Romanization-based Large-scale
/// Adaptation of Multilingual Language Models", arXiv 2304.08865), in the way of Hermjakob, May and Knight
/// ("Out-of-the-box Universal Romanization", ACL 2018): at each place the longest thing that is known. It has none of
/// their tables.
///
/// ASCII stays as it is, and what is Latin already comes out of a second pass unchanged. Romanization loses
/// information: only `edges` lead back to the text.
///
/// A value is made once for a language (about a millisecond) and may be used by many threads.
public struct Romanizer: Sendable {
    /// The ISO 639-3 code of the language, for what its script says differently in it; nil: what holds for most.
    public let language: String?
    /// Whether characters without a sound, such as quotation marks and emoji, become ASCII too.
    public let asciiOnly: Bool

    let rules: RomanRules

    /// Makes a romanizer.
    ///
    /// - Parameters:
    ///   - language: an ISO 639-3 code, such as `hin`; nil: unknown or mixed. A code without rules of its own is
    ///     treated like nil.
    ///   - asciiOnly: whether everything must become ASCII: what has no equal there becomes `?`.
    /// - Throws: `LocatedError` when `language` is no code of three lower-case letters.
    public init(language: String? = nil, asciiOnly: Bool = false) throws(LocatedError) {
        if let language, language.utf8.count != 3 || !language.utf8.allSatisfy({ (0x61...0x7A).contains($0) })
        {
            throw LocatedError(
                field: "--lang", problem: "\"\(language)\" is not a code of ISO 639-3",
                remedy: "give three lower-case letters, such as rus, hin or jpn")
        }
        self.init(
            language: language, asciiOnly: asciiOnly,
            rules: RomanRules(language: language, asciiOnly: asciiOnly))
    }

    /// Makes a romanizer for text of any language.
    public init() {
        self.init(language: nil, asciiOnly: false, rules: RomanRules(language: nil, asciiOnly: false))
    }

    package init(language: String?, asciiOnly: Bool, ruleTexts: [String]) {
        self.init(
            language: language, asciiOnly: asciiOnly,
            rules: RomanRules(language: language, asciiOnly: asciiOnly, texts: ruleTexts))
    }

    private init(language: String?, asciiOnly: Bool, rules: RomanRules) {
        self.language = language
        self.asciiOnly = asciiOnly
        self.rules = rules
    }

    /// `text` in Latin letters.
    ///
    /// Takes time linear in the text. For many texts one `RomanWriter` is faster: it remembers words.
    public func romanize(_ text: some StringProtocol) -> String {
        var text = String(text)
        var output: [UInt8] = []
        var writer = RomanWriter(self, remembersWords: false)
        text.withUTF8 { writer.append($0, to: &output) }
        writer.finish(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// The parts of `text` and what each became: they tile the text, and their texts joined are `romanize(text)`.
    public func edges(_ text: some StringProtocol) -> [RomanSpan] {
        var text = String(text)
        var spans: [RomanSpan] = []
        var engine = RomanEngine(rules, asciiOnly: asciiOnly)
        engine.notesEdges = true
        text.withUTF8 { bytes in
            var scalarCount = 0
            var place = 0
            while place < bytes.count {
                let start = place
                if bytes[place] < 0x80 {
                    while place < bytes.count, bytes[place] < 0x80 { place += 1 }
                    let count = place - start
                    spans.append(
                        RomanSpan(
                            scalars: scalarCount..<scalarCount + count, bytes: start..<place,
                            text: String(decoding: bytes[start..<place], as: UTF8.self), source: .ascii))
                    scalarCount += count
                    continue
                }
                place = endOfStretch(in: bytes, from: start)
                var offsets = engine.read(bytes, start..<place)
                offsets.append(place)
                engine.run()
                var written = 0
                for edge in engine.edges {
                    spans.append(
                        RomanSpan(
                            scalars: scalarCount + edge.start..<scalarCount + edge.end,
                            bytes: offsets[edge.start]..<offsets[edge.end],
                            text: String(decoding: engine.output[written..<edge.outputEnd], as: UTF8.self),
                            source: edge.source))
                    written = edge.outputEnd
                }
                scalarCount += engine.scalars.count
            }
        }
        return spans
    }
}

/// The most bytes of a stretch: longer ones, such as a book without a space, are cut here.
let longestStretch = 16_384

/// Where the stretch of bytes above ASCII that begins at `start` ends.
func endOfStretch(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    let limit = min(bytes.count, start + longestStretch)
    var place = start
    while place < limit, bytes[place] >= 0x80 { place += 1 }
    // Never in the middle of a character.
    if place < bytes.count, bytes[place] >= 0x80 {
        while place > start, bytes[place] & 0xC0 == 0x80 { place -= 1 }
    }
    return place
}

extension RomanEngine {
    /// Takes the code points of `bytes` in `range`, which is valid UTF-8 without ASCII, as the stretch.
    ///
    /// - Returns: where each code point begins.
    mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> [Int] {
        var offsets: [Int] = []
        decode(UnsafeBufferPointer(rebasing: bytes[range]))
        var place = range.lowerBound
        for scalar in scalars {
            offsets.append(place)
            place += scalar < 0x80 ? 1 : scalar < 0x800 ? 2 : scalar < 0x10000 ? 3 : 4
        }
        return offsets
    }

    /// Takes the code points of UTF-8 bytes as the stretch.
    mutating func decode(_ bytes: UnsafeBufferPointer<UInt8>) {
        scalars.removeAll(keepingCapacity: true)
        var place = 0
        while place < bytes.count {
            let lead = UInt32(bytes[place])
            let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
            guard place + length <= bytes.count else { break }
            var scalar = length == 1 ? lead : lead & (0x7F >> UInt32(length))
            for next in 1..<max(length, 1) where length > 1 {
                scalar = scalar << 6 | UInt32(bytes[place + next] & 0x3F)
            }
            scalars.append(scalar)
            place += length
        }
    }
}
