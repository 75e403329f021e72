public import TesseraCore

/// A model in the GGUF format, versions 2 and 3, little-endian: metadata, then tensors, all in one mapped file.
///
/// Every count and offset is compared with the length of the file before it is used, so a damaged or hostile file
/// gives an error and never a trap. Opening a file reads its head only and copies no strings of its arrays.
///
/// The format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.
public struct GGUFFile: TensorSource {
    /// The mapped file.
    public let file: MappedFile

    /// The version of the format: 2 or 3.
    public let version: Int

    /// The bytes to which each tensor's place is aligned.
    public let alignment: Int

    /// The key-value pairs: hyperparameters, tokenizer, licence.
    public let metadata: GGUFMetadata

    /// The tensors, in the order of the file.
    public let tensors: [TensorView]

    private let index: [ByteKey: Int]

    /// Opens the file at `path`.
    ///
    /// - Throws: `LocatedError` when it cannot be read or is not a sound GGUF file.
    public init(path: String) throws(LocatedError) {
        try self.init(file: MappedFile(path: path))
    }

    /// Reads the head of `file`.
    ///
    /// - Throws: `LocatedError` when it is not a sound GGUF file.
    public init(file: MappedFile) throws(LocatedError) {
        var reader = GGUFReader(file: file)
        let header = try reader.header()
        metadata = try reader.metadata(count: header.metadataCount)
        let alignment = try reader.alignment(in: metadata)
        tensors = try reader.tensors(count: header.tensorCount, alignment: alignment)

        var index: [ByteKey: Int] = [:]
        index.reserveCapacity(tensors.count)
        for (position, tensor) in tensors.enumerated() {
            guard index.updateValue(position, forKey: ByteKey(tensor.name)) == nil else {
                throw LocatedError(
                    file: file.path, field: "tensor \(tensor.name)", problem: "occurs twice",
                    remedy: "the file is damaged; fetch or convert it again")
            }
        }
        self.index = index
        self.file = file
        self.alignment = alignment
        version = header.version
    }

    public var path: String { file.path }

    public var tensorNames: [String] { tensors.map(\.name) }

    public func tensor(_ name: String) -> TensorView? {
        index[ByteKey(name)].map { tensors[$0] }
    }
}
