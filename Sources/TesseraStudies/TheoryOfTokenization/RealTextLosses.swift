internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraVocabulary

/// The end-to-end loss of tokenizers on English manual pages, in bits per byte.
struct RealTextLosses {
    private static let sizes = [1024, 4096, 16384]
    private static let worst = "real text: largest loss over that of single characters"

    /// "Far below the character unigram": at most 85 % of it.
    static let thresholds: [Threshold] = [.atMost(0.85, worst)]

    private struct Row {
        let tokenizer: String
        let loss: EndToEndLoss
        let size: Int
        /// Held-out tokens that stand for text without tokens.
        let unknown: Int

        var bitsPerByte: Double { loss.natsPerSymbol / logarithm(2) }
    }

    private var rows: [Row] = []
    private let characterBits: Double

    /// - Throws: `LocatedError` when the text has not been fetched; `CancelledError` when stopped.
    init(conditions: StudyConditions) throws {
        let lines = HeldOutLines(try conditions.lines(of: "manual-pages/en.txt"))
        let (training, heldOut) = (lines.training, lines.heldOut)
        characterBits = Self.characterBits(training, heldOut)
        for (done, size) in Self.sizes.enumerated() {
            conditions.progress.report("real text", done, of: Self.sizes.count, unit: "sizes")
            for arm in Arm.allCases {
                try conditions.cancellation.check()
                let tokenizer = try PipelineTokenizer(
                    trainTokenizer(
                        arm.settings(size: size), onTexts: training, cancellation: conditions.cancellation
                    )
                    .definition)
                let unknown = tokenizer.specialTokens.unknown.map { Int($0) }
                let new = ids(heldOut, tokenizer)
                if let loss = EndToEndLoss.unigram(
                    vocabularySize: tokenizer.vocabularySize, training: ids(training, tokenizer),
                    heldOut: new,
                    symbolCount: byteCount(heldOut))
                {
                    rows.append(
                        Row(
                            tokenizer: arm.rawValue, loss: loss, size: tokenizer.vocabularySize,
                            unknown: new.count { $0 == unknown }))
                }
            }
            var reader = LempelZivWelch(alphabet: UInt8.min...UInt8.max, limit: size)
            for line in training where !reader.isFull {
                reader.read(line.utf8)
                reader.endText()
            }
            let dictionary = TokenDictionary(reader.entries)
            func phrases(_ lines: [String]) -> [Int] {
                lines.flatMap { dictionary.encode(Array($0.utf8), by: .greedy) ?? [] }
            }
            if let loss = EndToEndLoss.unigram(
                vocabularySize: dictionary.entries.count, training: phrases(training),
                heldOut: phrases(heldOut),
                symbolCount: byteCount(heldOut))
            {
                rows.append(
                    Row(tokenizer: "LZW, bytes", loss: loss, size: dictionary.entries.count, unknown: 0))
            }
        }
    }

    /// What is trained, on words with the space before them.
    private enum Arm: String, CaseIterable {
        case bytePair = "BPE"
        case unigram = "Unigram"
        case wordPiece = "WordPiece"

        func settings(size: Int) -> TrainingSettings {
            let cutter = PreTokenizer.metaspace(replacement: "\u{2581}", prepends: .never, splits: true)
            switch self {
            case .bytePair:
                var model = TrainingSettings.BytePair()
                model.fallsBackToBytes = true
                return TrainingSettings(.bytePair(model), vocabularySize: size, preTokenizer: cutter)
            case .unigram:
                var model = TrainingSettings.Unigram()
                model.fallsBackToBytes = true
                return TrainingSettings(.unigram(model), vocabularySize: size, preTokenizer: cutter)
            case .wordPiece:
                var settings = TrainingSettings(
                    .wordPiece(TrainingSettings.WordPiece()), vocabularySize: size, preTokenizer: cutter)
                settings.specialTokens = ["[UNK]"]
                settings.unknownToken = "[UNK]"
                return settings
            }
        }
    }

    private static func characterBits(_ training: [String], _ heldOut: [String]) -> Double {
        // The last id is that of all characters that the training text does not have.
        var known: [Unicode.Scalar: Int] = [:]
        for line in training {
            for scalar in line.unicodeScalars where known[scalar] == nil { known[scalar] = known.count }
        }
        func ids(_ lines: [String]) -> [Int] {
            lines.flatMap { $0.unicodeScalars.map { known[$0] ?? known.count } }
        }
        let loss = EndToEndLoss.unigram(
            vocabularySize: known.count + 1, training: ids(training), heldOut: ids(heldOut),
            symbolCount: byteCount(heldOut))
        return (loss?.natsPerSymbol ?? .nan) / logarithm(2)
    }

    func report(to result: inout StudyResult) {
        result.measure(Self.worst, (rows.map(\.bitsPerByte).max() ?? .nan) / characterBits)
        var table = Table([
            .init("tokenizer"), .init("tokens", .right), .init("bits per byte", .right),
            .init("bytes per token", .right), .init("tokens used", .right), .init("unknown", .right),
        ])
        for row in rows.sorted(by: { ($0.size, $0.bitsPerByte) < ($1.size, $1.bitsPerByte) }) {
            table.append([
                row.tokenizer, NumberFormat.count(row.size), NumberFormat.decimal(row.bitsPerByte, places: 3),
                NumberFormat.decimal(row.loss.symbolsPerToken, places: 2),
                NumberFormat.count(row.loss.usedTokenCount),
                NumberFormat.count(row.unknown),
            ])
        }
        result.add(
            table,
            caption:
                "English manual pages, every tenth line held out, unigram models of tokens. A unigram model of characters needs \(NumberFormat.decimal(characterBits, places: 3)) bits per byte."
        )
    }
}

private func ids(_ lines: [String], _ tokenizer: PipelineTokenizer) -> [Int] {
    lines.flatMap { tokenizer.encode($0, special: .asText).map { Int($0) } }
}

private func byteCount(_ lines: [String]) -> Int { lines.reduce(0) { $0 + $1.utf8.count } }
