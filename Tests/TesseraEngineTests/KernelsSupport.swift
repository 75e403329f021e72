import CTesseraKernels
import TesseraTestSupport
import Testing

/// An instruction set that this machine can run, as a test argument.
struct InstructionSet: Sendable, CustomTestStringConvertible {
    var value: tk_isa
    var testDescription: String { String(cString: tk_isa_name(value)) }

    static let available = [TK_ISA_PORTABLE, TK_ISA_AVX2, TK_ISA_AVX512VNNI, TK_ISA_AMX]
        .filter(tk_isa_available).map(Self.init)
}

/// A weight format as a test argument.
struct WeightFormat: Sendable, CustomTestStringConvertible {
    var value: tk_format
    var testDescription: String
    /// Where a block has its binary16 scale, and its minimum where there is one.
    var scale: Int?
    var minimum: Int?

    var isQuantized: Bool { scale != nil }
    var blockSize: Int { tk_block_size(value) }
    func rowBytes(_ n: Int) -> Int { tk_row_bytes(value, n) }

    /// The least length of a row that is at least `n`.
    func length(_ n: Int) -> Int { (n + blockSize - 1) / blockSize * blockSize }

    static let all = [
        WeightFormat(value: TK_F32, testDescription: "F32"),
        WeightFormat(value: TK_F16, testDescription: "F16"),
        WeightFormat(value: TK_BF16, testDescription: "BF16"),
        WeightFormat(value: TK_Q4_0, testDescription: "Q4_0", scale: 0),
        WeightFormat(value: TK_Q4_1, testDescription: "Q4_1", scale: 0, minimum: 2),
        WeightFormat(value: TK_Q8_0, testDescription: "Q8_0", scale: 0),
        WeightFormat(value: TK_Q5_0, testDescription: "Q5_0", scale: 0),
        WeightFormat(value: TK_Q5_1, testDescription: "Q5_1", scale: 0, minimum: 2),
        WeightFormat(value: TK_Q4_K, testDescription: "Q4_K", scale: 0, minimum: 2),
        WeightFormat(value: TK_Q5_K, testDescription: "Q5_K", scale: 0, minimum: 2),
        WeightFormat(value: TK_Q6_K, testDescription: "Q6_K", scale: 208),
    ]

    static let quantized = all.filter(\.isQuantized)

    /// What a row means, read byte by byte in double precision.
    func exactWeights(_ row: ArraySlice<UInt8>, _ n: Int) -> [Double] {
        let bytes = Array(row)
        func half(_ at: Int) -> Double {
            Double(Float16(bitPattern: UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8))
        }
        func word(_ at: Int, _ count: Int) -> UInt32 {
            (0..<count).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
        }
        /// The nibble of weight `lane` of 32, in bytes from `at` on.
        func nibble(_ at: Int, _ lane: Int) -> Int {
            let byte = Int(bytes[at + lane % 16])
            return lane < 16 ? byte & 15 : byte >> 4
        }
        return (0..<n).map { i in
            let block = i / blockSize * tk_row_bytes(value, blockSize)
            let lane = i % blockSize
            switch value {
            case TK_F32: return Double(Float(bitPattern: word(4 * i, 4)))
            case TK_F16: return half(2 * i)
            case TK_BF16: return Double(Float(bitPattern: word(2 * i, 2) << 16))
            case TK_Q4_0: return half(block) * Double(nibble(block + 2, lane) - 8)
            case TK_Q4_1: return half(block) * Double(nibble(block + 4, lane)) + half(block + 2)
            case TK_Q5_0:
                let fifth = Int(word(block + 2, 4) >> UInt32(lane) & 1)
                return half(block) * Double(nibble(block + 6, lane) + 16 * fifth - 16)
            case TK_Q5_1:
                let fifth = Int(word(block + 4, 4) >> UInt32(lane) & 1)
                return half(block) * Double(nibble(block + 8, lane) + 16 * fifth) + half(block + 2)
            case TK_Q4_K, TK_Q5_K:
                // The packing as the format's definition draws it: bytes 4 to 15 of the block.
                let part = lane / 32
                let packed = (0..<12).map { Int(bytes[block + 4 + $0]) }
                let s =
                    part < 4 ? packed[part] & 63 : packed[part + 4] & 15 | packed[part - 4] / 64 * 16
                let t =
                    part < 4 ? packed[part + 4] & 63 : packed[part + 4] >> 4 | packed[part] / 64 * 16
                let nibbles = block + (value == TK_Q5_K ? 48 : 16)
                var q = Int(bytes[nibbles + part / 2 * 32 + lane % 32]) >> (part % 2 * 4) & 15
                if value == TK_Q5_K { q += 16 * (Int(bytes[block + 16 + lane % 32]) >> part & 1) }
                return half(block) * Double(s) * Double(q) - half(block + 2) * Double(t)
            case TK_Q6_K:
                let (upper, within) = (lane / 128, lane % 128)
                let low = Int(bytes[block + 64 * upper + within % 64]) >> (within / 64 * 4) & 15
                let high = Int(bytes[block + 128 + 32 * upper + within % 32]) >> (within / 32 * 2) & 3
                let s = Int8(bitPattern: bytes[block + 192 + lane / 16])
                return half(block + 208) * Double(s) * Double(low + 16 * high - 32)
            default: return half(block) * Double(Int8(bitPattern: bytes[block + 2 + lane]))
            }
        }
    }

