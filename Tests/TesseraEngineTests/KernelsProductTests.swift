import CTesseraKernels
import TesseraTestSupport
import Testing

@Suite("Products with weight rows")
struct KernelsProductTests {
    /// Compares all three products with sums in double precision over `rows`, and sees that nothing else is written.
    private func expectProducts(_ product: ProductCase, rows: Range<Int>, rowCount: Int) {
        let width = rowCount + 3
        let many = product.multiplied(rows: rows, tokens: 0..<product.tokens, width: width)
        let single = product.multipliedOneByOne(rows: rows, width: width)
        let float = product.multipliedInFloat(rows: rows, tokens: 0..<product.tokens, width: width)
        let operand = product.exactOperand
        let rowBytes = product.format.rowBytes(product.n)
        var worst = 0.0
        var written = 0
        for row in 0..<width {
            guard rows.contains(row) else {
                written += (0..<product.tokens).count { t in
                    [many, single, float].contains { $0[t * width + row] != untouched }
                }
                continue
            }
            let bytes = product.weights[row * rowBytes..<(row + 1) * rowBytes]
            let weights = product.format.exactWeights(bytes, product.n)
            for t in 0..<product.tokens {
                let x = operand[t * product.n..<(t + 1) * product.n]
                let given = product.x[t * product.n..<(t + 1) * product.n]
                let expected = zip(weights, x).reduce(0) { $0 + $1.0 * $1.1 }
                let expectedFloat = zip(weights, given).reduce(0) { $0 + $1.0 * Double($1.1) }
                // Blocks sum q * x and m * x apart, so their terms' sizes, not the result's, bound the error.
                let size = zip(weights, x).reduce(1e-3 * Double(product.n)) { $0 + abs($1.0 * $1.1) }
                let at = t * width + row
                worst = max(worst, abs(Double(many[at]) - expected) / size)
                worst = max(worst, abs(Double(single[at]) - expected) / size)
                worst = max(worst, abs(Double(float[at]) - expectedFloat) / size)
            }
        }
        #expect(worst < 4e-6, "n \(product.n), \(product.tokens) tokens, rows \(rows)")
        #expect(written == 0, "written outside of rows \(rows)")
        #expect(many == single, "n \(product.n), \(product.tokens) tokens: matmul and matvec differ")
    }

    @Test(
        "every format agrees with a double-precision product, row by row",
        arguments: InstructionSet.available, WeightFormat.all)
    func agrees(isa: InstructionSet, format: WeightFormat) {
        var random = SeededGenerator(seed: 1)
        let shapes = [
            (32, 1), (32, 3), (64, 2), (64, 64), (96, 5), (576, 1), (576, 8), (576, 17), (1536, 2), (1536, 5),
            (2304, 9), (512, 300),
        ]
        for (least, tokens) in shapes {
            let n = format.length(least)
            let product = ProductCase(
                isa: isa.value, format: format, n: n, weights: format.randomRows(37, n, &random),
                tokens: tokens, x: random.floats(tokens * n, in: -3...3))
            expectProducts(product, rows: 0..<37, rowCount: 37)
            expectProducts(product, rows: 3..<30, rowCount: 37)
            expectProducts(product, rows: 36..<37, rowCount: 37)
        }
    }

    @Test("dense rows of any length agree", arguments: InstructionSet.available, WeightFormat.all)
    func denseLengths(isa: InstructionSet, format: WeightFormat) {
        guard !format.isQuantized else { return }
        var random = SeededGenerator(seed: 2)
        for n in 1..<40 {
            let product = ProductCase(
                isa: isa.value, format: format, n: n, weights: format.randomRows(9, n, &random), tokens: 4,
                x: random.floats(4 * n))
            expectProducts(product, rows: 1..<8, rowCount: 9)
        }
    }

