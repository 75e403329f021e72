#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What a tokenizer and a model of single tokens lose together on a text, in nats per symbol of the text.
///
/// Rajaraman et al., arXiv 2404.08335, section 2.2: L(T) = the entropy of the tokens under T's own encoder over the
/// symbols per token. Losses per token cannot be compared between tokenizers; these can.
public struct EndToEndLoss: Hashable, Sendable {
    /// -ln Q of the held-out tokens over its symbols.
    public let natsPerSymbol: Double

    /// Held-out symbols per token.
    public let symbolsPerToken: Double

    /// The different tokens that the held-out text used.
    public let usedTokenCount: Int

    /// The loss over the least possible one.
    public func ratio(to entropyRate: Double) -> Double { natsPerSymbol / entropyRate }

    /// The loss of the unigram model.
    ///
    /// Q is the frequency of a token in `training`, each count a half larger, so that what was not seen stays possible.
    ///
    /// - Parameters:
    ///   - training: the tokens of a text, ids in `0..<vocabularySize`; others are left out.
    ///   - heldOut: the tokens of another text of the same source.
    ///   - symbolCount: the symbols, or bytes, of the held-out text.
    /// - Returns: nil when there is nothing held out.
    public static func unigram(
        vocabularySize: Int, training: some Sequence<Int>, heldOut: [Int], symbolCount: Int
    ) -> EndToEndLoss? {
        guard symbolCount > 0, !heldOut.isEmpty, vocabularySize > 0 else { return nil }
        var counts = [Double](repeating: 0.5, count: vocabularySize)
        for id in training where counts.indices.contains(id) { counts[id] += 1 }
        let total = counts.reduce(0, +)
        var loss = 0.0
        var used = Set<Int>()
        for id in heldOut {
            loss -= log((counts.indices.contains(id) ? counts[id] : 0.5) / total)
            used.insert(id)
        }
        return EndToEndLoss(
            natsPerSymbol: loss / Double(symbolCount),
            symbolsPerToken: Double(symbolCount) / Double(heldOut.count), usedTokenCount: used.count)
    }

    /// The loss of the bigram model, whose first token is a unigram's; counts are a half larger as in `unigram`.
    public static func bigram(
        vocabularySize: Int, training: [Int], heldOut: [Int], symbolCount: Int
    ) -> EndToEndLoss? {
        guard symbolCount > 0, !heldOut.isEmpty, vocabularySize > 0 else { return nil }
        var pairs: [Pair: Double] = [:]
        var firsts: [Int: Double] = [:]
        for (left, right) in zip(training, training.dropFirst()) {
            pairs[Pair(left: left, right: right), default: 0] += 1
            firsts[left, default: 0] += 1
        }
        let half = 0.5 * Double(vocabularySize)
        var loss = log(Double(vocabularySize))
        for (left, right) in zip(heldOut, heldOut.dropFirst()) {
            let pair = pairs[Pair(left: left, right: right), default: 0] + 0.5
            loss -= log(pair / (firsts[left, default: 0] + half))
        }
        return EndToEndLoss(
            natsPerSymbol: loss / Double(symbolCount),
            symbolsPerToken: Double(symbolCount) / Double(heldOut.count), usedTokenCount: Set(heldOut).count)
    }

    private struct Pair: Hashable {
        var left: Int
        var right: Int
    }
}
