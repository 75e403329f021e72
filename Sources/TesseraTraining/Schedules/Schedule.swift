#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The learning rate of each step: it rises in a straight line, and goes down in one of several ways.
public struct Schedule: Hashable, Sendable {
    /// How the rate goes on after the warm-up.
    public enum Shape: String, Hashable, Sendable, CaseIterable {
        /// It stays.
        case constant
        /// It falls in a straight line.
        case linear
        /// It falls along half a cosine (Loshchilov and Hutter, arXiv:1608.03983, equation 5, without restarts).
        case cosine
        /// It stays and then falls in a straight line: "warm-up, stable, decay" (Hu et al., arXiv:2404.06395, section 4).
        case stableThenDecay = "wsd"
    }

    /// How the rate goes on after the warm-up.
    public var shape: Shape
    /// The highest rate.
    public var peak: Double
    /// The steps of the warm-up; the last of them has the peak.
    public var warmupSteps: Int
    /// The steps of the whole training; the last of them has the lowest rate.
    public var totalSteps: Int
    /// The rate at the end, as a share of the peak.
    public var finalShare: Double
    /// The share of all steps that `stableThenDecay` falls in.
    public var decayShare: Double

    /// Creates a schedule.
    public init(
        _ shape: Shape, peak: Double, warmupSteps: Int, totalSteps: Int, finalShare: Double = 0.1,
        decayShare: Double = 0.2
    ) {
        self.shape = shape
        self.peak = peak
        self.warmupSteps = warmupSteps
        self.totalSteps = totalSteps
        self.finalShare = finalShare
        self.decayShare = decayShare
    }

    /// The rate of a step, counted from 0; past the end that of the last.
    public func rate(at step: Int) -> Double {
        if step < warmupSteps { return peak * (Double(max(step, 0)) + 1) / Double(warmupSteps) }
        let done = Double(step) + 1
        switch shape {
        case .constant: return peak
        case .linear: return peak * fallen(share(of: done, from: Double(warmupSteps)))
        case .cosine:
            let share = share(of: done, from: Double(warmupSteps))
            return peak * fallen((1 - cos(Double.pi * share)) / 2)
        case .stableThenDecay:
            let begin = max(Double(warmupSteps), Double(totalSteps) * (1 - decayShare))
            return peak * fallen(share(of: done, from: begin))
        }
    }

    /// How much of the way from `begin` to the last step is done: 0 to 1.
    private func share(of done: Double, from begin: Double) -> Double {
        min(max((done - begin) / max(Double(totalSteps) - begin, 1), 0), 1)
    }

    /// The share of the peak that is left when `share` of the fall is over.
    private func fallen(_ share: Double) -> Double { 1 - (1 - finalShare) * share }
}
