internal import TesseraCore

/// How often a bootstrap takes each text: a draw from the Poisson distribution of mean 1.
///
/// For many texts that is as good as drawing as many again with replacement, and needs neither their number nor a second
/// look at any (Hanley and MacGibbon, 2006, "Creating non-parametric bootstrap samples using Poisson frequencies").
package struct TextResampling: Hashable, Sendable {
    private let random: CounterRandom

    /// The draws that `seed` names.
    package init(seed: UInt64) { random = CounterRandom(seed: seed) }

    /// How often the text is taken that has this number in its file, and the file this number in its corpus.
    package func weight(ofText number: Int, inFile file: Int) -> Int {
        let drawn = random.uniform(at: number, stream: UInt64(truncatingIfNeeded: file))
        var (weight, probability) = (0, 0.367_879_441_171_442_33)
        var sum = probability
        while drawn >= sum, weight < 20 {
            weight += 1
            probability /= Double(weight)
            sum += probability
        }
        return weight
    }
}
