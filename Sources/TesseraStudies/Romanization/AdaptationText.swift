internal import TesseraAnalysis
internal import TesseraCore

/// How text is written.
enum WritingForm: CaseIterable, Sendable {
    case native
    case romanized
}

/// Lines in another script, some to adapt to and some held out, as they are and romanized.
///
/// Lines of LibreOffice's help that have more characters beyond ASCII than ASCII letters, in random order: pages without
/// a translation and samples of code would be alike in both forms.
struct AdaptationText: Sendable {
    /// A language and where its text lies.
    struct Language: Sendable {
        let locale: String
        let script: String
        /// ISO 639-3.
        let code: String
    }

    /// Six languages in six scripts, none of which the base was trained on, with more than 1,000 KB of help each.
    static let languages = [
        Language(locale: "ru", script: "Cyrillic", code: "rus"),
        Language(locale: "el", script: "Greek", code: "ell"),
        Language(locale: "km", script: "Khmer", code: "khm"),
        Language(locale: "ko", script: "Hangul", code: "kor"),
        Language(locale: "ja", script: "Kana and Han", code: "jpn"),
        Language(locale: "zh-cn", script: "Han", code: "zho"),
    ]

    /// The bytes of the held-out lines as they are.
    private static let heldOutSize = 24_000

    let language: Language
    private let heldOut: [WritingForm: [String]]
    private let training: [WritingForm: [String]]

    /// - Throws: `LocatedError` saying how to fetch the text when it is not there.
    init(_ language: Language, seed: UInt64, conditions: StudyConditions) throws(LocatedError) {
        self.language = language
        let random = CounterRandom(seed: seed)
        let lines = try conditions.lines(of: "mixture/categories/\(language.locale).txt")
            .filter(Self.isForeign).enumerated()
            .map { (line: $1, key: random.bits(at: $0)) }.sorted { $0.key < $1.key }.map(\.line)
        let romanizer = try Romanizer(language: language.code)
        let held = Self.count(of: lines, in: Self.heldOutSize)
        let (first, rest) = (Array(lines.prefix(held)), Array(lines.dropFirst(held)))
        heldOut = [.native: first, .romanized: first.map { romanizer.romanize($0) }]
        training = [.native: rest, .romanized: rest.map { romanizer.romanize($0) }]
    }

    /// The held-out lines.
    func heldOutLines(_ form: WritingForm) -> [String] { heldOut[form] ?? [] }

    /// Lines to adapt to, the same in both forms: so many that they have `size` bytes as they are.
    func trainingLines(_ form: WritingForm, size: Int) -> [String] {
        let count = Self.count(of: training[.native] ?? [], in: size)
        return Array((training[form] ?? []).prefix(count))
    }

    /// The characters (Unicode scalars) of the held-out lines as they are: what bits are divided by in both forms.
    var heldOutCharacterCount: Int { heldOutLines(.native).reduce(0) { $0 + $1.unicodeScalars.count } }

    /// How many lines from the first fit into `size` bytes with their ends.
    private static func count(of lines: [String], in size: Int) -> Int {
        var left = size
        return lines.prefix { line in
            left -= line.utf8.count + 1
            return left >= 0
        }.count
    }

    private static func isForeign(_ line: String) -> Bool {
        var balance = 0
        for scalar in line.unicodeScalars {
            if !scalar.isASCII {
                balance += 1
            } else if scalar.properties.isAlphabetic {
                balance -= 1
            }
        }
        return balance > 0
    }
}
