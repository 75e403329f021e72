internal import CTesseraKernels

extension Norm {
    /// Norms `count` floats of x; `out` may be x.
    func callAsFunction(
        _ x: UnsafePointer<Float>, _ count: Int, into out: UnsafeMutablePointer<Float>, _ isa: tk_isa
    ) {
        switch kind {
        case .rootMeanSquare: tk_rms_norm(isa, x, weight, count, epsilon, out)
        case .layer:
            let mean = Self.sum(count) { x[$0] } / Float(count)
            let variance = Self.sum(count) { (x[$0] - mean) * (x[$0] - mean) } / Float(count)
            let factor = 1 / (variance + epsilon).squareRoot()
            for i in 0..<count { out[i] = (x[i] - mean) * factor * weight[i] }
            if let bias { tk_add(isa, bias, count, out) }
        }
    }

    /// The sum of `count` numbers, in eight sums that go side by side.
    @inline(__always)
    private static func sum(_ count: Int, _ number: (Int) -> Float) -> Float {
        var sums = SIMD8<Float>.zero
        var i = 0
        while i + 8 <= count {
            for lane in 0..<8 { sums[lane] += number(i + lane) }
            i += 8
        }
        var sum = sums.sum()
        while i < count {
            sum += number(i)
            i += 1
        }
        return sum
    }
}
