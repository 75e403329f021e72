#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The logarithm to the base of ten.
func logarithm(base10 value: Double) -> Double { log10(value) }

/// The logarithm to the base of two.
func logarithm(base2 value: Double) -> Double { log2(value) }

/// The natural logarithm.
func logarithm(_ value: Double) -> Double { log(value) }

/// The exponential function.
func exponential(_ value: Double) -> Double { exp(value) }

/// The cosine of an angle in radians.
func cosine(_ angle: Double) -> Double { cos(angle) }

/// The sine of an angle in radians.
func sine(_ angle: Double) -> Double { sin(angle) }

/// A power of `base`.
func power(_ base: Double, _ exponent: Int) -> Double { pow(base, Double(exponent)) }

/// The mean; zero of nothing.
func mean(_ values: some Collection<Double>) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
}

/// Pearson's correlation of two lists of one length; zero when one of them does not vary.
func correlation(_ left: [Double], _ right: [Double]) -> Double {
    let (leftMean, rightMean) = (mean(left), mean(right))
    var (product, leftSquares, rightSquares) = (0.0, 0.0, 0.0)
    for (one, other) in zip(left, right) {
        product += (one - leftMean) * (other - rightMean)
        leftSquares += (one - leftMean) * (one - leftMean)
        rightSquares += (other - rightMean) * (other - rightMean)
    }
    let scale = (leftSquares * rightSquares).squareRoot()
    return scale == 0 ? 0 : product / scale
}

/// Spearman's correlation: that of the ranks, equal values sharing the mean of theirs.
func rankCorrelation(_ left: [Double], _ right: [Double]) -> Double {
    correlation(ranks(of: left), ranks(of: right))
}

private func ranks(of values: [Double]) -> [Double] {
    values.map { value in
        Double(values.count { $0 < value }) + Double(values.count { $0 == value } - 1) / 2
    }
}
