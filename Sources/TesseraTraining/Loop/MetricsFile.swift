internal import TesseraCore
internal import TesseraFiles

/// The lines of `metrics.jsonl`: one for every step and one for every measurement.
struct MetricsFile {
    private let file: AppendedFile
    /// The losses of the lines.
    private(set) var curves: LossCurves

    /// Begins or goes on with the file at `path`, after a step: what later steps wrote is cut off.
    ///
    /// - Throws: `LocatedError` when it cannot be read or written.
    init(path: String, after step: Int, measuredStep: Int) throws(LocatedError) {
        let kept = try Self.lines(path).filter { line in
            line.step <= (line.isMeasurement ? measuredStep : step)
        }
        try writeAtomically(kept.map { $0.text + "\n" }.joined(), to: path)
        file = try AppendedFile(path: path)
        curves = LossCurves()
        for line in kept { curves.add(line) }
    }

    /// Appends the line of a step.
    mutating func append(_ record: StepRecord) throws(LocatedError) {
        curves.training.add(record.step, record.loss)
        try append(record.fields)
    }

    /// Appends the line of a measurement.
    mutating func append(_ measurement: Measurement) throws(LocatedError) {
        if let loss = measurement["loss"] { curves.heldOut.add(measurement.step, loss) }
        try append(measurement.fields)
    }

    private func append(_ fields: JSONObject) throws(LocatedError) {
        try file.append(JSONValue.object(fields).serialized() + "\n")
    }

    /// A line with what is needed of it here.
    struct Line {
        var text: String
        var step: Int
        var isMeasurement: Bool
        /// The loss of a step, or that of held-out text; nil when it has none.
        var loss: Double?
    }

    /// The lines of a file in order, without those that are no records: a process that is killed may leave half a line.
    static func lines(_ path: String) throws(LocatedError) -> [Line] {
        guard case .file(let size)? = FileSystem.kind(of: path), size > 0 else { return [] }
        let text = String(decoding: try MappedFile(path: path).copy(), as: UTF8.self)
        return text.split(separator: "\n").compactMap { part in
            let text = String(part)
            guard let fields = try? JSONField(JSONValue(parsing: text)),
                let step = try? fields["step"].integer()
            else { return nil }
            let heldOut = fields["heldOut"]
            let loss = try? (heldOut.isPresent ? heldOut["loss"] : fields["loss"]).optionalDouble()
            return Line(text: text, step: step, isMeasurement: heldOut.isPresent, loss: loss)
        }
    }
}
