import CTesseraKernels
import TesseraFiles
import TesseraTestSupport
import Testing

/// Rows that the Python package gguf stored and read, as `Scripts/golden-blocks.py` wrote them.
private struct GoldenBlocks {
    let floats: [Float]
    let rows: [String: (bytes: [UInt8], values: [Float])]

    init(file: String = #filePath) throws {
        let tests = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        let golden = try JSONField(
            contentsOf: tests.joined(separator: "/") + "/ConformanceTests/Golden/blocks.json")
        func bytes(_ field: JSONField) throws -> [UInt8] {
            let digits = Array(try field.string().utf8).map { $0 < 97 ? $0 - 48 : $0 - 87 }
            return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        }
        func floats(_ field: JSONField) throws -> [Float] {
            try bytes(field).withUnsafeBytes { bytes in
                stride(from: 0, to: bytes.count, by: 4).map {
                    let bits = bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)
                    return Float(bitPattern: UInt32(littleEndian: bits))
                }
            }
        }
        self.floats = try floats(golden["floats"])
        var rows: [String: (bytes: [UInt8], values: [Float])] = [:]
        for format in WeightFormat.all where format.value != TK_F32 {
            let field = golden["formats"][format.testDescription]
            rows[format.testDescription] = (try bytes(field["row"]), try floats(field["values"]))
        }
        self.rows = rows
    }
}

@Suite("Weights to and from the storage formats")
struct KernelsQuantizerTests {
    private func stored(_ x: [Float], as format: WeightFormat) -> [UInt8] {
        var row = Array(repeating: UInt8(0xa5), count: format.rowBytes(x.count) + 1)
        tk_quantize_weights(format.value, x, x.count, &row)
        #expect(row.popLast() == 0xa5)
        return row
    }

    /// The squared error of storing `x`, over the squares of `x`.
    private func error(_ x: [Float], in format: WeightFormat) -> Double {
        let values = format.exactWeights(stored(x, as: format)[...], x.count)
        let squares = zip(x, values).map { ($0.0.isZero ? 0 : Double($0.0) - $0.1) }.map { $0 * $0 }
        return squares.reduce(0, +) / x.reduce(0) { $0 + Double($1) * Double($1) }
    }

    /// Numbers that are spread nearly like a model's weights.
    private func bell(_ count: Int, _ random: inout SeededGenerator) -> [Float] {
        (0..<count).map { _ in random.floats(12).reduce(0, +) * 0.01 }
    }

    @Test(
        "rows that gguf stored mean what it reads", arguments: InstructionSet.available, WeightFormat.all)
    func readsGolden(isa: InstructionSet, format: WeightFormat) throws {
        guard format.value != TK_F32 else { return }
        let golden = try #require(try GoldenBlocks().rows[format.testDescription])
        let n = golden.values.count
        var out = Array(repeating: untouched, count: n)
        tk_dequantize_row(isa.value, format.value, golden.bytes, n, &out)
        // gguf rounds products before it adds; one of the two may be as large as 1.
        #expect(zip(out, golden.values).allSatisfy { abs($0 - $1) <= abs($1) * 2e-7 + 1.2e-7 })
        #expect(out.contains { abs($0) > 0.1 })
    }

    @Test("floats are stored as gguf stores them, bit for bit", arguments: WeightFormat.all)
    func storesLikeGGUF(format: WeightFormat) throws {
        guard format.blockSize <= 32, format.value != TK_F32 else { return }
        let golden = try GoldenBlocks()
        #expect(stored(golden.floats, as: format) == golden.rows[format.testDescription]?.bytes)
    }

    @Test(
        "the search finds scales with a small error",
        arguments: zip([TK_Q4_K, TK_Q5_K, TK_Q6_K], [0.0056, 0.0014, 0.00032]))
    func searches(format: tk_format, most: Double) throws {
        let format = try #require(WeightFormat.all.first { $0.value == format })
        var random = SeededGenerator(seed: 11)
        let found = error(bell(256 * 64, &random), in: format)
        #expect(found < most, "\(found)")
        #expect(found > most / 2, "the bound says nothing: \(found)")
    }

    @Test("a shift of all weights costs the formats with a minimum little")
    func shifted() {
        var random = SeededGenerator(seed: 12)
        let x = bell(256 * 16, &random)
        for format in WeightFormat.quantized where format.minimum != nil {
            let shifted = x.map { $0 - 0.2 }
            #expect(error(shifted, in: format) < error(x, in: format))
        }
    }

    @Test("what a format can hold exactly is held exactly", arguments: WeightFormat.all)
    func exactValues(format: WeightFormat) {
        for value: Float in [0, 1, -0.5] {
            let x = Array(repeating: value, count: 512)
            let values = format.exactWeights(stored(x, as: format)[...], 512)
            // A binary16 scale is off by up to 2^-11 of itself.
            #expect(values.allSatisfy { abs($0 - Double(value)) <= abs(Double(value)) * 0x1p-11 })
        }
    }

    @Test("any floats are survived", arguments: WeightFormat.all)
    func hostileFloats(format: WeightFormat) {
        var random = SeededGenerator(seed: 13)
        let special: [Float] = [
            .nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
            .leastNonzeroMagnitude, 0, -0.0, 1e30, 1e-30,
        ]
        for round in 0..<40 {
            let x = (0..<512).map { _ in
                round % 2 == 0
                    ? Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random))
                    : special[Int.random(in: 0..<special.count, using: &random)]
            }
            #expect(stored(x, as: format).count == format.rowBytes(512))
        }
    }
}
