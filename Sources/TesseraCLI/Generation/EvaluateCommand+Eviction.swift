internal import TesseraConsole
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers

extension EvaluateCommand {
    /// Tells what a text costs under policies that keep a part of the cache, beside what it costs with all of it.
    func evaluateEviction() throws {
        // Mistakes in the flags are told before the model is loaded; the steps are known once the text is read.
        _ = try cache.options(stepCount: 1, seed: seed)
        let input = try InputText(path: file)
        let loaded = try model.load()
        let length = window ?? min(loaded.model.contextLength, 1_536)
        guard (64...loaded.model.contextLength).contains(length) else {
            throw LocatedError(
                field: "--window", problem: "\(length) tokens are outside 64...\(loaded.model.contextLength)",
                remedy: "give enough for a prompt and a continuation, at most the model's context")
        }
        let tokens = Array(loaded.tokenizer.tokenizer.promptTokens(of: input.text).prefix(length))
        guard tokens.count >= 64 else {
            throw LocatedError(
                file: input.name,
                problem: "\(tokens.count) tokens are too few for a prompt and a continuation",
                remedy: "give a text of at least 64 tokens")
        }
        let promptCount = tokens.count * 2 / 3
        var runs = try cache.options(stepCount: tokens.count - promptCount, seed: seed)
        if runs.first?.method != .full { runs.insert(EvictionOptions(.full, budget: .all), at: 0) }

        let bar = ProgressBar()
        defer { bar.clear() }
        let results = try continuationLosses(
            of: tokens, after: promptCount, model: loaded.model, under: runs,
            cancellation: Interruption.cancellation, progress: bar.progress)
        let rows = zip(runs, results).map { options, result in
            (
                options: options, loss: result.losses.reduce(0, +) / Double(result.losses.count),
                use: result.use
            )
        }
        bar.clear()
        let full = rows[0].loss
        if output.json {
            return try writeJSON([
                "promptTokens": .integer(promptCount), "scoredTokens": .integer(tokens.count - promptCount),
                "policies": .array(
                    rows.map { row in
                        [
                            "policy": .string(row.options.method.rawValue),
                            "budget": .string(row.options.budgetText), "natsPerToken": .number(row.loss),
                            "extraNatsPerToken": .number(row.loss - full), "cache": row.use.json,
                        ]
                    }),
            ])
        }
        var table = Table([
            .init("policy"), .init("budget", .right), .init("nats/token", .right), .init("extra", .right),
            .init("tokens kept", .right), .init("cache", .right), .init("scores", .right),
        ])
        for row in rows {
            table.append([
                row.options.method.rawValue, row.options.budgetText,
                NumberFormat.decimal(row.loss, places: 4), NumberFormat.decimal(row.loss - full, places: 4),
                NumberFormat.count(row.use.heldTokenCount), NumberFormat.bytes(row.use.byteCount),
                NumberFormat.bytes(row.use.scoreByteCount),
            ])
        }
        try write(table.text())
        try write("\(tokens.count - promptCount) tokens after a prompt of \(promptCount)\n")
    }
}

extension EvictionOptions {
    /// The budget, as it is given.
    fileprivate var budgetText: String {
        switch (method, budget) {
        case (.full, _), (_, .all): "all"
        case (_, .tokens(let count)): String(count)
        case (_, .percent(let share)): share == share.rounded() ? "\(Int(share))%" : "\(share)%"
        }
    }
}

extension EvictionUse {
    /// The memory on one line.
    var summary: String {
        "cache \(NumberFormat.bytes(promptByteCount)) at the end of the prompt, \(NumberFormat.bytes(byteCount)) now"
            + " · \(NumberFormat.count(heldTokenCount)) of \(NumberFormat.count(textTokenCount)) tokens kept"
            + " · scores \(NumberFormat.bytes(scoreByteCount))"
    }

    /// Everything, for machines.
    var json: JSONValue {
        [
            "textTokens": .integer(textTokenCount),
            "keptTokens": .integer(heldTokenCount),
            "promptBytes": .integer(promptByteCount),
            "peakBytes": .integer(peakByteCount),
            "bytes": .integer(byteCount),
            "scoreBytes": .integer(scoreByteCount),
        ]
    }
}
