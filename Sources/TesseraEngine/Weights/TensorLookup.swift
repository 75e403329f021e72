internal import TesseraCore
internal import TesseraFiles

/// Finds the tensors of an architecture in a file.
struct TensorLookup {
    let source: any TensorSource
    let names: TensorNames

    /// What the file leaves out of all names.
    private let missingPrefix: String

    init(source: any TensorSource, names: TensorNames) {
        self.source = source
        self.names = names
        let embedding = TensorSpecification.matrix(.embedding, 0, 0)
        let isWhole = names.name(embedding, layer: nil).map { source.tensor($0) != nil } ?? true
        missingPrefix = isWhole ? "" : names.optionalPrefix
    }

    /// The tensor of a layer, or of the model when `layer` is nil.
    ///
    /// - Throws: `LocatedError` when it is missing.
    func find(_ specification: TensorSpecification, layer: Int?) throws(LocatedError) -> TensorView {
        let name = name(specification, layer: layer) ?? specification.role.rawValue
        guard let tensor = source.tensor(name) else {
            throw LocatedError(
                file: source.path, field: name, problem: "the tensor is missing",
                remedy: "the file is incomplete or its configuration belongs to another model"
            )
        }
        return tensor
    }

    /// Fails when the file adds something after a product, or a norm, that the architecture does not.
    func refuseBias(beside specification: TensorSpecification, layer: Int?) throws(LocatedError) {
        let bias = TensorSpecification.bias(specification.role, 0)
        guard let name = name(bias, layer: layer), source.tensor(name) != nil else { return }
        throw LocatedError(
            file: source.path, field: name, problem: "such biases are not supported",
            remedy: "use a model whose configuration has them, or one without"
        )
    }

    /// What the file calls a tensor.
    private func name(_ specification: TensorSpecification, layer: Int?) -> String? {
        guard let name = names.name(specification, layer: layer) else { return nil }
        return name.hasPrefix(missingPrefix) ? String(name.dropFirst(missingPrefix.count)) : name
    }
}