    @Test("the largest integer sums do not overflow", arguments: InstructionSet.available, WeightFormat.all)
    func saturation(isa: InstructionSet, format: WeightFormat) {
        guard format.isQuantized else { return }
        let n = format.length(576)
        for fill: UInt8 in [0x00, 0x7f, 0x80, 0x81, 0xff] {
            for sign: Float in [1, -1] {
                let weights = format.constantRows(11, n, d: 0.01, m: -0.05, fill: fill)
                let product = ProductCase(
                    isa: isa.value, format: format, n: n, weights: weights, tokens: 5,
                    x: Array(repeating: sign, count: 5 * n))
                expectProducts(product, rows: 0..<11, rowCount: 11)
            }
        }
    }

    @Test("special scales give the sums they mean", arguments: InstructionSet.available, WeightFormat.all)
    func specialScales(isa: InstructionSet, format: WeightFormat) {
        guard format.isQuantized else { return }
        let n = format.length(64)
        for d in [0, -0.0, Float16.leastNonzeroMagnitude, -Float16.leastNormalMagnitude, 65504] {
            let weights = format.constantRows(9, n, d: d, m: d, fill: 0x37)
            let product = ProductCase(
                isa: isa.value, format: format, n: n, weights: weights, tokens: 3,
                x: Array(repeating: 0.5, count: 3 * n))
            expectProducts(product, rows: 0..<9, rowCount: 9)
        }
        for d in [Float16.infinity, .nan] {
            let weights = format.constantRows(9, n, d: d, m: d, fill: 0x79)
            let product = ProductCase(
                isa: isa.value, format: format, n: n, weights: weights, tokens: 3,
                x: Array(repeating: 0.5, count: 3 * n))
            let y = product.multiplied(rows: 0..<9, tokens: 0..<3, width: 9)
            #expect(y.allSatisfy { !$0.isFinite })
        }
    }

