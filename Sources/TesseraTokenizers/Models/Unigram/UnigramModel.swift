package import TesseraCore

/// The unigram language model of one piece of text (Kudo, 2018).
///
/// As in Hugging Face's `Unigram`, SentencePiece's `unigram::Model` or llama.cpp, after `UnigramDefinition.rules`.
/// Time and memory are linear in the piece, with the length of the longest token as a factor of the time; memory is
/// only that between two places where every segmentation is cut, which in most texts are words.
package struct UnigramModel: Sendable {
    let vocabulary: Vocabulary
    let trie: PieceTrie
    let rules: UnigramRules
    /// For each id its score: that of user-defined tokens is the one that the rules give them.
    let scores: FixedTable<UInt64>
    /// The score of an unknown character.
    let unknownScore: Double
    let unknownToken: TokenID?
    /// The tokens of bytes, where unknown characters become these.
    let byteTokens: ByteTokens?
    /// The ids of the user-defined tokens, which sampling scores by characters and not bytes.
    let userDefined: Set<TokenID>

    /// What unknown characters score less than the least likely token.
    private static let unknownPenalty = 10.0

    /// Builds the tables of `definition`.
    ///
    /// - Throws: `LocatedError` naming what in the definition cannot be.
    package init(_ definition: UnigramDefinition) throws(LocatedError) {
        try definition.check()
        let kinds = definition.kinds
        let rules = definition.rules
        vocabulary = definition.vocabulary
        self.rules = rules
        unknownToken = definition.unknownToken
        byteTokens = definition.fallsBackToBytes ? ByteTokens(definition.vocabulary) : nil
        var scores = definition.scores
        var userDefined: Set<TokenID> = []
        var lowest = rules == .huggingFace ? Double.infinity : Double(Float.greatestFiniteMagnitude)
        for id in scores.indices {
            switch kinds.isEmpty ? .normal : kinds[id] {
            case .userDefined:
                scores[id] = rules.userDefinedScore(length: vocabulary.spellingLength(of: id)) ?? scores[id]
                userDefined.insert(TokenID(truncatingIfNeeded: id))
            case .normal:
                if rules == .sentencePiece { scores[id] = Double(Float(scores[id])) }
                lowest = min(lowest, scores[id])
            default: break
            }
            if rules == .huggingFace { lowest = min(lowest, scores[id]) }
        }
        self.userDefined = userDefined
        unknownScore =
            rules == .sentencePiece
            ? Double(Float(lowest) - Float(Self.unknownPenalty))
            : rules == .llamaCpp
                ? Double(Float(lowest) - Float(Self.unknownPenalty)) : lowest - Self.unknownPenalty
        let table = FixedTable<UInt64>(count: scores.count)
        for (id, score) in scores.enumerated() { table.elements[id] = score.bitPattern }
        self.scores = table
        trie = PieceTrie(
            (0..<scores.count).lazy.filter { id in
                kinds.isEmpty || kinds[id] == .normal || kinds[id] == .userDefined
                    || kinds[id] == .unused && rules == .llamaCpp
            }, of: definition.vocabulary)
    }

    /// The score of `id`.
    @inline(__always)
    func score(of id: TokenID) -> Double { Double(bitPattern: scores.elements[Int(id)]) }

    /// Appends the tokens of `piece` with their ranges in it.
    ///
    /// - Parameter scratch: memory, used by one call at a time and with this model only.
    package func encode(
        _ piece: UnsafeBufferPointer<UInt8>, using scratch: EncoderScratch, into tokens: inout [ModelToken]
    ) {
        withRangeSink(&tokens) { encode(piece, scratch, &$0) }
    }

    /// Appends the tokens of `piece`.
    package func encode(
        _ piece: UnsafeBufferPointer<UInt8>, using scratch: EncoderScratch, into ids: inout [TokenID]
    ) {
        withIDSink(&ids) { encode(piece, scratch, &$0) }
    }

    private func encode(
        _ piece: UnsafeBufferPointer<UInt8>, _ scratch: EncoderScratch, _ sink: inout some TokenSink
    ) {
        guard let piece = PieceBytes(piece) else { return }
        if rules == .sentencePiece {
            bestPath(piece, as: Float.self, scratch, &sink)
        } else {
            bestPath(piece, as: Double.self, scratch, &sink)
        }
    }
}

extension UnigramRules {
    /// The score of a user-defined token of `length` bytes (characters when sampling); nil: the one in the file.
    func userDefinedScore(length: Int) -> Double? {
        switch self {
        case .huggingFace: nil
        case .sentencePiece: Double(Float(0.1 * Double(length - 1)))
        case .llamaCpp: 0
        }
    }
}

extension UnigramDefinition {
    /// Checks that scores and kinds fit the vocabulary.
    fileprivate func check() throws(LocatedError) {
        let count = vocabulary.count
        guard scores.count == count else {
            throw error("scores", "\(scores.count) scores for \(count) tokens")
        }
        guard kinds.isEmpty || kinds.count == count else {
            throw error("kinds", "\(kinds.count) kinds for \(count) tokens")
        }
        if let id = scores.firstIndex(where: { !$0.isFinite }) {
            throw error("scores", "the score of token \(id) is \(scores[id]), not a finite number")
        }
        if let unknownToken, unknownToken >= count {
            throw error("unk_id", "\(unknownToken) is not an id of the \(count) tokens")
        }
    }

    private func error(_ field: String, _ problem: String) -> LocatedError {
        LocatedError(
            field: "model.\(field)", problem: problem, remedy: "the vocabulary is damaged; make it again")
    }
}
