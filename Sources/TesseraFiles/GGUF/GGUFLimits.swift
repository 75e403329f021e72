/// Sizes that no honest GGUF file reaches; beyond them a count is taken for damage.
enum GGUFLimits {
    /// Bytes in a metadata key, from the format's specification.
    static let keyBytes: UInt64 = 65_535
    /// Bytes in a tensor's name; llama.cpp stops at 63.
    static let tensorNameBytes: UInt64 = 1_024
    /// Bytes in one string value, such as a chat template.
    static let stringBytes: UInt64 = 64 << 20
    /// Bytes in one array.
    static let arrayBytes = Int(UInt32.max)
    /// Metadata entries.
    static let metadataCount: UInt64 = 65_536
    /// Tensors.
    static let tensorCount: UInt64 = 1 << 20
    /// Axes of a tensor.
    static let axisCount: UInt32 = 4
    /// Bytes to which tensors may be aligned: a power of two in this range.
    static let alignment = 8...(1 << 20)
}
