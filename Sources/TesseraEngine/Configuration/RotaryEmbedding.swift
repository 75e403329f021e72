#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A rotary position embedding: how queries and keys turn with their position.
///
/// Su et al., "RoFormer", arXiv:2104.09864, section 3.2.2. Pair i of the first `dimensions` floats of a head turns by
/// `base ^ (-2 i / dimensions)` a position, changed by the scaling.
public struct RotaryEmbedding: Hashable, Sendable {
    /// The base of the frequencies.
    public var base: Double

    /// How many floats of a head turn, an even number; the others stay.
    public var dimensions: Int

    /// Whether pairs are neighbours, as in GGUF files of Llama, rather than `dimensions / 2` apart.
    public var isInterleaved: Bool

    /// What stretches it to longer texts.
    public var scaling = Scaling.none

    /// How the frequencies are stretched to texts longer than the model was first trained on.
    public enum Scaling: Hashable, Sendable {
        /// Not at all.
        case none

        /// Every frequency is divided by `factor`.
        case linear(factor: Double)

        /// Each frequency is divided by a number of its own, one a pair.
        case divided(by: [Double])

        /// Llama 3: waves longer than `originalContext / lowFrequency` are stretched by `factor`, those shorter than
        /// `originalContext / highFrequency` stay, and between the two the change is linear in the wave's number.
        case llama3(factor: Double, lowFrequency: Double, highFrequency: Double, originalContext: Int)

        /// YaRN (Peng et al., arXiv:2309.00071, section 3.2): pairs that turn more than `fast` times in the original
        /// context stay, those that turn less than `slow` times are stretched; scores grow by `magnitude` squared.
        case yarn(factor: Double, originalContext: Int, fast: Double, slow: Double, magnitude: Double)

        /// LongRoPE (Ding et al., arXiv:2402.13753) as in Phi-3: divisors for texts up to the original context, and
        /// others for longer ones; scores grow by `magnitude` squared.
        case long(shortBy: [Double], longBy: [Double], originalContext: Int, magnitude: Double)
    }

    /// Whether texts of up to `context` tokens turn otherwise than short ones do.
    func isLong(context: Int) -> Bool {
        if case .long(_, _, let original, _) = scaling { return context > original }
        return false
    }

    /// What sines and cosines are multiplied by.
    var magnitude: Double {
        switch scaling {
        case .yarn(_, _, _, _, let magnitude), .long(_, _, _, let magnitude): magnitude
        default: 1
        }
    }

    /// The radians that each pair turns by a position, `[dimensions / 2]`.
    ///
    /// - Parameter isLong: whether the text may grow longer than the original context of LongRoPE.
    func frequencies(isLong: Bool) -> [Double] {
        let plain = (0..<dimensions / 2).map { pow(base, -2 * Double($0) / Double(dimensions)) }
        switch scaling {
        case .none: return plain
        case .linear(let factor): return plain.map { $0 / factor }
        case .divided(let divisors): return zip(plain, divisors).map { $0 / $1 }
        case .long(let short, let long, _, _): return zip(plain, isLong ? long : short).map { $0 / $1 }
        case .llama3(let factor, let low, let high, let context):
            return plain.map { frequency in
                let turns = Double(context) * frequency / (2 * .pi)
                let kept = min(1, max(0, (turns - low) / (high - low)))
                return frequency / factor * (1 - kept) + frequency * kept
            }
        case .yarn(let factor, let context, let fast, let slow, _):
            // The pair that turns so many times in the original context.
            func pair(turning times: Double) -> Double {
                Double(dimensions) * log(Double(context) / (times * 2 * .pi)) / (2 * log(base))
            }
            let first = max(0, pair(turning: fast).rounded(.down))
            var last = min(Double(dimensions - 1), pair(turning: slow).rounded(.up))
            if first == last { last += 0.001 }
            return plain.enumerated().map { index, frequency in
                let stretched = min(1, max(0, (Double(index) - first) / (last - first)))
                return frequency / factor * stretched + frequency * (1 - stretched)
            }
        }
    }
}
