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

@Suite("Vector operations")
struct KernelsVectorTests {
    static let lengths = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 127, 576, 1536, 4099]

    @Test("root mean square norm", arguments: InstructionSet.available, lengths)
    func rmsNorm(isa: InstructionSet, n: Int) {
        var random = SeededGenerator(seed: UInt64(n))
        let weight = random.floats(n)
        var x = random.floats(n, in: -5...5)
        let mean = x.reduce(0) { $0 + Double($1) * Double($1) } / Double(n)
        let expected = zip(x, weight).map { Double($0) / (mean + 1e-5).squareRoot() * Double($1) }
        x.withUnsafeMutableBufferPointer { x in
            tk_rms_norm(isa.value, x.baseAddress, weight, n, 1e-5, x.baseAddress)  // in place
        }
        #expect(zip(x, expected).allSatisfy { abs(Double($0) - $1) <= 1e-6 * abs($1) + 1e-7 })
    }

    @Test("sum and gated unit", arguments: InstructionSet.available, lengths)
    func addAndSilu(isa: InstructionSet, n: Int) {
        var random = SeededGenerator(seed: UInt64(n))
        let x = random.floats(n, in: -9...9)
        let y = random.floats(n)
        var sum = y
        tk_add(isa.value, x, n, &sum)
        #expect(sum == zip(x, y).map { $1 + $0 })

        var out = x
        out.withUnsafeMutableBufferPointer { out in
            tk_silu_mul(isa.value, out.baseAddress, y, n, out.baseAddress)  // in place
        }
        let expected = zip(x, y).map { Double($0) / (1 + exp(-Double($0))) * Double($1) }
        #expect(zip(out, expected).allSatisfy { abs(Double($0) - $1) <= 1e-6 * abs($1) })
    }

    @Test("the gated unit at the ends of the float range", arguments: InstructionSet.available)
    func siluExtremes(isa: InstructionSet) {
        let gate: [Float] = [
            -300, -89, -88, -87, 87, 88, 89, 300, .infinity, .nan, 0, -0.0, 1e-30, -3e38, 3e38, -.infinity,
        ]
        var out = gate
        tk_silu_mul(isa.value, gate, Array(repeating: 1, count: gate.count), gate.count, &out)
        for (x, y) in zip(gate, out) where x.isFinite {
            let expected = Double(x) / (1 + exp(-Double(x)))
            #expect(abs(Double(y) - expected) <= 1e-6 * abs(expected) + 1e-36, "silu(\(x)) = \(y)")
        }
        #expect(out[8] == .infinity && out[9].isNaN && out[15] == 0)
    }

    @Test("rotary embedding of both layouts", arguments: InstructionSet.available, [false, true])
    func rope(isa: InstructionSet, interleaved: Bool) {
        for headSize in [2, 4, 10, 16, 30, 64, 128] {
            var random = SeededGenerator(seed: UInt64(headSize))
            let half = headSize / 2
            let angles = random.floats(half, in: -9...9)
            let head = random.floats(headSize + 2)
            var rotated = head
            tk_rope(
                isa.value, &rotated, headSize, angles.map { cosf($0) }, angles.map { sinf($0) }, interleaved)
            for i in 0..<half {
                let (p, q) = interleaved ? (2 * i, 2 * i + 1) : (i, i + half)
                let (c, s) = (cos(Double(angles[i])), sin(Double(angles[i])))
                #expect(abs(Double(rotated[p]) - (Double(head[p]) * c - Double(head[q]) * s)) < 1e-6)
                #expect(abs(Double(rotated[q]) - (Double(head[p]) * s + Double(head[q]) * c)) < 1e-6)
            }
            #expect(rotated.suffix(2) == head.suffix(2))
        }
    }

    @Test("log of a sum of exponentials, also far from zero", arguments: InstructionSet.available, lengths)
    func logSumExp(isa: InstructionSet, n: Int) {
        var random = SeededGenerator(seed: UInt64(n))
        for offset: Float in [0, 1000, -1000] {
            let x = random.floats(n, in: -20...20).map { $0 + offset }
            let largest = Double(x.max()!)
            let expected = largest + log(x.reduce(0) { $0 + exp(Double($1) - largest) })
            let got = Double(tk_log_sum_exp(isa.value, x, n))
            #expect(abs(got - expected) <= 2e-7 * abs(expected) + 1e-6)
        }
    }

    @Test("log of a sum of exponentials of special values", arguments: InstructionSet.available)
    func logSumExpSpecial(isa: InstructionSet) {
        func result(_ x: [Float]) -> Float { tk_log_sum_exp(isa.value, x, x.count) }
        #expect(result([]) == -.infinity)
        #expect(result([-.infinity, -.infinity]) == -.infinity)
        #expect(result([-.infinity, 3, -.infinity]) == 3)
        #expect(result([1, .infinity]) == .infinity)
        #expect(result([1, .nan]).isNaN)
        #expect(result([3e38, 1]) == 3e38)
    }

    @Test("the largest value, the first of equals, never a NaN", arguments: InstructionSet.available)
    func argmax(isa: InstructionSet) {
        func index(_ x: [Float]) -> Int { tk_argmax(isa.value, x, x.count) }
        #expect(index([]) == 0)
        #expect(index([.nan, .nan]) == 0)
        #expect(index([.nan, -.infinity, -.infinity]) == 1)
        #expect(index([.nan, 2, .nan, 2]) == 1)
        #expect(index([-1, -0.0, 0]) == 1)
        var random = SeededGenerator(seed: 6)
        for n in [5, 63, 64, 65, 200, 1000] {
            var x = random.floats(n)
            for place in [0, n / 2, n - 1] {
                x[place] = 2
                x[n - 1] = 2
                #expect(index(x) == x.firstIndex(of: 2)!)
                x[place] = 0
            }
        }
    }

    @Test(
        "every half comes back from its float, and floats round to nearest even",
        arguments: InstructionSet.available)
    func halves(isa: InstructionSet) {
        let all = Array(UInt16.min...UInt16.max)
        var floats = Array(repeating: Float(0), count: all.count)
        tk_dequantize_row(isa.value, TK_F16, all, all.count, &floats)
        #expect(
            zip(all, floats).allSatisfy { bits, float in
                let expected = Float(Float16(bitPattern: bits))
                return expected.isNaN ? float.isNaN : expected.bitPattern == float.bitPattern
            })
        var random = SeededGenerator(seed: 7)
        for i in floats.indices where i % 2 == 1 {
            // Between two halves, on the middle, or anywhere among the floats.
            let bits = floats[i].bitPattern & ~0x1fff
            floats[i] = Float(
                bitPattern: i % 4 == 1 ? bits | 0x1000 : UInt32(truncatingIfNeeded: random.next()))
        }
        var out = Array(repeating: UInt16(0), count: floats.count + 3)
        floats.removeLast(3)  // not a whole number of vectors
        tk_to_f16(isa.value, floats, floats.count, &out)
        #expect(
            zip(floats, out).allSatisfy { float, bits in
                float.isNaN ? Float16(bitPattern: bits).isNaN : Float16(float).bitPattern == bits
            })
    }
}
