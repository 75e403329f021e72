/// y = W x + b, or without b.
struct Projection {
    let weight: Matrix  // [rows, columns]
    let bias: UnsafePointer<Float>?  // [rows]

    var rows: Int { weight.rows }
    var columns: Int { weight.columns }

    /// The outputs of `range` alone.
    func rows(_ range: Range<Int>) -> Projection {
        Projection(weight: weight.rows(range), bias: bias.map { $0 + range.lowerBound })
    }
}

/// A norm over the floats of a token, or of one head.
struct Norm {
    let kind: Kind
    let weight: UnsafePointer<Float>
    let bias: UnsafePointer<Float>?
    let epsilon: Float

    /// What is normed to 1.
    enum Kind {
        /// The root of the mean square: x / sqrt(mean(x²) + epsilon) w. Zhang and Sennrich, arXiv:1910.07467.
        case rootMeanSquare
        /// Mean 0 and variance 1: (x - mean) / sqrt(variance + epsilon) w + b. Ba et al., arXiv:1607.06450.
        case layer
    }
}
