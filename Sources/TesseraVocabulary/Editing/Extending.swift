public import TesseraCore
public import TesseraTokenizers

/// A token that is added to a vocabulary.
public enum NewToken: Hashable, Sendable {
    /// Text that the model itself shall make one token of. Where words begin with their space, `" word"` is the word
    /// inside a sentence and `"word"` the one at the start of a text.
    ///
    /// `score` is that of a Unigram model; nil: that of the rarest token it was made of.
    case word(String, score: Double? = nil)
    /// Text that is found by its spelling before anything else looks at it.
    case added(String, isSpecial: Bool)
}

extension TokenizerDefinition {
    /// A larger vocabulary; the ids that there are stay.
    ///
    /// A BPE model makes a word of the tokens that it is now: merges behind all others join these, and each that
    /// joins two of several makes a token of its own. Tokens of a word that stand beside each other in other texts
    /// are joined there too. A Unigram model gets the word with a score, WordPiece and WordLevel just the word.
    ///
    /// - Throws: `LocatedError` when a word is cut by the pre-tokenizer or has characters without tokens, or an added
    ///   token is there already.
    public func extended(with tokens: [NewToken]) throws(LocatedError) -> VocabularyEdit {
        _ = try checkedIDCount()
        let tracer = try PipelineTokenizer(self).tracer()
        var extending = try VocabularyExtension(self)
        for token in tokens {
            switch token {
            case .word(let text, let score):
                guard let piece = try piece(of: text, tracer) else {
                    extending.notes.append("\(quoted(text.utf8)) is an added token already")
                    continue
                }
                try extending.add(piece, named: text, score: score)
            case .added(let text, let isSpecial): try extending.addToken(text, isSpecial: isSpecial)
            }
        }
        return try extending.edit()
    }

    /// The one piece that a word is for the model; nil: it is an added token.
    private func piece(of text: String, _ tracer: EncodingTracer) throws(LocatedError) -> [UInt8]? {
        var text = text
        let trace = text.withUTF8 { tracer.trace($0) }
        if trace.pieces.isEmpty, trace.addedTokens.count == 1 { return nil }
        guard trace.addedTokens.isEmpty, trace.pieces.count == 1, let piece = trace.pieces.first else {
            let parts = trace.pieces.map { quoted($0.bytes) }.joined(separator: ", ")
            throw LocatedError(
                field: "words",
                problem: trace.pieces.count > 1
                    ? "\(quoted(text.utf8)) is cut into \(parts) before the model sees it"
                    : "\(quoted(text.utf8)) leaves no text for the model, or holds an added token",
                remedy: "add it as an added token, which is found before that")
        }
        return piece.spelling
    }
}

/// A vocabulary that is being extended.
struct VocabularyExtension {
    private let old: TokenizerDefinition
    private let oldModel: PieceModel
    private(set) var builder: VocabularyBuilder
    /// For each new token the text that old tokens are looked for in.
    private var texts: [TokenID: Text] = [:]
    /// What is to be said.
    var notes: [String] = []
    /// How many tokens were made on the way to others.
    private var wayCount = 0

    private enum Text {
        case spelling([UInt8])
        case content(String)
    }

    init(_ definition: TokenizerDefinition) throws(LocatedError) {
        old = definition
        oldModel = try PieceModel(definition.model)
        builder = VocabularyBuilder(definition)
    }

    /// Adds a token that is found by its spelling.
    mutating func addToken(_ text: String, isSpecial: Bool) throws(LocatedError) {
        let content = Array(text.utf8)
        guard !content.isEmpty else {
            throw LocatedError(field: "added", problem: "a token has no text", remedy: "give it one")
        }
        if let known = builder.addedTokens.first(where: { $0.content == content }) {
            throw LocatedError(
                field: "added",
                problem: "\(quoted(content)) is an added token already, with the id \(known.id)",
                remedy: "leave it out")
        }
        var token = AddedToken(id: builder.id(of: content) ?? builder.nextID, content: content)
        token.isSpecial = isSpecial
        // As Hugging Face does: what means text is looked for in normalized text.
        token.isNormalized = !isSpecial
        if builder.id(of: content) == nil { texts[token.id] = .content(text) }
        builder.append(token)
    }

    /// Makes `piece`, which is spelled as tokens are, one token.
    mutating func add(_ piece: [UInt8], named name: String, score: Double? = nil) throws(LocatedError) {
        if builder.merges {
            try join(piece, name)
        } else {
            let before = builder.id(of: piece)
            if before != nil, score == nil {
                return notes.append("\(quoted(name.utf8)) is in the vocabulary already")
            }
            let id = builder.append(piece, score: score ?? standardScore(of: piece))
            if before != nil, let score { builder.setScore(score, of: id) }
            if before == nil { texts[id] = .spelling(piece) }
        }
    }

