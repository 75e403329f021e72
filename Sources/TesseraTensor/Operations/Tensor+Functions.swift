internal import CTesseraTorch
public import TesseraCore

// Functions, number by number.
extension Tensor {
    /// The magnitude.
    public func abs() throws(LocatedError) -> Tensor { try Tensor("abs", [self]) { tt_abs(handle) } }

    /// The power of e.
    public func exp() throws(LocatedError) -> Tensor { try Tensor("exp", [self]) { tt_exp(handle) } }

    /// The natural logarithm.
    public func log() throws(LocatedError) -> Tensor { try Tensor("log", [self]) { tt_log(handle) } }

    /// The square root.
    public func sqrt() throws(LocatedError) -> Tensor { try Tensor("sqrt", [self]) { tt_sqrt(handle) } }

    /// One over the square root.
    public func rsqrt() throws(LocatedError) -> Tensor { try Tensor("rsqrt", [self]) { tt_rsqrt(handle) } }

    /// The sine of an angle in radians.
    public func sin() throws(LocatedError) -> Tensor { try Tensor("sin", [self]) { tt_sin(handle) } }

    /// The cosine of an angle in radians.
    public func cos() throws(LocatedError) -> Tensor { try Tensor("cos", [self]) { tt_cos(handle) } }

    /// The hyperbolic tangent.
    public func tanh() throws(LocatedError) -> Tensor { try Tensor("tanh", [self]) { tt_tanh(handle) } }

    /// 1 / (1 + exp(−x)).
    public func sigmoid() throws(LocatedError) -> Tensor {
        try Tensor("sigmoid", [self]) { tt_sigmoid(handle) }
    }

    /// The number, or 0 when it is negative.
    public func relu() throws(LocatedError) -> Tensor { try Tensor("relu", [self]) { tt_relu(handle) } }

    /// x · sigmoid(x) (Hendrycks and Gimpel, 2016; "swish").
    public func silu() throws(LocatedError) -> Tensor { try Tensor("silu", [self]) { tt_silu(handle) } }

    /// x · Φ(x), with the normal distribution's Φ (Hendrycks and Gimpel, 2016).
    ///
    /// - Parameter approximate: whether Φ is taken by the hyperbolic tangent, as GPT-2 does.
    public func gelu(approximate: Bool = false) throws(LocatedError) -> Tensor {
        try Tensor("gelu", [self]) { tt_gelu(handle, approximate) }
    }

    /// The nearest whole number, halves to the even one.
    public func rounded() throws(LocatedError) -> Tensor { try Tensor("round", [self]) { tt_round(handle) } }

    /// The next whole number below.
    public func floor() throws(LocatedError) -> Tensor { try Tensor("floor", [self]) { tt_floor(handle) } }

    /// Whether the number is neither infinite nor NaN.
    public func isFinite() throws(LocatedError) -> Tensor {
        try Tensor("isfinite", [self]) { tt_isfinite(handle) }
    }

    /// The number, or the nearer end of the range outside of it.
    public func clamped(to range: ClosedRange<Double>) throws(LocatedError) -> Tensor {
        try Tensor("clamp", [self]) { tt_clamp(handle, range.lowerBound, range.upperBound) }
    }

    /// The power with the numbers of `exponent`.
    public func power(_ exponent: Tensor) throws(LocatedError) -> Tensor {
        try Tensor("power", [self, exponent]) { tt_pow(handle, exponent.handle) }
    }

    /// The larger of the two.
    public func maximum(_ other: Tensor) throws(LocatedError) -> Tensor {
        try Tensor("maximum", [self, other]) { tt_maximum(handle, other.handle) }
    }

    /// The smaller of the two.
    public func minimum(_ other: Tensor) throws(LocatedError) -> Tensor {
        try Tensor("minimum", [self, other]) { tt_minimum(handle, other.handle) }
    }

    /// Takes `self` where the condition is true, and `other` elsewhere.
    public func chosen(where condition: Tensor, otherwise other: Tensor) throws(LocatedError) -> Tensor {
        try Tensor("where", [condition, self, other]) {
            tt_where(condition.handle, handle, other.handle)
        }
    }

    /// The numbers, but `value` where `mask` is true.
    public func filled(where mask: Tensor, with value: Double) throws(LocatedError) -> Tensor {
        try Tensor("masked fill", [self, mask]) { tt_masked_fill(handle, mask.handle, value) }
    }
}
