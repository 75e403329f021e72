internal import CTesseraTorch
public import TesseraCore

/// Draws random tensors from a seed: equal seeds give equal numbers on one kind of device.
///
/// A generator belongs to one thread at a time.
public final class RandomGenerator {
    private let handle: tt_generator

    /// The device that the numbers are drawn on.
    public let device: Device

    /// Creates a generator.
    ///
    /// - Throws: `LocatedError` when the device is not there.
    public init(seed: UInt64, device: Device = .cpu) throws(LocatedError) {
        guard let handle = tt_make_generator(seed, device.shimDevice) else {
            throw failure(of: "random generator on \(device)", on: [])
        }
        self.handle = handle
        self.device = device
    }

    deinit { tt_release_generator(handle) }

    /// Numbers of a normal distribution.
    public func normal(
        _ shape: [Int], mean: Double = 0, deviation: Double = 1, type: ScalarType = .float32
    ) throws(LocatedError) -> Tensor {
        try Tensor("normal \(shape)", []) {
            withLengths(shape) { tt_normal(mean, deviation, $0, $1, type.shimType, handle) }
        }
    }

    /// Numbers that are equally likely anywhere in a range.
    public func uniform(
        _ shape: [Int], in range: Range<Double> = 0..<1, type: ScalarType = .float32
    ) throws(LocatedError) -> Tensor {
        try Tensor("uniform \(shape)", []) {
            withLengths(shape) {
                tt_uniform(range.lowerBound, range.upperBound, $0, $1, type.shimType, handle)
            }
        }
    }

    /// Whole numbers that are equally likely in a range, which is not empty.
    public func integers(
        _ shape: [Int], in range: Range<Int>, type: ScalarType = .int64
    ) throws(LocatedError) -> Tensor {
        try Tensor("integers \(shape)", []) {
            withLengths(shape) {
                tt_integers(
                    Int64(range.lowerBound), Int64(range.upperBound), $0, $1, type.shimType, handle)
            }
        }
    }

    /// `0 ..< count` in random order.
    public func permutation(_ count: Int) throws(LocatedError) -> Tensor {
        try Tensor("permutation of \(count)", []) { tt_permutation(Int64(count), handle) }
    }

    /// Places along the last axis of `weights`, drawn in proportion to them: `[rows, count]`.
    ///
    /// - Parameters:
    ///   - weights: `[rows, places]`, not negative.
    ///   - replacing: whether a place may be drawn again.
    public func places(
        in weights: Tensor, count: Int, replacing: Bool = false
    ) throws(LocatedError) -> Tensor {
        try Tensor("multinomial", [weights]) {
            tt_multinomial(weights.handle, Int64(count), replacing, handle)
        }
    }
}

/// Seeds the generators that `dropout` draws from, on every device.
///
/// A training loop calls it at every step with a seed for that step, so that a run that is taken up again draws what
/// it would have drawn.
public func seedDropout(_ seed: UInt64) throws(LocatedError) {
    try perform("seed", []) { tt_seed(seed) }
}
