public import TesseraCore
public import TesseraTokenizers

extension TokenizerDefinition {
    /// The same tokenizer with another spelling of an added token, wherever the definition spells it; all ids stay.
    ///
    /// - Throws: `LocatedError` when there is no such token, or the new spelling is another token's.
    public func renamingSpecial(_ old: String, to new: String) throws(LocatedError) -> VocabularyEdit {
        let (before, after) = (Array(old.utf8), Array(new.utf8))
        guard let index = addedTokens.firstIndex(where: { $0.content == before }) else {
            let known = addedTokens.prefix(12).map { quoted($0.content) }.joined(separator: ", ")
            throw LocatedError(
                field: "rename-special", problem: "\(quoted(before)) is no added token",
                remedy: known.isEmpty ? "this tokenizer has none" : "name one of \(known)")
        }
        guard !after.isEmpty else {
            throw LocatedError(
                field: "rename-special", problem: "the new spelling is empty", remedy: "give one")
        }
        let id = addedTokens[index].id
        let vocabulary = model.vocabulary
        let isTaken = addedTokens.contains { $0.content == after } || vocabulary.id(of: after) != nil
        guard !isTaken || before == after else {
            throw LocatedError(
                field: "rename-special", problem: "\(quoted(after)) is the spelling of another token",
                remedy: "use a spelling that is free")
        }
        var edited = self
        edited.addedTokens[index].content = after
        if vocabulary.spelling(of: id) == before {
            var spellings: [[UInt8]?] = (0..<vocabulary.count).map { vocabulary.spelling(of: TokenID($0)) }
            spellings[Int(id)] = after
            edited.model = model.with(try Vocabulary(spellings))
        }
        func renamed(_ spelling: String) -> String { spelling.utf8.elementsEqual(before) ? new : spelling }
        edited.model = edited.model.renamingUnknown(renamed)
        edited.postProcessor = postProcessor?.renaming(renamed)
        edited.decoder = decoder?.renaming(renamed)
        if let padding { edited.padding?.spelling = renamed(padding.spelling) }
        let rows = (0..<edited.idCount).map { RowMap.Source.row(TokenID($0)) }
        return VocabularyEdit(definition: edited, rows: rows)
    }

    /// A chat template with another spelling of an added token of this tokenizer.
    ///
    /// A spelling inside a longer added token stays: `<s>` in `<s>x` where that is a token too.
    ///
    /// - Throws: `LocatedError` when the new spelling would end the string or the text that it stands in.
    public func renamingSpecial(
        _ old: String, to new: String, inTemplate template: String
    ) throws(LocatedError) -> String {
        let (before, after) = (Array(old.utf8), Array(new.utf8))
        let source = Array(template.utf8)
        var contents = Dictionary(grouping: addedTokens.map(\.content).filter { !$0.isEmpty }) { $0[0] }
        if let first = before.first { contents[first, default: []].append(before) }
        contents = contents.mapValues { $0.sorted { $0.count > $1.count } }
        var output: [UInt8] = []
        var position = 0
        var isFound = false
        while position < source.count {
            guard
                let token = contents[source[position]]?.first(where: { source[position...].starts(with: $0) })
            else {
                output.append(source[position])
                position += 1
                continue
            }
            isFound = isFound || token == before
            output += token == before ? after : token
            position += token.count
        }
        let breaksOut = ["'", "\"", "\\", "{{", "{%", "{#", "\n"].contains { new.contains($0) }
        guard !isFound || !breaksOut else {
            throw LocatedError(
                field: "rename-special",
                problem:
                    "\(quoted(after)) has a quote, a backslash or a brace that the chat template would read",
                remedy: "use a spelling without them")
        }
        return String(decoding: output, as: UTF8.self)
    }
}

extension TokenModel {
    fileprivate func with(_ vocabulary: Vocabulary) -> TokenModel {
        switch self {
        case .bytePair(var model):
            model.vocabulary = vocabulary
            return .bytePair(model)
        case .unigram(var model):
            model.vocabulary = vocabulary
            return .unigram(model)
        case .wordPiece(var model):
            model.vocabulary = vocabulary
            return .wordPiece(model)
        case .wordLevel(var model):
            model.vocabulary = vocabulary
            return .wordLevel(model)
        case .lessIsBetter(var model):
            model.vocabulary = vocabulary
            return .lessIsBetter(model)
        }
    }

    fileprivate func renamingUnknown(_ renamed: (String) -> String) -> TokenModel {
        switch self {
        case .bytePair, .unigram, .lessIsBetter: return self
        case .wordPiece(var model):
            model.unknownToken = renamed(model.unknownToken)
            return .wordPiece(model)
        case .wordLevel(var model):
            model.unknownToken = renamed(model.unknownToken)
            return .wordLevel(model)
        }
    }
}

extension PostProcessor {
    fileprivate func renaming(_ renamed: (String) -> String) -> PostProcessor {
        func named(_ token: NamedToken) -> NamedToken { NamedToken(renamed(token.spelling), id: token.id) }
        func pieces(_ pieces: [TemplatePiece]) -> [TemplatePiece] {
            pieces.map { piece in
                if case .token(let name, let typeID) = piece {
                    .token(renamed(name), typeID: typeID)
                } else {
                    piece
                }
            }
        }
        switch self {
        case .bert(let separator, let classifier):
            return .bert(separator: named(separator), classifier: named(classifier))
        case .roberta(let separator, let classifier, let trimsOffsets, let addsPrefixSpace):
            return .roberta(
                separator: named(separator), classifier: named(classifier), trimsOffsets: trimsOffsets,
                addsPrefixSpace: addsPrefixSpace)
        case .byteLevel: return self
        case .template(let single, let pair, let tokens):
            return .template(
                single: pieces(single), pair: pieces(pair),
                tokens: tokens.map {
                    TemplateToken(name: renamed($0.name), ids: $0.ids, spellings: $0.spellings.map(renamed))
                })
        case .sequence(let steps): return .sequence(steps.map { $0.renaming(renamed) })
        }
    }
}

extension TokenDecoder {
    fileprivate func renaming(_ renamed: (String) -> String) -> TokenDecoder {
        switch self {
        case .ctc(let padding, let wordDelimiter, let cleansUp):
            .ctc(padding: renamed(padding), wordDelimiter: renamed(wordDelimiter), cleansUp: cleansUp)
        case .sequence(let steps): .sequence(steps.map { $0.renaming(renamed) })
        default: self
        }
    }
}
