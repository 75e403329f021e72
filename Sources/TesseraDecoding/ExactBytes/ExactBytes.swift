public import TesseraCore
internal import TesseraTokenizers

/// The exact next-byte probabilities of a tokenized model (Phan and others, "Exact Byte-Level Probabilities from
/// Tokenized Language Models for FIM-Tasks and Model Ensembles", ICLR 2025, arXiv 2410.09303).
///
/// A text that ends anywhere is the beginning of many token sequences, its *covers*: those whose last token reaches
/// the text's end or beyond, and which the tokenizer makes of some text. Their probabilities add up to that of the
/// text, and sorted by their next byte to that of each text one byte longer.
///
/// Covers that share all but their last token are kept together, as the head and the tokens that may follow it, and
/// the model is run once for each head: once for most tokens of the text, not for each byte. Differences from the
/// paper: covers may look ahead (see `TokenWindow`), and several may end with the text; the heaviest tokens are
/// tested for validity, the others taken as valid (`Effort`); of the heads that end at one byte the eight heaviest are kept.
/// Special tokens other than the end of a text are left
/// out.
///
/// Differs from `ReadText` in what it may be copied to: copies share one cache, so use the last one only.
public struct ExactBytes<Model: CausalModel>: ByteSource {
    /// How many tokens are tested at a byte for whether the tokenizer would make them.
    public enum Effort: Hashable, Sendable {
        /// None at all: spellings that the tokenizer would not make count too. To compare with.
        case unchecked
        /// None but those that the text is made of, and a few where the text begins.
        case fast
        /// The heaviest, until what is left has too little mass to matter or a limit is reached.
        case bounded
        /// All of them, and all covers are kept: for small vocabularies.
        case complete
    }

    let vocabulary: ByteVocabulary
    let effort: Effort
    let beginOfText: TokenID?

    var text: ReadText<Model>
    var logits: [Float] = []
    var window: TokenWindow

    /// The tokens before the window.
    var context: [TokenID] = []
    var covers: [ByteCovers] = []
    /// Whether covers whose last token ends with the text have been opened.
    var isOpen = false

    let tokenizer: any Tokenizer
    var modelTokens = 0
    private var mostCovers = 0

    /// The most heads opened at one byte.
    static var mostOpened: Int { 8 }
    /// The most tokens by which a head differs from the plain tokens of the text.
    static var longestTail: Int { 64 }

    /// Makes a reader of a model.
    ///
    /// - Parameters:
    ///   - vocabulary: that of `tokenizer`.
    ///   - capacity: the most tokens it may hold; nil for all of the model's context.
    /// - Throws: `LocatedError` when `capacity` is out of range or memory is refused.
    public init(
        model: Model, tokenizer: some Tokenizer, vocabulary: ByteVocabulary, capacity: Int? = nil,
        effort: Effort = .bounded
    ) throws(LocatedError) {
        self.vocabulary = vocabulary
        self.tokenizer = tokenizer
        self.effort = effort
        beginOfText = tokenizer.specialTokens.beginOfText ?? tokenizer.specialTokens.endOfText.min()
        text = try ReadText(model: model, capacity: capacity)
        window = TokenWindow(tokenizer, vocabulary: vocabulary)
    }

    public var endsTexts: Bool { !vocabulary.endOfText.isEmpty }

    public var isFull: Bool {
        context.count + (covers.map(\.head.count).max() ?? 0) + 1 > text.capacity
    }

    public var statistics: ByteStatistics {
        var statistics = ByteStatistics()
        statistics.modelTokens = modelTokens
        statistics.encodings = window.encodings
        statistics.mostCovers = mostCovers
        return statistics
    }

    /// Runs the model on a head.
    mutating func read(_ head: [TokenID], logMass: Double) throws(LocatedError) -> ByteCovers {
        let tokens = context + head
        modelTokens += tokens.count - text.sharedCount(with: tokens)
        _ = try text.read(tokens, logits: &logits)
        var made = try ByteCovers(
            head: head, headLength: vocabulary.length(of: head), logMass: logMass,
            logits: logits, vocabulary: vocabulary)
        // A text that looks ahead may not be cut like this where it ends.
        if made.end > 0, made.headLength == window.bytes.count,
            lengthOfUnfinishedScalar(window.bytes) > 0
                || window.encode(window.bytes) != head
        {
            made.end = 0
        }
        return made
    }

