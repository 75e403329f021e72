public import TesseraCore
public import TesseraFiles

/// All that a language model follows from: a tokenizer, texts, a network and how it is trained.
public struct LanguageModelPlan: Hashable, Sendable {
    /// The tokenizer, as the user named it.
    public var tokenizer = ""
    /// The files and folders with texts, as the user named them.
    public var corpus: [String] = []
    /// The member of a JSON line that holds its text.
    public var field = "text"
    /// What is held out: a share such as `0.05`, `none`, or a file or folder.
    public var heldOut = "0.05"
    /// The network.
    public var network = NetworkPlan()
    /// The windows of a batch.
    public var batchSize = 16
    /// The training.
    public var training = TrainingOptions()

    /// Creates the plan of a small model.
    public init() {}

    /// Refuses what no training has; texts are looked for where a run begins.
    ///
    /// - Throws: `LocatedError` naming what is wrong.
    public func check(vocabularySize: Int) throws(LocatedError) {
        try training.check()
        try network.check(vocabularySize: vocabularySize, batchSize: batchSize)
        guard !corpus.isEmpty else {
            throw LocatedError(
                field: "corpus", problem: "names no texts", remedy: "name files or folders with text")
        }
    }

    /// What is held out.
    ///
    /// - Throws: `LocatedError` for a share that leaves nothing, and a file that is not there.
    public func heldOutTexts() throws(LocatedError) -> HeldOut {
        if heldOut == "none" { return .none }
        guard let share = Double(heldOut) else { return .files(try CorpusFiles.find([heldOut])) }
        guard (0...0.5).contains(share) else {
            throw LocatedError(
                field: "held-out", problem: "\(heldOut) is not in 0...0.5",
                remedy: "give a share in that range, or name a file")
        }
        return share > 0 ? .share(share) : .none
    }

    /// The plan by the names of the command's options: what decides what is learned.
    public var fields: JSONObject {
        var fields: JSONObject = [
            "tokenizer": .string(tokenizer), "corpus": .array(corpus.map(JSONValue.string)),
            "field": .string(field), "held-out": .string(heldOut),
            "architecture": .string(network.architecture.rawValue), "layers": .integer(network.layers),
            "width": .integer(network.width), "heads": .integer(network.heads),
            "key-value-heads": network.keyValueHeads.map { .integer($0) } ?? .null,
            "context": .integer(network.context), "batch": .integer(batchSize),
        ]
        for (name, value) in training.fields { fields[name] = value }
        return fields
    }

    /// Reads what `fields` wrote.
    ///
    /// - Throws: `LocatedError` naming the field that is missing or of another type.
    public init(_ fields: JSONField) throws(LocatedError) {
        tokenizer = try fields["tokenizer"].string()
        for index in try fields["corpus"].array().indices {
            corpus.append(try fields["corpus"][index].string())
        }
        field = try fields["field"].string()
        heldOut = try fields["held-out"].string()
        network.architecture = try fields["architecture"].choice(NetworkPlan.Architecture.self)
        network.layers = try fields["layers"].integer()
        network.width = try fields["width"].integer()
        network.heads = try fields["heads"].integer()
        network.keyValueHeads = try fields["key-value-heads"].optionalInteger()
        network.context = try fields["context"].integer()
        batchSize = try fields["batch"].integer()
        training = try TrainingOptions(fields)
    }
}

extension JSONField {
    /// The case that the string names.
    func choice<Value: RawRepresentable & CaseIterable>(
        _ type: Value.Type
    ) throws(LocatedError) -> Value where Value.RawValue == String {
        let text = try string()
        guard let value = Value(rawValue: text) else {
            throw error(
                "is \"\(text)\"",
                remedy: "name one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }
}
