internal import CTesseraKernels

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension ModelConfiguration.Activation {
    /// gate[i] = f(gate[i]) * up[i]; `up` may be changed.
    func gate(
        _ up: UnsafeMutablePointer<Float>, by gate: UnsafeMutablePointer<Float>, count: Int, _ isa: tk_isa
    ) {
        switch self {
        case .silu: break
        case .geluTanh:
            for i in 0..<count {
                let (argument, factor) = Self.asSilu(gate[i])
                gate[i] = argument
                up[i] *= factor
            }
        case .gelu:
            for i in 0..<count { gate[i] = Self.gelu(gate[i]) * up[i] }
            return
        case .relu:
            for i in 0..<count { gate[i] = (gate[i] < 0 ? 0 : gate[i]) * up[i] }
            return
        }
        tk_silu_mul(isa, gate, up, count, gate)
    }

    /// x[i] = f(x[i]); `scratch` has room for as many.
    func apply(
        to x: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, count: Int, _ isa: tk_isa
    ) {
        for i in 0..<count { scratch[i] = 1 }
        gate(scratch, by: x, count: count, isa)
    }

    /// What makes silu compute gelu with tanh (Hendrycks and Gimpel, arXiv:1606.08415, section 2).
    ///
    ///     0.5 x (1 + tanh(u)) = x / (1 + exp(-2 u)),  u = sqrt(2 / pi) (x + 0.044715 x^3)
    ///
    /// which is silu(2 u) times x / (2 u), so that the kernel for silu does it.
    ///
    /// - Returns: 2 u and x / (2 u). Beyond 10, where the result is x or 0, the cube is not taken, since it could
    ///   overflow.
    private static func asSilu(_ x: Float) -> (argument: Float, factor: Float) {
        let near: Float = x < -10 ? -10 : (x > 10 ? 10 : x)
        let slope = 1.595_769_1 * (1 + 0.044_715 * near * near)
        return (near * slope, max(1, abs(x) * 0.1) / slope)
    }

    /// x times the normal distribution's function.
    private static func gelu(_ x: Float) -> Float { 0.5 * x * (1 + erff(x * 0.707_106_77)) }
}