    @Test("any bytes and any floats are survived", arguments: InstructionSet.available, WeightFormat.all)
    func hostileBytes(isa: InstructionSet, format: WeightFormat) {
        var random = SeededGenerator(seed: 3)
        let n = format.length(96)
        for _ in 0..<20 {
            let weights = random.bytes(11 * format.rowBytes(n))
            let x = (0..<5 * n).map { _ in
                Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &random))
            }
            let product = ProductCase(
                isa: isa.value, format: format, n: n, weights: weights, tokens: 5, x: x)
            #expect(product.multiplied(rows: 0..<11, tokens: 0..<5, width: 11).count == 55)
            #expect(product.multipliedOneByOne(rows: 0..<11, width: 11).count == 55)
            #expect(product.multipliedInFloat(rows: 0..<11, tokens: 0..<5, width: 11).count == 55)
        }
    }

    @Test(
        "tiles give the bits of vectors",
        .enabled(if: tk_isa_available(TK_ISA_AMX)), arguments: WeightFormat.quantized, [1, 2, 7, 8, 9, 18])
    func tiles(format: WeightFormat, blocks: Int) {
        var random = SeededGenerator(seed: 11)
        let (n, rows, tokens) = (format.length(32 * blocks), 37, 300)
        var product = ProductCase(
            isa: TK_ISA_AVX512VNNI, format: format, n: n, weights: format.randomRows(rows, n, &random),
            tokens: tokens, x: random.floats(tokens * n))
        for count in Array(1...40) + [64, 65, 257, tokens] {
            let first = Int.random(in: 0...tokens - count, using: &random)
            for range in [0..<rows, 3..<35, 5..<20] {
                product.isa = TK_ISA_AVX512VNNI
                let vectors = product.multiplied(rows: range, tokens: first..<first + count, width: rows)
                product.isa = TK_ISA_AMX
                let tiles = product.multiplied(rows: range, tokens: first..<first + count, width: rows)
                #expect(tiles == vectors, "\(count) tokens, rows \(range)")
            }
        }
    }

    @Test(
        "a token's result is the same bits for any number of tokens and any split of rows",
        arguments: InstructionSet.available, WeightFormat.all)
    func splits(isa: InstructionSet, format: WeightFormat) {
        var random = SeededGenerator(seed: 4)
        let (n, rows, tokens) = (format.length(576), 45, 67)
        let product = ProductCase(
            isa: isa.value, format: format, n: n, weights: format.randomRows(rows, n, &random),
            tokens: tokens,
            x: random.floats(tokens * n))
        for multiply in [product.multiplied, product.multipliedInFloat] {
            let whole = multiply(0..<rows, 0..<tokens, rows)
            for rowCut in [1, 7, 8, 13, 32, 44] {
                for count in 1...17 {
                    let first = Int.random(in: 0...tokens - count, using: &random)
                    let low = multiply(0..<rowCut, first..<first + count, rows)
                    let high = multiply(rowCut..<rows, first..<first + count, rows)
                    let both = low.indices.map { $0 % rows < rowCut ? low[$0] : high[$0] }
                    #expect(both == Array(whole[first * rows..<(first + count) * rows]), "\(count) tokens")
                }
            }
        }
    }

    @Test(
        "a row is dequantised to what its bytes mean", arguments: InstructionSet.available, WeightFormat.all)
    func dequantizes(isa: InstructionSet, format: WeightFormat) {
        var random = SeededGenerator(seed: 5)
        for least in format.isQuantized ? [32, 64, 576] : [1, 7, 8, 31, 576] {
            let n = format.length(least)
            let row = format.randomRows(1, n, &random)
            var out = Array(repeating: untouched, count: n)
            tk_dequantize_row(isa.value, format.value, row, n, &out)
            let expected = format.exactWeights(row[...], n)
            #expect(zip(out, expected).allSatisfy { abs(Double($0) - $1) <= abs($1) * 3e-7 + 1e-8 })
        }
    }

    @Test("quantising rounds half to even and keeps the sum", arguments: InstructionSet.available)
    func quantizes(isa: InstructionSet) {
        var x = Array(repeating: Float(0), count: 64)
        let steps: [Float] = [127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5, -126.5, 0.49, -127]
        for (i, step) in steps.enumerated() { x[i] = step / 4 }
        for i in 32..<64 { x[i] = Float(i) * 1e-33 }  // too small to scale: zero
        var blocks = Array(repeating: tk_q8_block(), count: 2)
        tk_quantize_row(isa.value, x, 64, &blocks)
        let values = blocks.map { block in
            withUnsafeBytes(of: block.values) { $0.map { Int8(bitPattern: $0) } }
        }
        #expect(values[0].prefix(11) == [127, 0, 2, 2, 0, -2, -2, 126, -126, 0, -127])
        #expect(blocks[0].scale == 0.25)
        #expect(blocks[0].sum == 0.25 * Float(values[0].reduce(0) { $0 + Int($1) }))
        for (block, values) in zip(blocks, values) {
            #expect(block.halves.0 == values[..<16].reduce(0) { $0 + Int16($1) })
            #expect(block.halves.1 == values[16...].reduce(0) { $0 + Int16($1) })
        }
        #expect(blocks[1].scale == 0 && blocks[1].sum == 0 && values[1].allSatisfy { $0 == 0 })
    }

    @Test(
        "a block with a NaN or an infinity spoils its products, not the program",
        arguments: InstructionSet.available)
    func nonFiniteActivations(isa: InstructionSet) {
        for bad: Float in [.nan, .infinity, -.infinity] {
            var x = Array(repeating: Float(1), count: 32)
            x[9] = bad
            var block = tk_q8_block()
            tk_quantize_row(isa.value, x, 32, &block)
            #expect(!block.scale.isFinite && !block.sum.isFinite)
        }
    }

    @Test("sizes of rows")
    func sizes() {
        #expect(
            WeightFormat.all.map { $0.rowBytes(256) } == [
                1024, 512, 512, 144, 160, 272, 176, 192, 144, 176, 210,
            ])
        #expect(tk_row_bytes(TK_Q4_1, 33) == 0)
        #expect(tk_row_bytes(tk_format(rawValue: 99), 32) == 0)
        #expect(
            tk_block_size(TK_Q8_0) == 32 && tk_block_size(TK_BF16) == 1
                && tk_block_size(tk_format(rawValue: 9)) == 0)
    }
}
