public import TesseraCore

/// A tensor that is learned, with its name.
public struct Parameter: Sendable {
    /// The name in a model's file, such as `model.layers.0.mlp.up_proj.weight`.
    public let name: String

    /// The numbers; a reference, so that an optimiser changes what the layers see.
    public let tensor: Tensor

    /// Names a tensor.
    public init(_ name: String, _ tensor: Tensor) {
        self.name = name
        self.tensor = tensor
    }
}

/// A part of a model that has parameters.
public protocol Module: Sendable {
    /// The parameters, each once, in the order of the forward pass.
    var parameters: [Parameter] { get }
}

extension Module {
    /// The parameters with names that begin with that of this part: `layers.0` makes `weight` `layers.0.weight`.
    public func parameters(under name: String) -> [Parameter] {
        parameters.map { Parameter("\(name).\($0.name)", $0.tensor) }
    }

    /// The count of numbers that are learned.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

    /// The parameters that gradients flow to: those that training changes.
    public var trainedParameters: [Parameter] { parameters.filter(\.tensor.requiresGradient) }

    /// Lets gradients flow to all parameters, or freezes them all.
    ///
    /// Tensors are references: who else holds them sees it.
    public func setRequiresGradient(_ wanted: Bool) throws(LocatedError) {
        for parameter in parameters { try parameter.tensor.setRequiresGradient(wanted) }
    }

    /// Takes over the numbers of another module's parameters, by name.
    ///
    /// - Parameter others: the names of parameters that stay as they are.
    /// - Throws: `LocatedError` naming a parameter that `source` lacks or has in another shape.
    public func assignParameters(
        of source: some Module, but others: Set<String> = []
    ) throws(LocatedError) {
        let found = Dictionary(
            source.parameters.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
        for parameter in parameters where !others.contains(parameter.name) {
            guard let tensor = found[parameter.name], tensor.shape == parameter.tensor.shape else {
                throw LocatedError(
                    field: "parameter \(parameter.name)",
                    problem: "is \(parameter.tensor.shape), and the other network has "
                        + (found[parameter.name].map { "\($0.shape)" } ?? "none"),
                    remedy: "take two networks of one architecture and equal sizes")
            }
            try parameter.tensor.assign(tensor)
        }
    }
}