    /// Rows with weights of some hundredths, every value of a byte or nibble among them.
    func randomRows(_ rows: Int, _ n: Int, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = random.bytes(rows * rowBytes(n))
        func store(_ word: UInt16, _ at: Int) {
            bytes[at] = UInt8(truncatingIfNeeded: word)
            bytes[at + 1] = UInt8(word >> 8)
        }
        if let scale {
            // The K formats multiply by integers of up to 63 * 31 or 128 * 32 more.
            let (d, m): (Float, Float) = blockSize == 256 ? (2e-5, 1e-3) : (0.02, 0.1)
            for block in stride(from: 0, to: bytes.count, by: rowBytes(blockSize)) {
                store(Float16(Float.random(in: -1...1, using: &random) * d).bitPattern, block + scale)
                if let minimum {
                    store(Float16(Float.random(in: -1...1, using: &random) * m).bitPattern, block + minimum)
                }
            }
        } else {
            for i in 0..<rows * n {
                let weight = Float.random(in: -1...1, using: &random) * 0.1
                switch value {
                case TK_F16: store(Float16(weight).bitPattern, 2 * i)
                case TK_BF16: store(UInt16(weight.bitPattern >> 16), 2 * i)
                default:
                    store(UInt16(truncatingIfNeeded: weight.bitPattern), 4 * i)
                    store(UInt16(weight.bitPattern >> 16), 4 * i + 2)
                }
            }
        }
        return bytes
    }

    /// Rows whose blocks all hold the byte `fill` but for the scale `d` and the minimum `m`.
    func constantRows(_ rows: Int, _ n: Int, d: Float16, m: Float16, fill: UInt8) -> [UInt8] {
        var block = Array(repeating: fill, count: rowBytes(blockSize))
        for (place, half) in [(scale, d), (minimum, m)] {
            guard let place else { continue }
            block[place] = UInt8(truncatingIfNeeded: half.bitPattern)
            block[place + 1] = UInt8(half.bitPattern >> 8)
        }
        return Array(repeatElement(block, count: rows * n / blockSize).joined())
    }
}

/// A product with all that it needs, its operands kept in the form that its format wants.
struct ProductCase {
    var isa: tk_isa
    var format: WeightFormat
    var n: Int
    var weights: [UInt8]
    var tokens: Int
    /// Activations, tokens x n.
    var x: [Float]

    /// The quantised tokens; empty for dense formats.
    var blocks: [tk_q8_block] {
        guard format.isQuantized else { return [] }
        var blocks = Array(repeating: tk_q8_block(), count: tokens * n / 32)
        tk_quantize_row(isa, x, tokens * n, &blocks)
        return blocks
    }

    /// The numbers that the product really sees for each activation.
    var exactOperand: [Double] {
        guard format.isQuantized else { return x.map(Double.init) }
        return blocks.flatMap { block in
            withUnsafeBytes(of: block.values) {
                $0.map { Double(block.scale) * Double(Int8(bitPattern: $0)) }
            }
        }
    }

    /// The operand in memory and the bytes of one token.
    private func withOperand<Result>(_ body: (UnsafeRawBufferPointer, Int) -> Result) -> Result {
        if format.isQuantized {
            blocks.withUnsafeBytes { body($0, n / 32 * MemoryLayout<tk_q8_block>.stride) }
        } else {
            x.withUnsafeBytes { body($0, n * 4) }
        }
    }

    /// The results, tokens x `width`; `untouched` where nothing was written.
    func multiplied(rows: Range<Int>, tokens range: Range<Int>, width: Int) -> [Float] {
        var y = Array(repeating: untouched, count: range.count * width)
        var scratch = Array(repeating: UInt8(0), count: tk_matmul_scratch_bytes(isa, format.value, n))
        withOperand { operand, stride in
            let first = UnsafeRawBufferPointer(rebasing: operand[(range.lowerBound * stride)...])
            tk_matmul(
                isa, format.value, weights, n, rows.lowerBound, rows.upperBound, first.baseAddress, stride,
                range.count, &y, width, &scratch)
        }
        return y
    }

    /// The same from one call a token.
    func multipliedOneByOne(rows: Range<Int>, width: Int) -> [Float] {
        var y: [Float] = []
        withOperand { operand, stride in
            for t in 0..<tokens {
                var row = Array(repeating: untouched, count: width)
                let token = UnsafeRawBufferPointer(rebasing: operand[(t * stride)...])
                tk_matvec(
                    isa, format.value, weights, n, rows.lowerBound, rows.upperBound, token.baseAddress, &row)
                y += row
            }
        }
        return y
    }

    /// The same along the float32 path.
    func multipliedInFloat(rows: Range<Int>, tokens range: Range<Int>, width: Int) -> [Float] {
        var y = Array(repeating: untouched, count: range.count * width)
        var scratch = Array(repeating: Float(0), count: tk_matmul_f32_scratch_floats(isa, n))
        x.withUnsafeBufferPointer { x in
            let first = UnsafeBufferPointer(rebasing: x[(range.lowerBound * n)...])
            tk_matmul_f32(
                isa, format.value, weights, n, rows.lowerBound, rows.upperBound, first.baseAddress, n,
                range.count, &y, width, &scratch)
        }
        return y
    }
}

/// What outputs hold before a kernel runs.
let untouched: Float = -777
