public import TesseraCore

/// A file or folder that holds named tensors.
public protocol TensorSource: Sendable {
    /// The path, as the user gave it; errors name it.
    var path: String { get }

    /// The names of the tensors, in the order of the file.
    var tensorNames: [String] { get }

    /// The tensor with this name, compared byte by byte.
    func tensor(_ name: String) -> TensorView?
}

extension TensorSource {
    /// The tensor with this name.
    ///
    /// - Parameter shape: the shape it must have, outermost axis first; nil for any.
    /// - Throws: `LocatedError` naming the tensor when it is missing, has another shape or a format that the engine
    ///   cannot read.
    public func requireTensor(_ name: String, shape: [Int]? = nil) throws(LocatedError) -> TensorView {
        guard let tensor = tensor(name) else {
            throw LocatedError(
                file: path, field: "tensor \(name)", problem: "missing",
                remedy: "the file is incomplete or of another architecture; fetch or convert it again")
        }
        if let shape, tensor.shape != shape {
            throw LocatedError(
                file: path, field: "tensor \(name)", problem: "has shape \(tensor.shape), expected \(shape)",
                remedy: "the file does not match its own configuration; fetch or convert it again")
        }
        guard tensor.format.isReadable else {
            throw LocatedError(
                file: path, field: "tensor \(name)",
                problem: "has format \(tensor.format.name), which is not supported",
                remedy: "use a file in F32, F16, BF16, Q8_0, Q4_0 or Q4_1")
        }
        return tensor
    }
}
