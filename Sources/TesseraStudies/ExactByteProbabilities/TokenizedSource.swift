internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraTokenizers
internal import TesseraVocabulary

/// A Markov source of order 2 over four letters, BPE learned from it, and a token model that counted.
struct TokenizedSource {
    let source: MarkovSource
    let tokenizer: PipelineTokenizer
    let vocabulary: ByteVocabulary
    /// The next token after the last three, from counts.
    let model: FunctionModel
    /// Stands before every text; the model's last id.
    let begin: TokenID

    static let alphabet = Array("abcd".utf8)
    private static let merges = 20
    private static let length = 24
    /// Only tokens that begin before are counted: those at a string's end are shorter than elsewhere.
    private static let counted = 14

    /// - Throws: what training a tokenizer throws.
    init(seed: UInt64, stringCount: Int) throws {
        let random = CounterRandom(seed: seed)
        // Rows of squared exponential variates: some symbols are likely, none impossible.
        var transitions: [Double] = []
        for row in 0..<16 {
            let values = (0..<4).map { column in
                let value = -logarithm(1 - random.uniform(at: column, stream: UInt64(row)))
                return value * value + 0.01
            }
            transitions += values.map { $0 / values.reduce(0, +) }
        }
        source = try MarkovSource(alphabet: Self.alphabet, order: 2, transitions: transitions)
        let text = source.sample(stringCount * Self.length, seed: seed &+ 1)
        func string(_ index: Int) -> ArraySlice<UInt8> {
            text[(index * Self.length)..<((index + 1) * Self.length)]
        }
        var definition = try trainTokenizer(
            TrainingSettings(
                .bytePair(TrainingSettings.BytePair()), vocabularySize: Self.alphabet.count + Self.merges),
            onTexts: (0..<min(2_000, stringCount)).map { String(decoding: string($0), as: UTF8.self) }
        ).definition
        // Without a decoder, tokens would be joined by spaces.
        definition.decoder = .fuse
        let tokenizer = try PipelineTokenizer(definition)
        (self.tokenizer, vocabulary) = (tokenizer, try ByteVocabulary(tokenizer))
        let size = tokenizer.vocabularySize + 1
        begin = TokenID(size - 1)

        var counts = [Float](repeating: 0, count: size * size * size * size)
        var ids: [TokenID] = []
        for index in 0..<stringCount {
            ids.removeAll(keepingCapacity: true)
            Array(string(index)).withUnsafeBufferPointer {
                tokenizer.encode($0, special: .asText, into: &ids)
            }
            var place = 0
            var context = [size - 1, size - 1, size - 1]
            for id in ids where place < Self.counted {
                counts[Self.row(context, size) + Int(id)] += 1
                place += vocabulary.length(of: id)
                context = [context[1], context[2], Int(id)]
            }
        }
        let table = counts
        model = FunctionModel(vocabularySize: size) { tokens in
            let last = (Array(repeating: size - 1, count: 3) + tokens.map { Int($0) }).suffix(3)
            let row = Self.row(Array(last), size)
            return (0..<size).map { Float(logarithm(Double(table[row + $0]) + 1e-6)) }
        }
    }

    /// Where the counts after three tokens begin.
    private static func row(_ context: [Int], _ size: Int) -> Int {
        ((context[0] * size + context[1]) * size + context[2]) * size
    }

    /// A reader of the model's bytes.
    func reader() throws(LocatedError) -> ExactBytes<FunctionModel> {
        try ExactBytes(model: model, tokenizer: tokenizer, vocabulary: vocabulary, effort: .complete)
    }

    /// Texts of 5 to 10 letters from the source.
    func prefixes(_ count: Int, seed: UInt64) -> [[UInt8]] {
        let text = source.sample(count * 10, seed: seed)
        return (0..<count).map { Array(text[($0 * 10)..<($0 * 10 + 5 + $0 % 6)]) }
    }

    /// The tokens of a text, behind the one that begins it.
    func tokens(of text: [UInt8]) -> [TokenID] {
        [begin] + tokenizer.encode(text, special: .asText)
    }
}
