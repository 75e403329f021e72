/// A tensor inside a mapped file: its name, shape and format, and its bytes where they lie.
public struct TensorView: Sendable {
    /// The name in the file.
    public let name: String

    /// The lengths of the axes, outermost first as PyTorch prints them (GGUF stores them innermost first).
    public let shape: [Int]

    /// How the numbers are stored.
    public let format: TensorFormat

    /// The file that holds the bytes and keeps them alive.
    public let file: MappedFile

    private let range: Range<Int>

    /// Describes `range` of `file`, which the caller has checked against shape, format and file length.
    package init(name: String, shape: [Int], format: TensorFormat, file: MappedFile, range: Range<Int>) {
        self.name = name
        self.shape = shape
        self.format = format
        self.file = file
        self.range = range.clamped(to: 0..<file.bytes.count)
    }

    /// The numbers, row-major; valid while `file` lives.
    ///
    /// They may lie at any address, since old safetensors writers did not pad the header: use `loadUnaligned`.
    public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[range]) }

    /// The count of bytes.
    public var byteCount: Int { range.count }

    /// The count of numbers.
    public var elementCount: Int { shape.reduce(1, *) }
}
