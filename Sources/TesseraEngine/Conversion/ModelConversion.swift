public import TesseraCore
public import TesseraFiles

/// A model on its way to another file: its tensors one by one, so that models larger than memory pass.
public struct ModelConversion: Sendable {
    /// What is converted.
    public let location: ModelLocation

    /// Its shape.
    public let configuration: ModelConfiguration

    /// What matrices become; nil to keep what they are.
    public let format: TensorFormat?

    private let source: any TensorSource
    private let gguf: GGUFFile?
    private let names: TensorNames

    /// Opens a model.
    ///
    /// - Throws: `LocatedError` when it is not one that this engine reads.
    public init(_ location: ModelLocation, format: TensorFormat?) throws(LocatedError) {
        self.location = location
        self.format = format
        switch location {
        case .gguf(let path):
            let file = try GGUFFile(path: path)
            configuration = try ModelConfiguration(gguf: file)
            source = file
            gguf = file
            names = configuration.architecture.definition.ggufNames
        case .folder(let path):
            configuration = try ModelConfiguration(folder: path)
            source = try SafetensorsFolder(path: path)
            gguf = nil
            names = configuration.architecture.definition.folderNames
        }
    }

    /// Writes a GGUF file, in one step.
    ///
    /// - Parameters:
    ///   - path: the file, in a folder that exists.
    ///   - tokenizer: a GGUF file whose `tokenizer.` pairs go into it, for models from folders; those of a GGUF file
    ///     come from itself.
    /// - Throws: `LocatedError` when GGUF cannot say what the model is, a tensor is missing or the disk is full; what
    ///   was at `path` is then still there. `CancelledError` when `cancellation` is raised.
    public func writeGGUF(
        to path: String, tokenizer: GGUFFile? = nil, progress: Progress = .ignored,
        cancellation: Cancellation = Cancellation()
    ) throws {
        let definition = configuration.architecture.definition
        let copies = try copies(to: definition.ggufNames, vectors: .float32)
        var metadata = GGUFWriter()
        var extra: [(description: TensorDescription, numbers: [Float])] = []
        if let gguf {
            try metadata.append(copying: gguf, fileType: fileType)
            extra = gguf.rotaryTensors
        } else {
            try configuration.append(to: &metadata, fileType: fileType, folder: location.path)
            extra = configuration.rotaryTensors
            if let tokenizer { try metadata.append(tokenizerOf: tokenizer) }
        }
        var file = try GGUFTensorFile(
            path: path, metadata: metadata, tensors: extra.map(\.description) + copies.map(\.target))
        for (_, numbers) in extra {
            let written: Result<Void, LocatedError> = numbers.withUnsafeBytes { bytes in
                Result { () throws(LocatedError) in try file.write(bytes) }
            }
            try written.get()
            try file.endTensor()
        }
        try write(copies, to: &file, progress, cancellation)
        try file.commit()
    }

    /// Writes `config.json` and `model.safetensors` into a folder that exists.
    ///
    /// - Parameters:
    ///   - roles: the tokens that begin and end a text, for `config.json`.
    /// - Throws: as `writeGGUF` does.
    public func writeFolder(
        to path: String, roles: (beginning: TokenID?, end: TokenID?) = (nil, nil),
        progress: Progress = .ignored,
        cancellation: Cancellation = Cancellation()
    ) throws {
        let dense = try denseFormat()
        let copies = try copies(to: configuration.architecture.definition.folderNames, vectors: dense)
        let fields = try configuration.folderFields(dtype: dense, roles: roles, file: location.path)
        var file = try SafetensorsTensorFile(
            path: "\(path)/model.safetensors", metadata: [("format", "pt")], tensors: copies.map(\.target))
        let byName = Dictionary(copies.map { ($0.target.name, $0) }, uniquingKeysWith: { first, _ in first })
        try write(file.tensors.compactMap { byName[$0.name] }, to: &file, progress, cancellation)
        try file.commit()
        try writeAtomically(JSONValue.object(fields).serialized() + "\n", to: "\(path)/config.json")
    }