    /// Adds the merges that make `piece` one token.
    mutating func join(_ piece: [UInt8], _ name: String) throws(LocatedError) {
        var tokens = builder.path(of: piece).tokens
        let before = tokens.count
        let wasThere = builder.id(of: piece) != nil
        guard tokens.count > 1 else {
            return notes.append("\(quoted(name.utf8)) is one token already")
        }
        while tokens.count > 1 {
            if tokens.contains(MergePaths.noToken) {
                throw LocatedError(
                    field: "words", problem: "a character of \(quoted(name.utf8)) has no token to merge",
                    remedy: "add it as an added token")
            }
            let spellings = tokens.map { builder.spelling(of: $0) }
            let joined = (1..<tokens.count).map { old.joined(spellings[$0 - 1], spellings[$0]) }
            // A token that is there already costs no row; else from the left, as most merges go.
            let place = joined.firstIndex { builder.id(of: $0) != nil } ?? 0
            let isNew = builder.id(of: joined[place]) == nil
            let id = builder.append(joined[place])
            if isNew {
                texts[id] = .spelling(joined[place])
                if joined[place] != piece { wayCount += 1 }
            }
            builder.appendMerge(tokens[place], tokens[place + 1], makes: id)
            let next = builder.path(of: piece).tokens
            guard next.count < tokens.count else {
                throw LocatedError(
                    field: "words",
                    problem: "an earlier merge keeps \(quoted(name.utf8)) from being one token",
                    remedy: "add it as an added token")
            }
            tokens = next
        }
        guard tokens.first == builder.id(of: piece) else {
            throw LocatedError(
                field: "words", problem: "an earlier merge makes another token of \(quoted(name.utf8))",
                remedy: "add it as an added token")
        }
        if wasThere {
            notes.append(
                "\(quoted(name.utf8)) was in the vocabulary, but earlier merges cut it into \(before) tokens")
        }
    }

    /// The score of the rarest token that `piece` is now.
    private func standardScore(of piece: [UInt8]) -> Double {
        guard case .unigram(let model) = old.model else { return 0 }
        let known = oldModel.tokens(of: piece).filter { $0 != model.unknownToken }
        let scores = known.filter { Int($0) < model.scores.count }.map { model.scores[Int($0)] }
        return scores.min() ?? builder.lowestScore
    }

    /// Adds a token of another vocabulary.
    mutating func appendToken(_ spelling: [UInt8], score: Double) -> TokenID {
        let id = builder.append(spelling, score: score)
        texts[id] = .spelling(spelling)
        return id
    }

    /// Adds a merge of another vocabulary.
    mutating func appendMerge(_ left: TokenID, _ right: TokenID, makes made: TokenID) {
        builder.appendMerge(left, right, makes: made)
    }

    /// Adds an added token of another vocabulary.
    mutating func appendAdded(_ token: AddedToken, id: TokenID) {
        if builder.id(of: token.content) == nil {
            texts[id] = .content(String(decoding: token.content, as: UTF8.self))
        }
        var token = token
        token.id = id
        builder.append(token)
    }

    /// Changes the score of a Unigram token.
    mutating func setScore(_ score: Double, of id: TokenID) { builder.setScore(score, of: id) }

    /// The edit so far.
    func edit() throws(LocatedError) -> VocabularyEdit {
        let definition = try builder.definition()
        let tokenizer = try PipelineTokenizer(old)
        let oldCount = old.idCount
        let rows = (0..<definition.idCount).map { id -> RowMap.Source in
            guard id >= oldCount else { return .row(TokenID(id)) }
            let pieces: [TokenID] =
                switch texts[TokenID(id)] {
                case .spelling(let spelling)?: oldModel.tokens(of: spelling)
                case .content(let text)?: tokenizer.encode(text, special: .asText)
                case nil: []
                }
            return pieces.isEmpty ? .none : .pieces(pieces)
        }
        var edit = VocabularyEdit(definition: definition, rows: rows, notes: notes)
        if wayCount > 0 { edit.notes.append("\(wayCount) tokens were added on the way to others") }
        return edit
    }
}

extension TokenizerDefinition {
    /// The spelling of two tokens of BPE as one.
    func joined(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        guard case .bytePair(let model) = model else { return left + right }
        let prefix = model.continuingPrefix.utf8
        return left
            + (!prefix.isEmpty && right.starts(with: prefix) ? right.dropFirst(prefix.count) : right[...])
    }
}
