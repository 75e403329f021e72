internal import TesseraCore
internal import TesseraFiles

/// Writes the member `model` of a `tokenizer.json`.
struct TokenModelWriter {
    private let model: TokenModel
    private let further: [AddedToken]

    /// - Parameter further: tokens outside the model that its vocabulary lists all the same, at their ids.
    init(_ model: TokenModel, further: [AddedToken] = []) {
        self.model = model
        self.further = further
    }

    /// Writes the model.
    ///
    /// - Throws: `LocatedError` when a token is not UTF-8.
    func write(to output: inout JSONEmitter) throws(LocatedError) {
        try checkSpellings()
        output.beginObject()
        switch model {
        case .bytePair(let model): write(model, to: &output)
        case .unigram(let model): write(model, to: &output)
        case .wordPiece(let model):
            member("type", "WordPiece", &output)
            member("unk_token", .string(model.unknownToken), &output)
            member("continuing_subword_prefix", .string(model.continuingPrefix), &output)
            member("max_input_chars_per_word", .integer(model.largestWord), &output)
            write(model.vocabulary, to: &output)
        case .wordLevel(let model):
            member("type", "WordLevel", &output)
            write(model.vocabulary, to: &output)
            member("unk_token", .string(model.unknownToken), &output)
        case .lessIsBetter(let model): write(model, to: &output)
        }
        output.endObject()
    }

    private func checkSpellings() throws(LocatedError) {
        let vocabulary = model.vocabulary
        for id in 0..<vocabulary.count {
            let isText = vocabulary.withSpelling(of: id) {
                firstInvalidUTF8Offset(in: $0.bindMemory(to: UInt8.self)) == nil
            }
            guard isText else {
                throw LocatedError(
                    field: "model.vocab", problem: "token \(id) is not UTF-8 text, and JSON holds only that",
                    remedy: "save it in another format")
            }
        }
    }

    private func write(_ model: BytePairDefinition, to output: inout JSONEmitter) {
        let vocabulary = model.vocabulary
        member("type", "BPE", &output)
        member("dropout", model.dropout.map { .number($0) } ?? .null, &output)
        let unknown = model.unknownToken.map { String(decoding: vocabulary.spelling(of: $0), as: UTF8.self) }
        member("unk_token", unknown.map { .string($0) } ?? .null, &output)
        member(
            "continuing_subword_prefix",
            model.continuingPrefix.isEmpty ? .null : .string(model.continuingPrefix),
            &output)
        member("end_of_word_suffix", model.endSuffix.isEmpty ? .null : .string(model.endSuffix), &output)
        member("fuse_unk", .bool(model.fusesUnknown), &output)
        member("byte_fallback", .bool(model.fallsBackToBytes), &output)
        member("ignore_merges", .bool(model.ignoresMerges), &output)
        write(vocabulary, to: &output)
        output.key("merges")
        output.beginArray()
        for merge in model.merges {
            output.beginArray()
            vocabulary.withSpelling(of: Int(merge.left)) { output.string($0) }
            vocabulary.withSpelling(of: Int(merge.right)) { output.string($0) }
            output.endArray()
        }
        output.endArray()
    }

    private func write(_ model: UnigramDefinition, to output: inout JSONEmitter) {
        member("type", "Unigram", &output)
        member("unk_id", model.unknownToken.map { .integer(Int($0)) } ?? .null, &output)
        output.key("vocab")
        output.beginArray()
        for (id, score) in zip(0..<model.vocabulary.count, model.scores) {
            output.beginArray()
            model.vocabulary.withSpelling(of: id) { output.string($0) }
            output.number(score)
            output.endArray()
        }
        output.endArray()
        member("byte_fallback", .bool(model.fallsBackToBytes), &output)
    }

    private func write(_ model: LessIsBetterDefinition, to output: inout JSONEmitter) {
        let unknown = model.unknownToken.map {
            String(decoding: model.vocabulary.spelling(of: $0), as: UTF8.self)
        }
        member("type", "LessIsBetter", &output)
        member("unk_token", unknown.map { .string($0) } ?? .null, &output)
        member("byte_fallback", .bool(model.fallsBackToBytes), &output)
        write(model.vocabulary, to: &output)
        member("lexicon", .array(model.lexicon.map { .integer(Int($0)) }), &output)
        member("training", model.training?.json ?? .null, &output)
    }

    /// Writes the member `vocab`, by id; ids that nobody has are left out.
    private func write(_ vocabulary: Vocabulary, to output: inout JSONEmitter) {
        output.key("vocab")
        output.beginObject()
        for id in 0..<vocabulary.count {
            vocabulary.withSpelling(of: id) { spelling in
                guard !spelling.isEmpty else { return }
                output.key(spelling)
                output.integer(id)
            }
        }
        for token in further {
            token.content.withUnsafeBytes { output.key($0) }
            output.integer(Int(token.id))
        }
        output.endObject()
    }

    private func member(_ key: String, _ value: JSONValue, _ output: inout JSONEmitter) {
        output.key(key)
        output.value(value)
    }
}
