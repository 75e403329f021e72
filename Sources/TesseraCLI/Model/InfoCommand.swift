internal import ArgumentParser
internal import TesseraCore
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers

/// `tessera model info`: what a model is, without running it.
struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show a model's architecture, shapes, quantisation, tokenizer, licence and size.",
        discussion:
            "Reads headers only. A model the engine cannot run is described as far as possible, and why not."
    )

    @OptionGroup var output: OutputOptions

    @Flag(help: "List every tensor.")
    var tensors = false

    @Argument(help: "A GGUF file, a Hugging Face folder or a fetched model.")
    var model = ModelStore.defaultModel

    func run() throws {
        let description = try ModelDescription(try ModelStore().resolve(model))
        if output.json {
            try writeJSON(description.json(listingTensors: tensors))
            return
        }
        try write(description.table.text())
        if tensors { try write("\n" + description.tensorTable.text()) }
    }
}

/// What can be told of a model from its headers.
struct ModelDescription {
    let location: ModelLocation
    /// The tensors, in the file's order.
    private let views: [TensorView]
    /// The configuration, or why the engine cannot run the model.
    let configuration: Result<ModelConfiguration, LocatedError>
    /// The tokenizer, or why it cannot be read.
    let tokenizer: Result<LoadedTokenizer, LocatedError>
    /// What the file calls itself.
    let name: String?
    let licence: String?
    let formatName: String

    init(_ location: ModelLocation) throws(LocatedError) {
        self.location = location
        switch location {
        case .gguf(let path):
            let file = try GGUFFile(path: path)
            views = file.tensors
            formatName = "GGUF version \(file.version)"
            name = try file.metadata.optionalString("general.name")
            licence = try file.metadata.optionalString("general.license")
            configuration = Result { () throws(LocatedError) in try ModelConfiguration(gguf: file) }
            tokenizer = Result { () throws(LocatedError) in try TokenizerLoader.load(gguf: file) }
        case .folder(let path):
            let tensors = try SafetensorsFolder(path: path)
            views = tensors.tensorNames.compactMap { tensors.tensor($0) }
            formatName = "Hugging Face folder, safetensors"
            name = nil
            licence = nil
            configuration = Result { () throws(LocatedError) in try ModelConfiguration(folder: path) }
            tokenizer = Result { () throws(LocatedError) in try TokenizerLoader.load(folder: path) }
        }
    }

    /// The bytes of all tensors.
    var byteCount: Int { views.reduce(0) { $0 + $1.byteCount } }

    /// The numbers in all tensors.
    var parameterCount: Int { views.reduce(0) { $0 + $1.elementCount } }

    /// How many tensors have each format, the most bytes first.
    var formats: [(name: String, tensors: Int, bytes: Int)] {
        Dictionary(grouping: views, by: \.format.name)
            .map { ($0.key, $0.value.count, $0.value.reduce(0) { $0 + $1.byteCount }) }
            .sorted { ($0.2, $0.0) > ($1.2, $1.0) }
    }

    var table: Table {
        var table = Table([.init("property"), .init("value")])
        table.append(["file", location.path])
        table.append(["format", formatName])
        if let name { table.append(["name", name]) }
        table.append(["licence", licence ?? "not stated in the file"])
        table.append([
            "size",
            "\(NumberFormat.bytes(byteCount)), \(NumberFormat.count(parameterCount)) parameters, "
                + "\(NumberFormat.count(views.count)) tensors",
        ])
        table.append([
            "quantisation",
            formats.map { "\($0.name) \($0.tensors)× (\(NumberFormat.bytes($0.bytes)))" }.joined(
                separator: ", "),
        ])
        switch configuration {
        case .success(let shape): shape.describe(into: &table)
        case .failure(let error): table.append(["runs here", "no: \(error.withoutFile)"])
        }
        switch tokenizer {
        case .success(let loaded):
            table.append([
                "tokenizer",
                "\(loaded.modelDescription), \(NumberFormat.count(loaded.tokenizer.vocabularySize)) tokens, "
                    + "pre-tokenizer \(loaded.preTokenizerDescription)",
            ])
            table.append(["chat template", loaded.chatTemplate == nil ? "none" : "yes"])
        case .failure(let error): table.append(["tokenizer", "cannot be read: \(error.withoutFile)"])
        }
        return table
    }

