public import TesseraCore

/// Says what stands in a token's place when it is taken away.
public protocol TokenReplacer: Sendable {
    /// Another token for a position of the context; never the one that stands there.
    ///
    /// - Parameter draw: random bits that choose between several.
    func replacement(at position: Int, of context: [TokenID], draw: UInt64) -> TokenID
}

/// Replaces tokens by others of their kind, drawn evenly: a word's beginning by a word's beginning, a number by a number.
public struct KindReplacer: TokenReplacer, Sendable {
    private let kinds: [[TokenID]]
    private let kindByID: [Int]

    /// Sorts the tokens of a tokenizer by kind.
    ///
    /// - Parameter isSpecial: whether an id is no text beside those with a role.
    /// - Throws: `LocatedError` for fewer than two tokens of text.
    public init(
        _ tokenizer: some Tokenizer, isSpecial: (TokenID) -> Bool = { _ in false }
    ) throws(LocatedError) {
        var kinds = [[TokenID]](repeating: [], count: 5)
        var kindByID = [Int](repeating: 4, count: tokenizer.vocabularySize)
        for (index, bytes) in tokenizer.textBytes(isSpecial: isSpecial).enumerated() where !bytes.isEmpty {
            let kind = Self.kind(bytes)
            kinds[kind].append(TokenID(truncatingIfNeeded: index))
            kindByID[index] = kind
        }
        let all = kinds.flatMap { $0 }
        guard all.count > 1 else {
            throw LocatedError(
                field: "vocabulary",
                problem: "it has no two tokens of text, of which one could replace the other",
                remedy: "use the tokenizer that belongs to the model")
        }
        // A kind of one token has nothing to choose from.
        self.kinds = kinds.map { $0.count > 1 ? $0 : all }
        self.kindByID = kindByID
    }

    private static func kind(_ bytes: [UInt8]) -> Int {
        let ink = bytes.drop { $0 == 0x20 }
        guard let first = ink.first else { return 3 }
        let isLetter = (0x61...0x7A).contains(first | 0x20) || first >= 0xC0
        if isLetter { return ink.count < bytes.count ? 0 : 1 }
        return (0x30...0x39).contains(first) ? 2 : 3
    }

    public func replacement(at position: Int, of context: [TokenID], draw: UInt64) -> TokenID {
        let old = context[position]
        let kind = Int(old) < kindByID.count ? kindByID[Int(old)] : 4
        let choices = kinds[kind]
        let index = Int(draw % UInt64(choices.count))
        return choices[index] != old ? choices[index] : choices[(index + 1) % choices.count]
    }
}

/// Replaces tokens by what the model itself would have written there, a few samples for each position.
public struct OwnSamples: TokenReplacer, Sendable {
    private let choices: [[TokenID]]
    private let first: KindReplacer

    private static let choiceCount = 8

    /// Draws samples for all positions but the first in one pass over the context.
    ///
    /// - Parameter first: for the first position, which the model cannot predict.
    /// - Throws: what the model throws; `CancelledError` when stopped.
    public init<Model: CausalModel>(
        _ model: Model, context: [TokenID], seed: UInt64, first: KindReplacer,
        cancellation: Cancellation = Cancellation()
    ) throws {
        guard !context.isEmpty, context.count <= model.contextLength else {
            throw ReadText<Model>.tooLong(context.count, capacity: model.contextLength)
        }
        var choices: [[TokenID]] = [[]]
        let cache = try model.makeCache(capacity: context.count)
        let random = CounterRandom(seed: seed)
        // Rows of scores are large: as many at a time as fit in some 16 MB.
        let size = model.vocabularySize
        let block = max(1, min(128, 4_000_000 / max(1, size)))
        var logits: [Float] = []
        while choices.count < context.count {
            try cancellation.check()
            let start = choices.count - 1
            let end = min(start + block, context.count - 1)
            try model.read(Array(context[start..<end]), cache: cache, rows: .all, logits: &logits)
            for position in (start + 1)...end {
                let row = logits[((position - start - 1) * size)..<((position - start) * size)]
                choices.append(Self.samples(row, but: context[position], random, position: position))
            }
        }
        self.choices = choices
        self.first = first
    }

    /// The tokens with the largest sums of score and Gumbel noise: a sample without replacement.
    private static func samples(
        _ logits: ArraySlice<Float>, but old: TokenID, _ random: CounterRandom, position: Int
    ) -> [TokenID] {
        var best: [(score: Double, id: TokenID)] = []
        for (index, logit) in zip(0..., logits) where index != Int(old) && logit > -.infinity {
            let uniform = max(random.uniform(at: index, stream: UInt64(position)), 1e-300)
            let score = Double(logit) - logarithm(-logarithm(uniform))
            guard best.count < choiceCount || score > (best.last?.score ?? 0) else { continue }
            let place = best.firstIndex { $0.score < score } ?? best.count
            best.insert((score, TokenID(truncatingIfNeeded: index)), at: place)
            if best.count > choiceCount { best.removeLast() }
        }
        return best.map(\.id)
    }

    public func replacement(at position: Int, of context: [TokenID], draw: UInt64) -> TokenID {
        guard choices.indices.contains(position), !choices[position].isEmpty else {
            return first.replacement(at: position, of: context, draw: draw)
        }
        return choices[position][Int(draw % UInt64(choices[position].count))]
    }
}
