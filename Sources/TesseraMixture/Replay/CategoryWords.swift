package import TesseraCore
internal import TesseraTokenizers
internal import TesseraVocabulary

/// The different words of a category's sample as symbols, and how often each occurs.
package struct CategoryWords: Sendable {
    /// The symbols of all words, one word after another.
    private(set) var symbols: [UInt32] = []
    /// Where each word ends in `symbols`, and how often it occurs.
    private(set) var words: [(end: Int32, count: Int)] = []

    /// How many pairs of neighbours the sample has.
    package private(set) var pairCount = 0
    /// The bytes of the sample.
    package fileprivate(set) var byteCount = 0
    /// The texts of the sample.
    package fileprivate(set) var textCount = 0

    /// The symbols that a replay numbers with 32 bits.
    private static let mostSymbols = Int(Int32.max) - 1

    /// Makes a category of words, each of two symbols or more.
    package init(_ words: some Sequence<(symbols: [UInt32], count: Int)>) throws(LocatedError) {
        for (symbols, count) in words { try append(symbols, count: count) }
    }

    fileprivate init() {}

    fileprivate mutating func append(_ word: [UInt32], count: Int) throws(LocatedError) {
        guard word.count > 1, count > 0 else { return }
        guard word.count <= Self.mostSymbols - symbols.count else {
            throw LocatedError(
                field: "samples", problem: "the different words have more than \(Self.mostSymbols) symbols",
                remedy: "give a smaller sample")
        }
        symbols.append(contentsOf: word)
        words.append((Int32(truncatingIfNeeded: symbols.count), count))
        let (pairs, overflow) = (word.count - 1).multipliedReportingOverflow(by: count)
        let (sum, tooMany) = pairCount.addingReportingOverflow(pairs)
        // What counting allows, 2^61 bytes, has fewer pairs.
        pairCount = overflow || tooMany ? .max : sum
    }
}

/// Cuts samples as a tokenizer cuts text, and counts their words.
struct WordCounter: Sendable {
    private let cutter: PieceCutter
    private let symbols: PieceSymbols
    /// The threads and the memory for counting.
    var options = CountingOptions()

    /// Makes a counter with the normalizer and the pre-tokenizer of `definition`, whose model is `model`.
    ///
    /// - Throws: `LocatedError` naming the part that cannot work.
    init(_ definition: TokenizerDefinition, model: BytePairDefinition) throws(LocatedError) {
        cutter = try PieceCutter(normalizer: definition.normalizer, preTokenizer: definition.preTokenizer)
        symbols = PieceSymbols(model, cutBy: cutter)
    }

    /// The words of `sample`.
    ///
    /// - Parameter resampling: how often each text counts; nil: once.
    /// - Throws: `LocatedError` when a file cannot be read or the sample holds no pair; `CancelledError`.
    func words(
        of sample: LanguageSample, resampling: TextResampling? = nil, progress: Progress = .ignored,
        cancellation: Cancellation = Cancellation()
    ) throws -> CategoryWords {
        let counts = try pieceCounts(of: sample, resampling, progress, cancellation)
        var words = CategoryWords()
        words.byteCount = counts.byteCount
        words.textCount = counts.textCount
        try counts.forEachSorted { piece, count throws(LocatedError) in
            try symbols.forEachWord(of: piece) { word throws(LocatedError) in
                try words.append(word, count: count)
            }
        }
        guard words.pairCount > 0 || resampling != nil else {
            throw LocatedError(
                field: "samples", problem: "\(sample.name) holds no two neighbouring symbols",
                remedy: "name a file or folder with text of this category")
        }
        return words
    }

    private func pieceCounts(
        of sample: LanguageSample, _ resampling: TextResampling?, _ progress: Progress,
        _ cancellation: Cancellation
    ) throws -> PieceCounts {
        switch sample.content {
        case .corpus(let corpus):
            var options = options
            options.resampling = resampling
            return try countPieces(
                of: corpus, with: cutter, cutting: "", options: options, progress: progress,
                cancellation: cancellation)
        case .text(let text):
            return try countPieces(
                ofLines: text, with: cutter, resampling: resampling, cancellation: cancellation)
        }
    }
}
