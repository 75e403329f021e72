public import TesseraCore
public import TesseraFiles
public import TesseraReport

/// How many tokens a vocabulary takes for texts in their own script and romanized.
///
/// Purkayastha and others (arXiv 2304.08865) romanize so that a vocabulary that has seen Latin letters serves languages
/// whose script it has not. Words are what stands between white space in the native text, in both counts.
public struct RomanizationEffect: Sendable {
    /// A text and how it is romanized.
    public struct Sample: Sendable {
        /// What the text is called.
        public var name: String
        /// What romanizes it.
        public var romanizer: Romanizer
        /// The text, in its own script.
        public var text: String

        /// A text in the language of an ISO 639-3 code.
        ///
        /// - Throws: `LocatedError` when `language` is no code.
        public init(_ name: String, language: String?, text: String) throws(LocatedError) {
            self.name = name
            romanizer = try Romanizer(language: language)
            self.text = text
        }
    }

    /// What one text takes.
    public struct Row: Hashable, Sendable {
        /// What the text is called.
        public var name: String
        /// Its words.
        public var wordCount: Int
        /// The tokens of the text as it is.
        public var nativeCount: Int
        /// The tokens of the romanized text.
        public var romanCount: Int

        /// The tokens that a word takes as it is; zero without words.
        public var nativePerWord: Double { wordCount == 0 ? 0 : Double(nativeCount) / Double(wordCount) }
        /// The tokens that a word takes romanized; zero without words.
        public var romanPerWord: Double { wordCount == 0 ? 0 : Double(romanCount) / Double(wordCount) }
        /// How many times fewer the romanized text takes; zero without tokens.
        public var ratio: Double { romanCount == 0 ? 0 : Double(nativeCount) / Double(romanCount) }
    }

    /// A row for each text.
    public let rows: [Row]

    /// Encodes each text twice.
    public init(of tokenizer: some Tokenizer, on samples: [Sample]) {
        rows = samples.map { sample in
            Row(
                name: sample.name, wordCount: sample.text.split(whereSeparator: \.isWhitespace).count,
                nativeCount: tokenizer.encode(sample.text, special: .asText).count,
                romanCount: tokenizer.encode(sample.romanizer.romanize(sample.text), special: .asText).count)
        }
    }

    /// Whether every romanized text takes at least `leastRatio` times fewer tokens.
    public func holds(leastRatio: Double) -> Bool {
        !rows.isEmpty && rows.allSatisfy { $0.ratio >= leastRatio }
    }

    /// A row for each text.
    public var table: Table {
        var table = Table([
            .init("text"), .init("words", .right), .init("tokens per word", .right),
            .init("romanized", .right),
            .init("times fewer", .right),
        ])
        for row in rows {
            table.append([
                row.name, NumberFormat.count(row.wordCount),
                NumberFormat.decimal(row.nativePerWord, places: 2),
                NumberFormat.decimal(row.romanPerWord, places: 2), NumberFormat.decimal(row.ratio, places: 2),
            ])
        }
        return table
    }

    /// Tokens per word as a picture.
    public var chart: BarChart {
        BarChart(
            title: "Tokens per word: less is better", series: ["native script", "romanized"],
            groups: rows.map { .init($0.name, [$0.nativePerWord, $0.romanPerWord]) })
    }

    /// The rows for machines.
    public var json: JSONValue {
        .array(
            rows.map { row in
                [
                    "name": .string(row.name), "words": .integer(row.wordCount),
                    "native": .integer(row.nativeCount),
                    "romanized": .integer(row.romanCount), "ratio": .number(row.ratio),
                ]
            })
    }
}
