public import TesseraCore

/// One file of tensors in the safetensors format, mapped into memory.
///
/// The rules of the format's own reader hold: a header of at most 100 MB that begins with `{`, no key twice, and
/// tensors that follow each other without holes and end at the end of the file.
///
/// The format: <https://github.com/huggingface/safetensors#format>.
public struct SafetensorsFile: TensorSource {
    /// The mapped file.
    public let file: MappedFile

    /// The free text under `__metadata__`, in order.
    public let metadata: [(key: String, value: String)]

    /// The tensors, in the order of the header.
    public let tensors: [TensorView]

    private let index: [ByteKey: Int]

    /// Opens the file at `path`.
    ///
    /// - Throws: `LocatedError` when it cannot be read or is not a sound safetensors file.
    public init(path: String) throws(LocatedError) {
        try self.init(file: MappedFile(path: path))
    }

    /// Reads the header of `file`.
    ///
    /// - Throws: `LocatedError` when it is not a sound safetensors file.
    public init(file: MappedFile) throws(LocatedError) {
        let reader = SafetensorsReader(file: file)
        let header = try reader.header()
        metadata = try reader.metadata(header.object)
        tensors = try reader.tensors(header.object, dataStart: header.end)
        var index: [ByteKey: Int] = [:]
        for (position, tensor) in tensors.enumerated() { index[ByteKey(tensor.name)] = position }
        self.index = index
        self.file = file
    }

    public var path: String { file.path }

    public var tensorNames: [String] { tensors.map(\.name) }

    /// Whether there is a tensor with this name.
    func holds(_ name: String) -> Bool { index[ByteKey(name)] != nil }

    /// The tensor with this name.
    public func tensor(_ name: String) -> TensorView? { index[ByteKey(name)].map { tensors[$0] } }
}
