public import TesseraCore
public import TesseraTokenizers

/// What is compared of two tokenizers' tokens.
public enum TokenIdentity: String, Hashable, Sendable, CaseIterable {
    /// The ids.
    case ids
    /// The bytes that each token stands for, where the vocabularies are numbered in different ways.
    case bytes
}

/// The part of a tokenizer whose work differs.
public enum EncodingStage: String, Hashable, Sendable, CaseIterable {
    case addedTokens = "added tokens"
    case normalizer
    case preTokenizer = "pre-tokenizer"
    case model
    case postProcessor = "post-processor"
}

/// Where two tokenizers first differ.
public struct TokenDifference: Hashable, Sendable {
    /// The file.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The byte of the text, which begins at a line of a plain file.
    public let offsetInText: Int
    /// The byte of the file, decompressed; nil for text inside JSON.
    public let offsetInFile: Int?
    /// The number of tokens before it, which are equal.
    public let equalTokens: Int
    /// The tokens around the place, each with its bytes and id.
    public let first: [Token]
    /// The same of the second tokenizer.
    public let second: [Token]
    /// The part that made the difference.
    public let stage: EncodingStage
    /// What it did, in words.
    public let rule: String

    /// A token near the difference.
    public struct Token: Hashable, Sendable {
        public let id: TokenID
        public let bytes: [UInt8]
        /// Its place in the text.
        public let range: Range<Int>
    }
}

/// The outcome of comparing two tokenizers on a corpus.
public struct Verification: Sendable {
    /// The texts compared.
    public internal(set) var textCount = 0
    /// Their bytes.
    public internal(set) var byteCount = 0
    /// The texts that differ.
    public internal(set) var differingCount = 0
    /// The first difference; nil: there is none in the tokens.
    public internal(set) var firstDifference: TokenDifference?
    /// For the first thousand texts that differ, how many are due to each part.
    public internal(set) var stages: [EncodingStage: Int] = [:]
    /// How the tokens put around texts differ; nil: they do not.
    public internal(set) var templateDifference: String?

    /// Whether nothing differs.
    public var isEqual: Bool { differingCount == 0 && templateDifference == nil }
}

/// Compares what two tokenizers make of every text of a corpus.
///
/// - Parameter special: how the spelling of a special token inside a text is read.
/// - Throws: `LocatedError` when a file cannot be read; `CancelledError` when stopped.
public func verify(
    _ first: PipelineTokenizer, _ second: PipelineTokenizer, on corpus: Corpus,
    by identity: TokenIdentity = .ids,
    special: SpecialTokenReading = .asTokens, progress: Progress = .ignored,
    cancellation: Cancellation = Cancellation()
) throws -> Verification {
    let comparer = try TokenComparer(first, second, by: identity, special: special)
    var verification = Verification()
    verification.templateDifference = comparer.templateDifference
    var (left, right): ([TokenID], [TokenID]) = ([], [])
    try forEachText(of: corpus, progress: progress, cancellation: cancellation) { text, place in
        verification.textCount += 1
        verification.byteCount += text.count
        left.removeAll(keepingCapacity: true)
        right.removeAll(keepingCapacity: true)
        first.encode(text, special: special, into: &left)
        second.encode(text, special: special, into: &right)
        guard !comparer.areEqual(left, right) else { return }
        verification.differingCount += 1
        guard verification.differingCount <= 1000, let difference = comparer.difference(in: text, place)
        else { return }
        verification.stages[difference.stage, default: 0] += 1
        if verification.firstDifference == nil { verification.firstDifference = difference }
    }
    return verification
}
