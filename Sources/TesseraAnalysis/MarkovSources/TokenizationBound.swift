#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The paper's upper bounds on L over the entropy rate, to print beside what was measured.
public enum TokenizationBound {
    /// eps = ln(1/delta) / (0.99 ln d), of Theorem 4.2.
    ///
    /// - Parameters:
    ///   - delta: the least probability of a transition.
    ///   - dictionarySize: d.
    /// - Returns: nil when the theorem says nothing: delta is 0, or d below 2.
    public static func epsilon(delta: Double, dictionarySize: Int) -> Double? {
        guard delta > 0, delta < 1, dictionarySize >= 2 else { return nil }
        return log(1 / delta) / (0.99 * log(Double(dictionarySize)))
    }

    /// L <= H / (1 - eps) for LZW with greedy encoding; nil where eps is not below 1.
    public static func lempelZivWelch(delta: Double, dictionarySize: Int) -> Double? {
        guard let epsilon = epsilon(delta: delta, dictionarySize: dictionarySize), epsilon < 1 else {
            return nil
        }
        return 1 / (1 - epsilon)
    }
}