    private func write(
        _ copies: [TensorCopy], to file: inout some TensorSink & ~Copyable, _ progress: Progress,
        _ cancellation: Cancellation
    ) throws {
        let total = copies.reduce(0) { $0 + $1.source.byteCount }
        var done = 0
        for copy in copies {
            try cancellation.check()
            progress.report("writing", done, of: total, unit: "bytes")
            do throws(LocatedError) {
                try copy.write(to: &file)
            } catch {
                throw LocatedError(
                    file: error.file ?? source.path, field: error.field, problem: error.problem,
                    remedy: error.remedy)
            }
            done += copy.source.byteCount
        }
    }

    /// What folders have all numbers in: they know no blocks.
    private func denseFormat() throws(LocatedError) -> TensorFormat {
        if let format {
            guard format.isDense else {
                throw LocatedError(
                    field: "format", problem: "folders cannot hold \(format.name)",
                    remedy: "write a GGUF file, or use F32, F16 or BF16")
            }
            return format
        }
        // Quantised numbers are not all exact in 16 bits.
        let found = source.tensorNames.compactMap { source.tensor($0) }.filter { $0.shape.count == 2 }.map(
            \.format)
        return found.allSatisfy { $0 == found.first && $0.isDense } ? found.first ?? .float32 : .float32
    }

    /// llama.cpp's number for the format that most numbers have.
    private var fileType: UInt32 {
        if let format { return format.ggufFileType }
        var numbers: [TensorFormat: Int] = [:]
        for name in source.tensorNames {
            if let tensor = source.tensor(name) { numbers[tensor.format, default: 0] += tensor.elementCount }
        }
        return (numbers.max { $0.value < $1.value }?.key ?? .float32).ggufFileType
    }

    /// Every tensor of the architecture, with what it becomes.
    private func copies(to targets: TensorNames, vectors: TensorFormat) throws(LocatedError) -> [TensorCopy] {
        let definition = configuration.architecture.definition
        var copies: [TensorCopy] = []
        let reader = TensorLookup(source: source, names: names)
        func add(_ specifications: [TensorSpecification], _ layer: Int?) throws(LocatedError) {
            for specification in specifications {
                guard let name = targets.name(specification, layer: layer) else { continue }
                let tensor = try reader.find(specification, layer: layer)
                copies.append(
                    TensorCopy(
                        specification: specification, source: tensor, sourceNames: names,
                        target: TensorDescription(
                            name: name, shape: targets.shape(specification),
                            format: targetFormat(specification, tensor, targets, vectors: vectors)),
                        targetNames: targets))
            }
        }
        try add(definition.tensors(configuration), nil)
        let layer = definition.layerTensors(configuration)
        for index in 0..<configuration.layerCount { try add(layer, index) }
        return copies
    }

    private func targetFormat(
        _ specification: TensorSpecification, _ tensor: TensorView, _ targets: TensorNames,
        vectors: TensorFormat
    ) -> TensorFormat {
        guard specification.shape.count == 2 else { return vectors }
        let columns = specification.shape[1]
        guard targets.isGGUF else { return vectors }
        guard let format else { return tensor.format }
        switch specification.role {
        case .positions, .tokenTypes: return format.isDense ? format : .float32
        case .outputHead: return format.ofHead(columns: columns)
        case .embedding where configuration.tiedEmbeddings && configuration.architecture.isCausal:
            return format.ofHead(columns: columns)
        default: return format.fitting(columns: columns)
        }
    }
}

extension TensorNames {
    /// The shape that a file of this kind has a tensor in.
    fileprivate func shape(_ specification: TensorSpecification) -> [Int] {
        storage(specification) == .transposed ? specification.shape.reversed() : specification.shape
    }
}
