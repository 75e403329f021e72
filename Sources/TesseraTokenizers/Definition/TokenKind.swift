/// What a token is in a SentencePiece model or a GGUF vocabulary; both formats use these numbers.
public enum TokenKind: UInt8, Hashable, Sendable, CaseIterable {
    /// Found in text.
    case normal = 1
    /// Stands for text that has no token.
    case unknown = 2
    /// Means something to the model's protocol; never found in text.
    case control = 3
    /// Found in text wherever it is spelled, before any other token.
    case userDefined = 4
    /// Never the result of encoding; what it was merged of takes its place.
    case unused = 5
    /// A byte, spelled `<0x00>` to `<0xFF>`.
    case byte = 6

    /// Whether text is compared with the token's spelling.
    var isMatched: Bool { self == .normal || self == .userDefined || self == .unused }
}

/// Which program's rules a Unigram model follows where they differ.
public enum UnigramRules: Hashable, Sendable {
    /// Hugging Face tokenizers: 64-bit sums; every token of the vocabulary is found in text; unknown characters in
    /// a row are one token, looked up once more as a whole.
    case huggingFace
    /// SentencePiece: 32-bit sums; user-defined tokens score a tenth of a point for each byte but the first.
    case sentencePiece
    /// llama.cpp: 64-bit sums; user-defined tokens score nothing.
    case llamaCpp
}