    /// Opens the covers whose last token ends with the text, and closes those that no token can go on.
    mutating func open() throws(LocatedError) {
        guard !isOpen else { return }
        let length = window.bytes.count
        var fresh: [(head: [TokenID], logMass: Double)] = []
        for index in covers.indices where covers[index].headLength < length {
            let depth = length - covers[index].headLength
            while let rank = covers[index].ranks.first, vocabulary.length(rank) == depth {
                covers[index].ranks = covers[index].ranks.dropFirst()
                let weight = covers[index].weights[rank]
                let head = covers[index].head + [vocabulary.tokens[rank]]
                guard weight > 0,
                    effort == .unchecked || window.admits(head, spelling: window.bytes)
                else { continue }
                fresh.append((head, covers[index].logMass + logarithm(weight)))
            }
        }
        covers.removeAll { $0.ranks.isEmpty }
        for (head, logMass) in fresh.sorted(by: { $0.logMass > $1.logMass }).prefix(
            effort == .complete ? .max : Self.mostOpened)
        {
            covers.append(try read(head, logMass: logMass))
        }
        guard let top = covers.map(\.logMass).max() else { throw Self.noCover }
        for index in covers.indices { covers[index].logMass -= top }
        isOpen = true
    }

    public mutating func distribution() throws(LocatedError) -> ByteDistribution {
        try open()
        mostCovers = max(mostCovers, coverCount)
        if effort == .bounded || effort == .complete { test() }
        let (masses, end) = massOfSymbols()
        return try ByteDistribution(masses: masses, end: end)
    }

    /// The covers of the text: heads that end with it, and tokens that go on behind the others.
    private var coverCount: Int {
        covers.reduce(0) { sum, cover in
            let endsWithText = cover.headLength == window.bytes.count
            return sum + (endsWithText ? 1 : cover.ranks.count { cover.weights[$0] > 0 })
        }
    }

    func massOfSymbols() -> (bytes: [Double], end: Double) {
        var masses = [Double](repeating: 0, count: 256)
        var end = 0.0
        for cover in covers {
            let depth = window.bytes.count - cover.headLength
            let scale = exponential(cover.logMass)
            for rank in cover.ranks {
                masses[Int(vocabulary.byte(rank, at: depth))] += scale * cover.weights[rank]
            }
            if depth == 0 { end += scale * cover.end }
        }
        return (masses, end)
    }

    public mutating func advance(by byte: UInt8) throws(LocatedError) {
        try open()
        narrow(by: byte)
        guard !covers.isEmpty else { throw Self.noCover }
        shorten()
    }

    /// Keeps the covers that go on with a byte.
    mutating func narrow(by byte: UInt8) {
        let length = window.bytes.count
        for index in covers.indices {
            covers[index].ranks = vocabulary.narrowed(
                covers[index].ranks, depth: length - covers[index].headLength, by: byte)
        }
        covers.removeAll { $0.ranks.isEmpty }
        window.append(byte)
        isOpen = false
    }

    /// Moves the window's beginning to the last settled place that all covers share the tokens up to.
    mutating func shorten() {
        guard let shared = covers.first else { return }
        var places: [(count: Int, place: Int)] = []
        var place = 0
        for (index, id) in shared.head.enumerated() {
            guard covers.allSatisfy({ index < $0.head.count && $0.head[index] == id }) else { break }
            place += vocabulary.length(of: id)
            places.append((index + 1, place))
        }
        let lastWhenLong = window.lastPlaceWhenLong
        let found =
            places.last { window.isSettled(at: $0.place) }
            ?? lastWhenLong.flatMap { last in places.last { $0.place <= last } }
        var shorter = window
        guard let found, let head = shorter.cut(at: found.place), shared.head.starts(with: head),
            head.count == found.count
        else {
            return
        }
        window = shorter
        context += head
        for index in covers.indices {
            covers[index].head.removeFirst(found.count)
            covers[index].headLength -= found.place
        }
    }

    static var noCover: LocatedError {
        LocatedError(
            field: "text", problem: "no token of the vocabulary goes on like this",
            remedy: "check the text for characters that no text has, such as control characters")
    }
}
