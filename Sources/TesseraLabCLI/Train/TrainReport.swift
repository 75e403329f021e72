internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTensor
internal import TesseraTraining

/// What a training says while it runs and when it is over.
struct TrainReport {
    private let run: LanguageModelRun

    init(_ run: LanguageModelRun) { self.run = run }

    /// What is trained on what, and what is worth a warning.
    func begin() throws(LocatedError) {
        let counts = run.corpus.counts
        let parameters = NumberFormat.count(run.network.parameterCount)
        try StandardOutput.standard.stream(
            "\(parameters) parameters, \(NumberFormat.count(counts.tokens)) tokens to train on, "
                + "\(NumberFormat.bytes(counts.heldOutBytes)) held out\n")
        if counts.unknownShare > 0.001 {
            writeToStandardError("warning: \(percent(counts.unknownShare)) of the tokens are unknown ones\n")
        }
        if counts.lostShare > 0.05 {
            writeToStandardError(
                "warning: the tokenizer loses \(percent(counts.lostShare)) of the bytes of the text\n")
        }
        if run.corpus.heldOut.isEmpty, run.plan.heldOut != "none" {
            writeToStandardError(
                "note: the corpus is too small to hold a part of it out; name a text with --held-out\n")
        }
        try StandardOutput.standard.stream("    step      loss  held-out bits per byte\n")
    }

    /// A line for a measurement.
    func show(_ measurement: Measurement, trainingLoss: Double?) throws(LocatedError) {
        let cells = [
            (NumberFormat.count(measurement.step), 8),
            (trainingLoss.map { NumberFormat.decimal($0, places: 3) } ?? "", 10),
            (measurement["bitsPerByte"].map { NumberFormat.decimal($0, places: 3) } ?? "", 24),
        ]
        let line = cells.map { String(repeating: " ", count: max(0, $1 - $0.count)) + $0 }.joined()
        try StandardOutput.standard.stream(line + "\n")
    }

    /// The results, and what to do next.
    func end(_ outcome: TrainingOutcome) throws(LocatedError) {
        var table = Table([.init("measure"), .init("value", .right)])
        table.append(["steps", NumberFormat.count(outcome.steps)])
        if let loss = outcome.loss { table.append(["training loss", NumberFormat.decimal(loss, places: 4)]) }
        if let bits = outcome.measurement?["bitsPerByte"] {
            table.append(["held-out bits per byte", NumberFormat.decimal(bits, places: 4)])
        }
        if outcome.seconds > 0, outcome.count > 0 {
            table.append(["speed", NumberFormat.rate(outcome.count / outcome.seconds, unit: "tokens")])
        }
        table.append(["time", NumberFormat.duration(outcome.seconds)])
        try StandardOutput.standard.write("\n" + table.text())
        try StandardOutput.standard.write(
            """
            written: \(run.folder.path)
            the loss as a picture: \(run.folder.chart)
            next: tessera generate --model \(run.folder.path) "Once"

            """)
    }

    /// The same as one JSON object.
    func write(_ outcome: TrainingOutcome) throws(LocatedError) {
        let value: JSONValue = [
            "folder": .string(run.folder.path), "chart": .string(run.folder.chart),
            "metrics": .string(run.folder.metrics), "parameters": .integer(run.network.parameterCount),
            "steps": .integer(outcome.steps), "loss": outcome.loss.map { .number($0) } ?? .null,
            "heldOutBitsPerByte": outcome.measurement?["bitsPerByte"].map { .number($0) } ?? .null,
            "seconds": .number(outcome.seconds),
            "tokensPerSecond": .number(outcome.seconds > 0 ? outcome.count / outcome.seconds : 0),
            "corpus": .object(run.corpus.counts.fields),
        ]
        try StandardOutput.standard.write(value.serialized() + "\n")
    }

    private func percent(_ share: Double) -> String { NumberFormat.decimal(share * 100, places: 1) + " %" }
}