    var tensorTable: Table {
        var table = Table([.init("tensor"), .init("shape"), .init("format"), .init("bytes", .right)])
        for view in views {
            table.append([
                view.name, view.shape.map(String.init).joined(separator: " × "), view.format.name,
                NumberFormat.count(view.byteCount),
            ])
        }
        return table
    }

    func json(listingTensors: Bool) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("path", .string(location.path)), ("format", .string(formatName)), ("name", JSONValue(name)),
            ("licence", JSONValue(licence)), ("bytes", .integer(byteCount)),
            ("parameters", .integer(parameterCount)),
            (
                "formats",
                .object(
                    JSONObject(
                        formats.map {
                            ($0.name, ["tensors": .integer($0.tensors), "bytes": .integer($0.bytes)])
                        }))
            ),
        ]
        switch configuration {
        case .success(let shape): members.append(("configuration", shape.json))
        case .failure(let error): members.append(("configurationError", .string(error.description)))
        }
        switch tokenizer {
        case .success(let loaded):
            members.append(
                (
                    "tokenizer",
                    [
                        "model": .string(loaded.modelDescription),
                        "preTokenizer": .string(loaded.preTokenizerDescription),
                        "vocabularySize": .integer(loaded.tokenizer.vocabularySize),
                        "chatTemplate": .bool(loaded.chatTemplate != nil),
                    ]
                ))
        case .failure(let error): members.append(("tokenizerError", .string(error.description)))
        }
        if listingTensors {
            let list = views.map { view -> JSONValue in
                [
                    "name": .string(view.name), "shape": .array(view.shape.map(JSONValue.integer)),
                    "format": .string(view.format.name), "bytes": .integer(view.byteCount),
                ]
            }
            members.append(("tensors", .array(list)))
        }
        return .object(JSONObject(members))
    }
}

extension ModelConfiguration {
    fileprivate func describe(into table: inout Table) {
        table.append(["architecture", architecture.rawValue])
        table.append([
            "layers",
            "\(layerCount), hidden size \(hiddenSize), feed-forward \(feedForwardSize)",
        ])
        table.append([
            "attention", "\(headCount) heads of \(headSize), \(keyValueHeadCount) for keys and values",
        ])
        table.append([
            "context",
            "\(NumberFormat.count(contextLength)) tokens, \(positions)",
        ])
        table.append([
            "cache",
            "\(NumberFormat.bytes(cacheBytesPerToken(.float16))) a token, "
                + "\(NumberFormat.bytes(cacheBytesPerToken(.float16) * contextLength)) for the whole context",
        ])
    }

    /// How tokens know their positions.
    private var positions: String {
        let bases = rotary.map { NumberFormat.significant($0.base) }
        return bases.isEmpty ? "learned positions" : "rotary base \(bases.joined(separator: " and "))"
    }

    fileprivate var json: JSONValue {
        [
            "architecture": .string(architecture.rawValue), "vocabularySize": .integer(vocabularySize),
            "hiddenSize": .integer(hiddenSize), "layerCount": .integer(layerCount),
            "headCount": .integer(headCount), "keyValueHeadCount": .integer(keyValueHeadCount),
            "headSize": .integer(headSize), "feedForwardSize": .integer(feedForwardSize),
            "epsilon": .number(epsilon), "ropeBase": rotary.first.map { .number($0.base) } ?? .null,
            "contextLength": .integer(contextLength),
            "tiedEmbeddings": .bool(tiedEmbeddings),
            "cacheBytesPerToken": .integer(cacheBytesPerToken(.float16)),
        ]
    }
}

extension LocatedError {
    /// The error without the file's name, for where that stands beside it.
    fileprivate var withoutFile: String {
        var error = self
        error.file = nil
        return error.description
    }
}
