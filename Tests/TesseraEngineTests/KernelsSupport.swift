import CTesseraKernels
import TesseraTestSupport
import Testing

/// An instruction set that this machine can run, as a test argument.
struct InstructionSet: Sendable, CustomTestStringConvertible {
    var value: tk_isa
    var testDescription: String { String(cString: tk_isa_name(value)) }

    static let available = [TK_ISA_PORTABLE, TK_ISA_AVX2, TK_ISA_AVX512VNNI]
        .filter(tk_isa_available).map(Self.init)
}

/// A weight format as a test argument.
struct WeightFormat: Sendable, CustomTestStringConvertible {
    var value: tk_format
    var testDescription: String
    /// Bytes before a block's weights: f16 d, for Q4_1 also f16 m; 0 for dense formats.
    var headerBytes: Int

    var isQuantized: Bool { headerBytes > 0 }
    func rowBytes(_ n: Int) -> Int { tk_row_bytes(value, n) }

    static let all = [
        WeightFormat(value: TK_F32, testDescription: "F32", headerBytes: 0),
        WeightFormat(value: TK_F16, testDescription: "F16", headerBytes: 0),
        WeightFormat(value: TK_BF16, testDescription: "BF16", headerBytes: 0),
        WeightFormat(value: TK_Q4_0, testDescription: "Q4_0", headerBytes: 2),
        WeightFormat(value: TK_Q4_1, testDescription: "Q4_1", headerBytes: 4),
        WeightFormat(value: TK_Q8_0, testDescription: "Q8_0", headerBytes: 2),
    ]

    /// What a row means, read byte by byte in double precision.
    func exactWeights(_ row: ArraySlice<UInt8>, _ n: Int) -> [Double] {
        let bytes = Array(row)
        func half(_ at: Int) -> Double {
            Double(Float16(bitPattern: UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8))
        }
        func word(_ at: Int, _ count: Int) -> UInt32 {
            (0..<count).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
        }
        return (0..<n).map { i in
            let block = i / 32 * tk_row_bytes(value, 32)
            let lane = i % 32
            let nibble = lane < 16 ? { $0 & 15 } : { (byte: UInt8) in byte >> 4 }
            switch value {
            case TK_F32: return Double(Float(bitPattern: word(4 * i, 4)))
            case TK_F16: return half(2 * i)
            case TK_BF16: return Double(Float(bitPattern: word(2 * i, 2) << 16))
            case TK_Q4_0: return half(block) * (Double(nibble(bytes[block + 2 + lane % 16])) - 8)
            case TK_Q4_1:
                return half(block) * Double(nibble(bytes[block + 4 + lane % 16])) + half(block + 2)
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
        if isQuantized {
            for block in stride(from: 0, to: bytes.count, by: rowBytes(32)) {
                store(Float16(Float.random(in: -1...1, using: &random) * 0.02).bitPattern, block)
                if value == TK_Q4_1 {
                    store(Float16(Float.random(in: -1...1, using: &random) * 0.1).bitPattern, block + 2)
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

    /// Rows whose blocks all hold the byte `fill` after a header of `d` and (Q4_1) `m`.
    func constantRows(_ rows: Int, _ n: Int, d: Float16, m: Float16, fill: UInt8) -> [UInt8] {
        func bytes(_ half: Float16) -> [UInt8] {
            [UInt8(truncatingIfNeeded: half.bitPattern), UInt8(half.bitPattern >> 8)]
        }
        let header = headerBytes == 4 ? bytes(d) + bytes(m) : bytes(d)
        let block = header + Array(repeating: fill, count: rowBytes(32) - headerBytes)
        return Array(repeatElement(block, count: rows * n / 32).joined())
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
