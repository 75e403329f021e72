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
}
