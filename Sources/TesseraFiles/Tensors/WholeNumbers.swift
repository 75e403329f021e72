// Tensors of whole numbers, such as token ids.

extension TensorData {
    /// Whole numbers, row-major.
    ///
    /// - Parameters:
    ///   - shape: nil for one axis.
    ///   - format: the name that safetensors has for `Number`.
    package init<Number: FixedWidthInteger>(
        name: String, shape: [Int]? = nil, format: String, values: [Number]
    ) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * MemoryLayout<Number>.size)
        for value in values { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
        self.init(name: name, shape: shape ?? [values.count], format: .other(format), bytes: bytes)
    }
}

extension TensorView {
    /// Some of the numbers, which must be of that type and lie inside.
    package func values<Number: FixedWidthInteger>(in range: Range<Int>, as type: Number.Type) -> [Number] {
        withExtendedLifetime(file) {
            let bytes = bytes
            return range.map { place in
                Number(
                    littleEndian: bytes.loadUnaligned(
                        fromByteOffset: place * MemoryLayout<Number>.size, as: Number.self))
            }
        }
    }
}
