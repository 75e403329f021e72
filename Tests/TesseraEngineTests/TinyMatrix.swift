import TesseraFiles
import TesseraTestSupport

/// A matrix as a file stores it, and the numbers that the stored bytes stand for by the format's definition.
struct TinyMatrix {
    let rows: Int
    let columns: Int
    let format: TensorFormat
    let bytes: [UInt8]
    /// Row-major.
    let values: [Double]
    private let isVector: Bool

    /// A vector of float32.
    init(row: [Double]) {
        rows = 1
        columns = row.count
        format = .float32
        isVector = true
        bytes = row.flatMap { Self.bytes(Float($0).bitPattern) }
        values = row.map { Double(Float($0)) }
    }

    /// Random weights whose products with a normed vector are of size 1 or so.
    init(rows: Int, columns: Int, format: TensorFormat, using random: inout SeededGenerator) {
        self.rows = rows
        self.columns = columns
        self.format = format
        isVector = false
        let size = 1.7 / Double(columns).squareRoot()
        var bytes: [UInt8] = []
        var values: [Double] = []
        for _ in 0..<rows * columns / format.blockSize {
            let block = Self.block(format, size: size, using: &random)
            bytes += block.bytes
            values += block.values
        }
        self.bytes = bytes
        self.values = values
    }

    func tensor(_ name: String) -> TensorData {
        TensorData(name: name, shape: isVector ? [columns] : [rows, columns], format: format, bytes: bytes)
    }

    private static func block(
        _ format: TensorFormat, size: Double, using random: inout SeededGenerator
    ) -> (bytes: [UInt8], values: [Double]) {
        let value = Double.random(in: -size...size, using: &random)
        func scale(_ value: Double) -> (bytes: [UInt8], value: Double) {
            let half = Float16(value * Double.random(in: 0.5...1, using: &random))
            return (bytes(half.bitPattern), Double(half))
        }
        switch format {
        case .float16:
            let half = Float16(value)
            return (bytes(half.bitPattern), [Double(half)])
        case .bfloat16:
            let upper = UInt16(truncatingIfNeeded: Float(value).bitPattern >> 16)
            return (bytes(upper), [Double(Float(bitPattern: UInt32(upper) << 16))])
        case .q8_0:
            let d = scale(size / 127)
            let q = (0..<32).map { _ in Int8.random(in: -127...127, using: &random) }
            return (d.bytes + q.map { UInt8(bitPattern: $0) }, q.map { d.value * Double($0) })
        case .q4_0:
            let d = scale(size / 8)
            let packed = random.bytes(16)
            return (d.bytes + packed, nibbles(packed).map { d.value * (Double($0) - 8) })
        case .q4_1:
            let d = scale(size / 8)
            let m = scale(-size)
            let packed = random.bytes(16)
            return (d.bytes + m.bytes + packed, nibbles(packed).map { d.value * Double($0) + m.value })
        default:
            return (bytes(Float(value).bitPattern), [Double(Float(value))])
        }
    }

    /// GGUF packs weight i of a block in the low half of byte i and weight i + 16 in its high half.
    private static func nibbles(_ packed: [UInt8]) -> [UInt8] {
        packed.map { $0 & 15 } + packed.map { $0 >> 4 }
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
