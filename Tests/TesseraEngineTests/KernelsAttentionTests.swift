import CTesseraKernels
import TesseraTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("Attention over a cache")
struct KernelsAttentionTests {
    /// A head's cache with rows farther apart than they are long, and queries and outputs likewise.
    struct Head {
        var isa: tk_isa
        var format: tk_format
        var headSize: Int
        var tokens: Int
        var first: Int
        var keys: [UInt8]
        var values: [UInt8]
        var queries: [Float]
        let gap = 5

        var rowBytes: Int { (headSize + gap) * (format == TK_F16 ? 2 : 4) }
        var scale: Float { 1 / Float(headSize).squareRoot() }

        init(isa: tk_isa, format: tk_format, headSize: Int, tokens: Int, first: Int, keyScale: Float) {
            var random = SeededGenerator(seed: UInt64(headSize * 1000 + tokens * 10 + first))
            (self.isa, self.format, self.headSize, self.tokens, self.first) = (
                isa, format, headSize, tokens, first
            )
            (keys, values, queries) = ([], [], [])
            let count = (first + tokens) * (headSize + gap)
            func stored(_ scale: Float) -> [UInt8] {
                let row = random.floats(count, in: -scale...scale)
                guard format == TK_F16 else { return row.withUnsafeBytes(Array.init) }
                return row.map(Float16.init).withUnsafeBytes(Array.init)
            }
            keys = stored(keyScale)
            values = stored(1)
            queries = random.floats(tokens * (headSize + gap))
        }

        func attended(_ range: Range<Int>) -> [Float] {
            var out = Array(repeating: untouched, count: range.count * (headSize + gap))
            let floats = tk_attention_scratch_floats(range.count, headSize)
            var scratch = Array(repeating: Float(0), count: floats)
            keys.withUnsafeBytes { keys in
                values.withUnsafeBytes { values in
                    queries.withUnsafeBufferPointer { queries in
                        var cache = tk_kv(
                            keys: keys.baseAddress, values: values.baseAddress, key_stride: rowBytes,
                            value_stride: rowBytes, format: format, head_size: headSize)
                        let start = range.lowerBound * (headSize + gap)
                        tk_attention(
                            isa, &cache, UnsafeBufferPointer(rebasing: queries[start...]).baseAddress,
                            headSize + gap, range.count, first + range.lowerBound, scale, &out,
                            headSize + gap, &scratch)
                    }
                }
            }
            return out
        }

        /// The definition, in double precision.
        func expected(_ token: Int) -> [Double] {
            let dense = format == TK_F16 ? WeightFormat.all[1] : WeightFormat.all[0]
            func row(_ bytes: [UInt8], _ position: Int) -> [Double] {
                dense.exactWeights(bytes[position * rowBytes..<(position + 1) * rowBytes], headSize)
            }
            let query = queries[token * (headSize + gap)..<token * (headSize + gap) + headSize]
            let scores = (0...first + token).map { position in
                Double(scale) * zip(query, row(keys, position)).reduce(0) { $0 + Double($1.0) * $1.1 }
            }
            let largest = scores.max() ?? 0
            let weights = scores.map { exp($0 - largest) }
            let total = weights.reduce(0, +)
            var out = Array(repeating: 0.0, count: headSize)
            for (position, weight) in weights.enumerated() {
                for (i, value) in row(values, position).enumerated() { out[i] += weight / total * value }
            }
            return out
        }
    }

    static let shapes = [
        (64, 1, 0), (64, 1, 200), (64, 2, 63), (64, 3, 62), (64, 70, 0), (64, 17, 129), (8, 5, 3),
        (40, 9, 60),
        (80, 4, 64), (12, 6, 70), (128, 66, 1),
    ]

    @Test("agrees with the definition and writes nothing else", arguments: InstructionSet.available, shapes)
    func agrees(isa: InstructionSet, shape: (headSize: Int, tokens: Int, first: Int)) {
        for format in [TK_F32, TK_F16] {
            for keyScale: Float in [1, 30] {
                let head = Head(
                    isa: isa.value, format: format, headSize: shape.headSize, tokens: shape.tokens,
                    first: shape.first, keyScale: keyScale)
                let out = head.attended(0..<shape.tokens)
                var worst = 0.0
                for t in 0..<shape.tokens {
                    let row = out[t * (head.headSize + head.gap)..<(t + 1) * (head.headSize + head.gap)]
                    for (got, expected) in zip(row, head.expected(t)) {
                        worst = max(worst, abs(Double(got) - expected))
                    }
                    #expect(row.suffix(head.gap).allSatisfy { $0 == untouched })
                }
                #expect(worst < (keyScale > 1 ? 5e-5 : 2e-6))
            }
        }
    }

    @Test("a token's result is the same bits however many come with it", arguments: InstructionSet.available)
    func independentOfOthers(isa: InstructionSet) {
        for (headSize, format) in [(64, TK_F16), (64, TK_F32), (20, TK_F16)] {
            let head = Head(
                isa: isa.value, format: format, headSize: headSize, tokens: 75, first: 40, keyScale: 2)
            let width = head.headSize + head.gap
            let whole = head.attended(0..<75)
            for range in [0..<1, 1..<2, 23..<25, 20..<27, 24..<75, 74..<75] {
                let part = head.attended(range)
                #expect(part == Array(whole[range.lowerBound * width..<range.upperBound * width]), "\(range)")
            }
        }
    }

    @Test("later positions are not looked at", arguments: InstructionSet.available)
    func causality(isa: InstructionSet) {
        var head = Head(isa: isa.value, format: TK_F32, headSize: 16, tokens: 8, first: 3, keyScale: 1)
        let before = head.attended(0..<8)
        let poison = withUnsafeBytes(of: Float.nan) { Array($0) }
        for at in stride(from: 10 * head.rowBytes, to: 11 * head.rowBytes, by: 4) {
            head.keys.replaceSubrange(at..<at + 4, with: poison)
            head.values.replaceSubrange(at..<at + 4, with: poison)
        }
        let after = head.attended(0..<8)
        let width = head.headSize + head.gap
        #expect(before.prefix(7 * width) == after.prefix(7 * width))
        #expect(after[7 * width..<7 * width + 16].allSatisfy { $0.isNaN })
    }
}
