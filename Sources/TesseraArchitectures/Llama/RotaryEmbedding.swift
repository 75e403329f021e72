internal import TesseraCore
internal import TesseraTensor

/// Rotary position embedding (Su et al., arXiv:2104.09864): pair i of a head at position p turns by p · base^(−2i/size).
///
/// The pairs are numbers i and i + size/2 of a head, as Hugging Face transformers has them.
struct RotaryEmbedding: Sendable {
    let headSize: Int
    let base: Double

    /// Cosines, and sines with the sign that the turned pair has, of positions `0 ..< time`: `[time, 1, headSize]`.
    struct Angles {
        let cosines: Tensor
        let sines: Tensor
    }

    /// The angles of the first `time` positions, computed in double precision.
    func angles(time: Int, on device: Device) throws(LocatedError) -> Angles {
        let half = headSize / 2
        let exponents = try Tensor.range(0..<half, type: .float64) * (-2 / Double(headSize))
        let frequencies = try Tensor.full(base, [1], type: .float64).power(exponents)
        let positions = try Tensor.range(0..<time, type: .float64).reshaped(time, 1)
        let turns = try positions * frequencies
        let (cosines, sines) = (try turns.cos(), try turns.sin())
        return Angles(
            cosines: try .concatenated([cosines, cosines], axis: 1).reshaped(time, 1, headSize)
                .converted(to: .float32).moved(to: device),
            sines: try .concatenated([-sines, sines], axis: 1).reshaped(time, 1, headSize)
                .converted(to: .float32).moved(to: device))
    }

    /// Turns `[batch, time, heads, headSize]`.
    func callAsFunction(_ x: Tensor, _ angles: Angles) throws(LocatedError) -> Tensor {
        // (x₁ cos − x₂ sin, x₂ cos + x₁ sin): the halves exchanged, and the minus in the table.
        try x * angles.cosines + x.rolled(by: headSize / 2, axis: -1) * angles.sines
    }
}

extension RotaryEmbedding.Angles {
    /// The angles in the type of what they turn: under autocast, heads are shorter than parameters.
    func converted(to type: ScalarType) throws(LocatedError) -> Self {
        Self(cosines: try cosines.converted(to: type), sines: try sines.converted(to: type))
    }
}
