import TesseraCore
import TesseraFiles
import TesseraGrammar
import TesseraTestSupport
import TesseraTokenizers

/// A vocabulary of every byte and the strings given, ended by id 0.
func smallVocabulary(_ texts: [String] = []) -> TokenVocabulary {
    let bytes = [[]] + (UInt8.min...UInt8.max).map { [$0] } + texts.map { Array($0.utf8) }
    return TokenVocabulary(bytes: bytes, special: SpecialTokens(endOfText: [0]))
}

/// The vocabulary of SmolLM2, made once.
enum RealVocabulary {
    static let smollm2 = Result { () throws -> TokenVocabulary in
        TokenVocabulary(try TokenizerLoader.load(gguf: GGUFFile(path: DefaultModel.path())).tokenizer)
    }
}

extension Grammar {
    /// Whether a whole text belongs to the grammar.
    func accepts(_ text: some Sequence<UInt8>) throws -> Bool {
        var matcher = try GrammarMatcher(
            CompiledGrammar(self, vocabulary: smallVocabulary(), makesMasks: false))
        return try matcher.advance(Array(text)) == nil && matcher.canEnd
    }

    func accepts(_ text: String) throws -> Bool { try accepts(text.utf8) }
}

/// The tokens that may come next, found by trying every one.
func bruteForce(_ matcher: GrammarMatcher) throws -> TokenBitmask {
    var matcher = matcher
    let vocabulary = matcher.grammar.vocabulary
    var allowed: Set<TokenID> = matcher.canEnd ? Set(vocabulary.endOfText) : []
    for id in 0..<TokenID(vocabulary.size) {
        let bytes = vocabulary.bytes(of: id)
        if !bytes.isEmpty, try matcher.allows(bytes) { allowed.insert(id) }
    }
    var mask = TokenBitmask(vocabularySize: vocabulary.size)
    for id in allowed { mask.insert(id) }
    return mask
}

extension GrammarMatcher {
    /// A random text: `count` tokens of the masks, then a shortest completion.
    mutating func randomText(
        _ count: Int, using generator: inout SeededGenerator,
        checking: (GrammarMatcher, TokenBitmask) throws -> Void = { _, _ in }
    ) throws -> [UInt8] {
        var text: [UInt8] = []
        var mask = TokenBitmask(vocabularySize: grammar.vocabulary.size)
        for _ in 0..<count where canGoOn {
            try fill(&mask)
            try checking(self, mask)
            guard let id = mask.ids.randomElement(using: &generator) else { break }
            if grammar.vocabulary.endOfText.contains(id) { return text }
            try accept(id)
            text += grammar.vocabulary.bytes(of: id)
        }
        return text + shortestCompletion
    }
}

extension LocatedError {
    /// Whether a grammar was refused because its texts can be read in too many ways at once.
    var isAmbiguity: Bool { problem.contains("ways at once") }
}
