internal import TesseraAnalysis

/// What is known exactly about sources and dictionaries, against what the code makes of it.
enum SourceExactness {
    private static let bigram = "bigram model of symbols at order 1: distance from H"
    private static let sampled = "entropy of 1,000,000 sampled symbols, orders 1, 2 and 4: distance from H"
    private static let prefixFree =
        "complete prefix-free dictionaries of an i.i.d. source: distance of L from H"
    private static let lost = "texts that dictionaries do not give back"
    private static let longer = "minimal encodings with more tokens than greedy ones"
    private static let prefixes = "LZW phrases without the phrase before them"

    static let thresholds: [Threshold] = [
        .atMost(0.002, bigram), .atMost(0.002, sampled), .atMost(1e-9, prefixFree), .none(lost),
        .none(longer),
        .none(prefixes),
    ]

    static func measurements(seed: UInt64) throws -> [Measurement] {
        var gaps: [Double] = []
        var bigramGap = Double.nan
        for order in [1, 2, 4] {
            let source = try MarkovSource.switching(order: order, p: 0.2, q: 0.2)
            let text = source.sample(1_000_000, seed: seed)
            gaps.append(abs(-meanLogarithm(of: text, from: source) - source.entropyRate))
            guard order == 1 else { continue }
            let zero = Int(UInt8(ascii: "0"))
            let loss = EndToEndLoss.bigram(
                vocabularySize: 2, training: text.map { Int($0) - zero },
                heldOut: source.sample(1_000_000, seed: ~seed).map { Int($0) - zero }, symbolCount: 1_000_000)
            bigramGap = loss.map { abs($0.natsPerSymbol - source.entropyRate) } ?? .nan
        }
        let counts = try dictionaryViolations(seed: seed)
        return [
            Measurement(bigram, [bigramGap]), Measurement(sampled, gaps),
            Measurement(prefixFree, try [3, 25, 101].map(tunstallGap)),
            Measurement(lost, [Double(counts.lost)]), Measurement(longer, [Double(counts.longer)]),
            Measurement(prefixes, [Double(counts.prefixes)]),
        ]
    }

    /// The mean of ln P of each symbol after the ones before it, under the source itself.
    private static func meanLogarithm(of text: [UInt8], from source: MarkovSource) -> Double {
        let (contexts, symbols) = (source.contextLaw.count, source.alphabet.count)
        let index = Dictionary(uniqueKeysWithValues: source.alphabet.enumerated().map { ($1, $0) })
        var (context, sum) = (0, 0.0)
        for (position, byte) in text.enumerated() {
            guard let symbol = index[byte] else { return .nan }
            if position >= source.order { sum += logarithm(source.transitions[context * symbols + symbol]) }
            context = (context * symbols + symbol) % contexts
        }
        return sum / Double(max(text.count - source.order, 1))
    }

    /// Grows a dictionary as Tunstall does, the most probable leaf first, and computes L with true probabilities.
    private static func tunstallGap(_ size: Int) throws -> Double {
        let law = [0.6, 0.3, 0.1]
        let source = try MarkovSource.independent(Array("abc".utf8), probabilities: law)
        var leaves: [(length: Int, probability: Double)] = [(0, 1)]
        while leaves.count < size,
            let widest = leaves.indices.max(by: { leaves[$0].probability < leaves[$1].probability })
        {
            let leaf = leaves.remove(at: widest)
            for probability in law { leaves.append((leaf.length + 1, leaf.probability * probability)) }
        }
        let entropy = leaves.reduce(0) { $0 - $1.probability * logarithm($1.probability) }
        let length = leaves.reduce(0) { $0 + $1.probability * Double($1.length) }
        return abs(entropy / length - source.entropyRate)
    }

    private static func dictionaryViolations(seed: UInt64) throws -> (lost: Int, longer: Int, prefixes: Int) {
        var counts = (lost: 0, longer: 0, prefixes: 0)
        for order in 1...4 {
            let source = try MarkovSource.switching(order: order, p: 0.2, q: 0.3)
            var reader = LempelZivWelch(alphabet: source.alphabet, limit: 200)
            reader.read(source.sample(4000, seed: seed))
            let phrases = Set(reader.entries)
            counts.prefixes += reader.entries.count {
                $0.count > 1 && !phrases.contains(Array($0.dropLast()))
            }
            // Without every third phrase, prefixes are missing and the longest match is no longer the best.
            let dictionary = TokenDictionary(
                reader.entries.enumerated().filter { $0.offset < 2 || $0.offset % 3 != 0 }.map(\.element))
            let text = source.sample(2000, seed: ~seed)
            let greedy = dictionary.encode(text, by: .greedy) ?? []
            let minimal = dictionary.encode(text, by: .minimal) ?? []
            for ids in [greedy, minimal] where ids.flatMap({ dictionary.entries[$0] }) != text {
                counts.lost += 1
            }
            if minimal.count > greedy.count { counts.longer += 1 }
        }
        return counts
    }
}
