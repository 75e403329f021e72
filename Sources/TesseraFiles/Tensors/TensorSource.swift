/// A file or folder that holds named tensors.
public protocol TensorSource: Sendable {
    /// The path, as the user gave it; errors name it.
    var path: String { get }

    /// The names of the tensors, in the order of the file.
    var tensorNames: [String] { get }

    /// The tensor with this name, compared byte by byte.
    func tensor(_ name: String) -> TensorView?
}
