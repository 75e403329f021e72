internal import TesseraAnalysis

/// What holds of romanized text, whatever the script.
enum RomanizerExactness {
    private static let ascii = "ASCII texts that change"
    private static let again = "texts that a second pass changes"
    private static let holes = "texts whose edges do not tile them, or do not join to the text"
    private static let cached =
        "texts that come out otherwise when words are remembered or the text comes in parts"
    private static let marks = "texts with combining marks in Latin letters"

    static let thresholds: [Threshold] = [
        .none(ascii), .none(again), .none(holes), .none(cached), .none(marks),
    ]

    private static let texts = [
        "Игорь Стравинский, 1882–1971", "Ελλάδα και Κύπρος", "Հայաստան", "საქართველო", "서울특별시", "とうきょうタワー",
        "नेपाल संवत् १२३", "বাংলাদেশ", "ગુજરાત", "ਪੰਜਾਬ", "தமிழ்நாடு", "తెలుగు", "ಕನ್ನಡ", "മലയാളം", "ශ්‍රී ලංකා",
        "မြန်မာ", "ភាសាខ្មែរ", "กรุงเทพมหานคร", "ປະເທດລາວ", "བོད་ཡིག", "አዲስ አበባ", "北京市三万一千", "العربية ١٢٣", "עברית",
        "Ⅷ ½ №5 ﬁn", "naïve Ærøskøbing", "a\u{0301}e\u{0308}", "👩‍👩‍👧 emoji", "",
    ]

    static func report(to result: inout StudyResult, seed: UInt64) throws {
        let romanizer = Romanizer()
        let plain = String(String.UnicodeScalarView((0..<128).compactMap { Unicode.Scalar(UInt8($0)) }))
        var counts = (again: 0, holes: 0, cached: 0, marks: 0)
        // Each text alone, and one with all of them, where words stand beside other scripts.
        for text in texts + [texts.joined(separator: " ")] {
            let roman = romanizer.romanize(text)
            if !romanizer.romanize(roman).utf8.elementsEqual(roman.utf8) { counts.again += 1 }
            if roman.unicodeScalars.contains(where: { $0.properties.generalCategory == .nonspacingMark }) {
                counts.marks += 1
            }
            let edges = romanizer.edges(text)
            var end = 0
            var isTiled = edges.map(\.text).joined().utf8.elementsEqual(roman.utf8)
            for edge in edges {
                isTiled = isTiled && edge.bytes.lowerBound == end
                end = edge.bytes.upperBound
            }
            if !isTiled || end != text.utf8.count { counts.holes += 1 }
            if pieces(of: text, romanizer, seed: seed) != Array(roman.utf8) { counts.cached += 1 }
        }
        result.measure(ascii, count: romanizer.romanize(plain).utf8.elementsEqual(plain.utf8) ? 0 : 1)
        result.measure(again, count: counts.again)
        result.measure(holes, count: counts.holes)
        result.measure(cached, count: counts.cached)
        result.measure(marks, count: counts.marks)
    }

    /// The text in parts that end anywhere, twice over, by a writer that remembers words; the second half.
    private static func pieces(of text: String, _ romanizer: Romanizer, seed: UInt64) -> [UInt8] {
        var writer = RomanWriter(romanizer)
        var output: [UInt8] = []
        for pass in 0..<2 {
            output = []
            var rest = Array(text.utf8)[...]
            var length = 1 + Int(truncatingIfNeeded: (seed &+ UInt64(pass)) % 5)
            while !rest.isEmpty {
                Array(rest.prefix(length)).withUnsafeBufferPointer { writer.append($0, to: &output) }
                rest = rest.dropFirst(length)
                length = length % 7 + 1
            }
            writer.finish(to: &output)
        }
        return output
    }
}
