public import TesseraCore

/// Scores every token of a text under a model.
///
/// The text is read in overlapping windows; each token is scored once, in the first window that holds it, with all
/// the tokens that the window has before it. The first token has none. If the model was trained with a
/// beginning-of-text token, that token stands before the text and the first token is scored too; otherwise it is
/// left out of the sums, its bytes with it, so that bits per byte stay honest.
///
/// - Parameters:
///   - text: UTF-8.
///   - file: the name for errors.
/// - Throws: `LocatedError` for text that is empty, not UTF-8 or of a single token that cannot be scored, and for
///   options out of range; `CancelledError` once `cancellation` is raised.
public func evaluate<Model: CausalModel>(
    _ text: [UInt8], file: String? = nil, model: Model, tokenizer: some Tokenizer,
    options: EvaluationOptions = EvaluationOptions(), cancellation: Cancellation = Cancellation(),
    progress: Progress = .ignored
) throws -> Evaluation {
    let start = ContinuousClock.now
    guard !text.isEmpty else {
        throw LocatedError(
            file: file, problem: "the text is empty", remedy: "give at least a few words to be scored"
        )
    }
    if let offset = firstInvalidUTF8Offset(in: text) {
        throw LocatedError.invalidUTF8(file: file, offset: offset)
    }
    let (window, stride) = try resolved(options, model: model)

    var tokens: [TokenID] = []
    text.withUnsafeBufferPointer { tokenizer.encode($0, special: .asText, into: &tokens) }
    let textTokenCount = tokens.count
    var unscoredBytes = 0
    let begin = tokenizer.specialTokens.addsBeginOfText ? tokenizer.specialTokens.beginOfText : nil
    if let begin {
        tokens.insert(begin, at: 0)
    } else if let first = tokens.first {
        unscoredBytes = min(tokenizer.bytes(of: first).count, text.count)
    }
    guard tokens.count > 1 else {
        throw LocatedError(
            file: file,
            problem: "the text is a single token, which has nothing before it to be predicted from",
            remedy: "give at least a few words to be scored"
        )
    }

    var sum = 0.0
    let cache = try model.makeCache(capacity: min(window, tokens.count))
    var logits: [Float] = []
    // Rows of logits are large: as many at a time as fit in some 16 MB.
    let block = max(1, min(128, 4_000_000 / max(1, model.vocabularySize)))
    var scored = 1
    while scored < tokens.count {
        // The window ends `stride` tokens further than the last, and begins where its length allows.
        let end = min(scored == 1 ? window : scored + stride, tokens.count)
        var position = max(0, end - window)
        cache.truncate(to: 0)
        while position < end - 1 {
            try cancellation.check()
            let isContext = position < scored - 1
            let blockEnd = isContext ? min(position + 256, scored - 1) : min(position + block, end - 1)
            try model.read(
                Array(tokens[position..<blockEnd]), cache: cache, rows: isContext ? .none : .all,
                logits: &logits
            )
            if !isContext {
                sum += try negativeLogLikelihood(
                    of: tokens[(position + 1)...blockEnd], rows: logits, vocabularySize: model.vocabularySize
                )
                scored = blockEnd + 1
                progress.report("evaluating", scored - 1, of: tokens.count - 1, unit: "tokens")
            }
            position = blockEnd
        }
    }
    return Evaluation(
        byteCount: text.count, scoredByteCount: text.count - unscoredBytes, tokenCount: textTokenCount,
        scoredTokenCount: tokens.count - 1, startsWithBeginOfText: begin != nil, negativeLogLikelihood: sum,
        seconds: seconds(start, .now)
    )
}

/// The sum of `-log softmax(row)[token]` over `targets`, one row of logits each.
func negativeLogLikelihood(
    of targets: ArraySlice<TokenID>, rows: [Float], vocabularySize: Int
) throws(LocatedError) -> Double {
    var sum = 0.0
    var allFinite = rows.count >= targets.count * vocabularySize
    rows.withUnsafeBufferPointer { rows in
        guard allFinite else { return }
        for (index, target) in targets.enumerated() {
            let row = UnsafeBufferPointer(
                rebasing: rows[(index * vocabularySize)..<((index + 1) * vocabularySize)])
            guard let loss = LogitRow(row).negativeLogProbability(of: Int(target)) else {
                allFinite = false
                return
            }
            sum += loss
        }
    }
    guard allFinite, !sum.isNaN else {
        throw LocatedError(
            field: "logits", problem: "a score is not a number, or a token is outside the model's vocabulary",
            remedy:
                "use the tokenizer that belongs to the model; if it does, fetch or convert the model again"
        )
    }
    return sum
}

private func resolved(
    _ options: EvaluationOptions, model: some CausalModel
) throws(LocatedError) -> (window: Int, stride: Int) {
    let window = options.window ?? min(model.contextLength, 2_048)
    guard window >= 2, window <= model.contextLength else {
        throw LocatedError(
            field: "--window", problem: "\(window) tokens are outside 2...\(model.contextLength)",
            remedy: "give at most the \(model.contextLength) tokens that the model was trained for"
        )
    }
    let stride = options.stride ?? max(1, window / 2)
    guard stride >= 1, stride < window else {
        throw LocatedError(
            field: "--stride", problem: "\(stride) tokens are outside 1..<\(window)",
            remedy: "give less than the window, such as half of it"
        )
    }
    return (window, stride)
}
