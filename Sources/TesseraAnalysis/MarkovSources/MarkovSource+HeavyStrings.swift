extension MarkovSource {
    /// All strings of probability at least `threshold` under the stationary law, shorter before longer: the
    /// dictionary that Lempel-Ziv-Welch comes close to (section 4.1).
    ///
    /// - Returns: nil when they have more than `byteLimit` bytes together, as those of a source without entropy have.
    public func heavyStrings(atLeast threshold: Double, byteLimit: Int = 1 << 24) -> [[UInt8]]? {
        guard threshold > 0 else { return nil }
        // The joint law of a string and the context after it.
        var front: [(string: [UInt8], law: [Int: Double])] = [
            (
                [],
                Dictionary(
                    uniqueKeysWithValues: contextLaw.enumerated().filter { $0.element > 0 }.map { ($0, $1) })
            )
        ]
        var found: [[UInt8]] = []
        var byteCount = 0
        while !front.isEmpty {
            var longer: [(string: [UInt8], law: [Int: Double])] = []
            for (string, law) in front {
                for symbol in alphabet.indices {
                    var after: [Int: Double] = [:]
                    for (context, weight) in law {
                        let probability = weight * transitions[context * alphabet.count + symbol]
                        if probability > 0 { after[next(context, symbol), default: 0] += probability }
                    }
                    guard after.values.reduce(0, +) >= threshold else { continue }
                    longer.append((string + [alphabet[symbol]], after))
                    byteCount += string.count + 1
                    guard byteCount <= byteLimit else { return nil }
                }
            }
            found += longer.map(\.string)
            front = longer
        }
        return found
    }
}
