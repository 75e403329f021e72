public import TesseraCore
public import TesseraFiles
public import TesseraReport
public import TesseraTokenizers

/// What texts of several languages cost in several vocabularies.
public struct VocabularyComparison: Sendable {
    /// What one language costs in one vocabulary.
    public struct Cell: Hashable, Sendable {
        /// The bytes of the text.
        public internal(set) var byteCount = 0
        /// Its words: runs of other than white space, each ideograph and kana alone.
        public internal(set) var wordCount = 0
        /// Its tokens, without those of a template.
        public internal(set) var tokenCount = 0
        /// Those that stand for unknown text.
        public internal(set) var unknownCount = 0
        /// Those that hold part of a character only: bytes that the vocabulary has no character for.
        public internal(set) var byteTokenCount = 0

        /// The bytes that a token holds; zero without tokens.
        public var bytesPerToken: Double { tokenCount == 0 ? 0 : Double(byteCount) / Double(tokenCount) }
        /// The tokens that a word takes; zero without words.
        public var fertility: Double { wordCount == 0 ? 0 : Double(tokenCount) / Double(wordCount) }
        /// The share of tokens that stand for unknown text.
        public var unknownShare: Double { tokenCount == 0 ? 0 : Double(unknownCount) / Double(tokenCount) }
        /// The share of tokens that hold part of a character only.
        public var byteShare: Double { tokenCount == 0 ? 0 : Double(byteTokenCount) / Double(tokenCount) }

        mutating func add(_ other: Cell) {
            byteCount += other.byteCount
            wordCount += other.wordCount
            tokenCount += other.tokenCount
            unknownCount += other.unknownCount
            byteTokenCount += other.byteTokenCount
        }
    }

    /// The names of the vocabularies.
    public let tokenizers: [String]
    /// The number of ids of each.
    public let vocabularySizes: [Int]
    /// The names of the languages.
    public let languages: [String]
    /// For each language and vocabulary what it costs.
    public let cells: [[Cell]]

    /// For each vocabulary what all languages cost together.
    public var totals: [Cell] {
        tokenizers.indices.map { index in cells.reduce(into: Cell()) { $0.add($1[index]) } }
    }

    /// Encodes `samples` with every tokenizer; special tokens in texts are read as text.
    ///
    /// - Throws: `LocatedError` when a file cannot be read; `CancelledError` when stopped.
    public init(
        of tokenizers: [(name: String, tokenizer: PipelineTokenizer)], on samples: [LanguageSample],
        progress: Progress = .ignored, cancellation: Cancellation = Cancellation()
    ) throws {
        self.tokenizers = tokenizers.map(\.name)
        vocabularySizes = tokenizers.map(\.tokenizer.vocabularySize)
        languages = samples.map(\.name)
        let meters = try tokenizers.map { try TokenMeter($0.tokenizer) }
        var rows: [[Cell]] = []
        for sample in samples {
            var row = [Cell](repeating: Cell(), count: meters.count)
            func add(_ text: UnsafeBufferPointer<UInt8>) {
                let words = wordCount(of: text)
                for (index, meter) in meters.enumerated() {
                    row[index].add(meter.measure(text, wordCount: words))
                }
            }
            switch sample.content {
            case .text(var text): text.withUTF8(add)
            case .corpus(let corpus):
                try forEachText(of: corpus, progress: progress, cancellation: cancellation) { text, _ in
                    add(text)
                }
            }
            rows.append(row)
        }
        cells = rows
    }

    /// Bytes per token: a row for each language, a column for each vocabulary.
    public var table: Table {
        var table = Table(
            [.init("bytes per token"), .init("bytes", .right)] + tokenizers.map { .init($0, .right) })
        for (language, row) in zip(languages, cells) {
            table.append(
                [language, NumberFormat.count(row.first?.byteCount ?? 0)]
                    + row.map { NumberFormat.decimal($0.bytesPerToken, places: 2) })
        }
        return table
    }

    /// A row for each vocabulary: what all languages cost together, and what it does not cover.
    public var summary: Table {
        var table = Table([
            .init("tokenizer"), .init("vocabulary", .right), .init("tokens", .right),
            .init("bytes per token", .right),
            .init("tokens per word", .right), .init("unknown", .right), .init("parts of characters", .right),
        ])
        for (index, total) in totals.enumerated() {
            table.append([
                tokenizers[index], NumberFormat.count(vocabularySizes[index]),
                NumberFormat.count(total.tokenCount),
                NumberFormat.decimal(total.bytesPerToken, places: 2),
                NumberFormat.decimal(total.fertility, places: 2),
                NumberFormat.decimal(total.unknownShare * 100, places: 2) + " %",
                NumberFormat.decimal(total.byteShare * 100, places: 2) + " %",
            ])
        }
        return table
    }

    /// Bytes per token as a picture.
    public var chart: BarChart {
        BarChart(
            title: "Bytes per token: more is better", series: tokenizers,
            groups: zip(languages, cells).map { .init($0, $1.map(\.bytesPerToken)) })
    }

    /// The comparison for machines.
    public var json: JSONValue {
        func object(_ cell: Cell) -> JSONObject {
            [
                "bytes": .integer(cell.byteCount), "words": .integer(cell.wordCount),
                "tokens": .integer(cell.tokenCount),
                "bytesPerToken": .number(cell.bytesPerToken), "fertility": .number(cell.fertility),
                "unknownTokens": .integer(cell.unknownCount), "byteTokens": .integer(cell.byteTokenCount),
            ]
        }
        let totals = totals
        return [
            "tokenizers": .array(
                tokenizers.indices.map { index in
                    var entry: JSONObject = [
                        "name": .string(tokenizers[index]),
                        "vocabularySize": .integer(vocabularySizes[index]),
                    ]
                    for (key, value) in object(totals[index]) { entry[key] = value }
                    return .object(entry)
                }),
            "languages": .array(
                zip(languages, cells).map { name, row in
                    ["name": .string(name), "tokenizers": .array(row.map { .object(object($0)) })]
                }),
        ]
    }
}
