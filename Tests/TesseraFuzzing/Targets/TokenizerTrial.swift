internal import TesseraCore
internal import TesseraTemplates
internal import TesseraTokenizers

/// What must hold of every tokenizer that was read, however strange its file.
struct TokenizerTrial {
    private let loaded: LoadedTokenizer
    private let tokenizer: PipelineTokenizer
    private let folder: FuzzFolder
    private let texts: [String]

    init(_ loaded: LoadedTokenizer, _ folder: FuzzFolder) {
        self.loaded = loaded
        self.folder = folder
        tokenizer = loaded.tokenizer
        texts = Self.texts + [Self.spellings(of: loaded.tokenizer)]
    }

    private static let texts = [
        "", "Hello, world's 12345  test!", "  a\tb\r\n\n  c\u{3000}d  ",
        "日本語 Ελλ العربية हिन्दी 👩‍👧 e\u{301}\u{323} \u{AC01}İſ", "\0\u{1}\u{7F}\u{FFFD}\u{FFFF}\u{10FFFF}\u{E000}",
        String(repeating: "a", count: 200) + String(repeating: " ", count: 70),
        "<s>hello</s><unk>[CLS]x[SEP]<|endoftext|><0x41>\u{2581}\u{2581}Ġ##ing",
    ]

    /// A text that the vocabulary has tokens for.
    private static func spellings(of tokenizer: PipelineTokenizer) -> String {
        let size = tokenizer.vocabularySize
        let ids = (0..<min(size, 24)).map { TokenID(truncatingIfNeeded: $0 * 7919 % size) }
        return tokenizer.decode(ids) + ids.compactMap { tokenizer.spelling(of: $0) }.joined().prefix(2000)
    }

    func run() throws {
        for text in texts { try encodes(text) }
        try illFormed()
        try batches()
        try decodesAnything()
        try encodings()
        try template()
        // One of the other formats each time, as the vocabulary decides, since loading again is what takes long.
        try survives(.json)
        let others = TokenizerSaver.Format.allCases.filter { $0 != .json }
        try survives(others[(tokenizer.vocabularySize + texts[7].utf8.count) % others.count])
    }

    // MARK: Encoding

    private func encodes(_ text: String) throws {
        for special in [SpecialTokenReading.asTokens, .asText] {
            let ids = tokenizer.encode(text, special: special)
            let spans = tokenizer.encodeWithOffsets(text, special: special)
            try require(spans.map(\.id) == ids, "ids with offsets differ for \(text.debugDescription)")
            try require(
                spans.allSatisfy { $0.range.lowerBound >= 0 && $0.range.upperBound <= text.utf8.count },
                "an offset is outside of \(text.debugDescription)")
            try require(
                ids.allSatisfy { Int($0) < tokenizer.vocabularySize }, "an id is none of the vocabulary's")
            try streams(ids)
        }
    }

    private func illFormed() throws {
        let bytes: [UInt8] = [
            0x61, 0xC3, 0x28, 0xFF, 0x20, 0xE2, 0x82, 0xED, 0xA0, 0x80, 0xF4, 0x90, 0x80, 0x80, 0xF0,
        ]
        var ids: [TokenID] = []
        bytes.withUnsafeBufferPointer { tokenizer.encode($0, special: .asTokens, into: &ids) }
        let repaired = tokenizer.encode(String(decoding: bytes, as: UTF8.self))
        try require(ids == repaired, "ill-formed text is not read as repaired text is")
    }

    private func batches() throws {
        let batch = tokenizer.encodeBatch(texts, threads: 1)
        try require(batch == texts.map { tokenizer.encode($0) }, "a batch gives other ids")
        try require(
            tokenizer.decodeBatch(batch, threads: 1) == batch.map { tokenizer.decode($0) },
            "a batch is decoded otherwise")
    }

    // MARK: Decoding

    private func streams(_ ids: [TokenID]) throws {
        var decoder = StreamingDecoder(tokenizer: tokenizer)
        var text = ""
        for id in ids { text += decoder.append(id) }
        text += decoder.finish()
        let whole = tokenizer.decode(ids)
        try require(
            text.utf8.elementsEqual(whole.utf8),
            "streamed decoding gives \(text.debugDescription), not \(whole.debugDescription)")
    }

    private func decodesAnything() throws {
        let size = tokenizer.vocabularySize
        var ids = [TokenID.max, TokenID(truncatingIfNeeded: size), 0]
        ids += (0..<40).map { TokenID(truncatingIfNeeded: $0 * 104_729 % max(size, 1)) }
        try streams(ids)
        for id in ids { _ = (tokenizer.bytes(of: id), tokenizer.spelling(of: id), tokenizer.isSpecial(id)) }
    }

    // MARK: What a model reads

    private func encodings() throws {
        var options = EncodingOptions()
        for sampling in [nil, SegmentationSampling(seed: 1, smoothness: 0.5)] {
            options.sampling = sampling
            do {
                for input in [EncodingInput(texts[1]), EncodingInput(texts[3], pair: texts[1])] {
                    let encoding = try tokenizer.encoding(of: input, options: options)
                    let counts = [
                        encoding.ranges.count, encoding.typeIDs.count, encoding.textIndices.count,
                        encoding.specialTokensMask.count, encoding.attentionMask.count,
                    ]
                    try require(
                        counts.allSatisfy { $0 == encoding.ids.count }, "an encoding's lists differ in length"
                    )
                }
                _ = try tokenizer.encodings(
                    of: [EncodingInput(texts[1]), EncodingInput(texts[2])], options: options, threads: 1)
            } catch let error where error is LocatedError {
                // A truncation that cannot be made is refused.
            }
        }
    }

    private func template() throws {
        guard loaded.chatTemplate != nil else { return }
        let messages = [
            ChatMessage(role: "user", content: texts[3]), ChatMessage(role: "assistant", content: "ok"),
        ]
        do {
            _ = try loaded.requireChatTemplate().render(messages: messages, addGenerationPrompt: true)
        } catch {
            // Templates of strange files are refused, or refuse.
        }
    }

    // MARK: Saving

    private func saved(
        to path: String, _ format: TokenizerSaver.Format
    ) -> Result<TokenizerSaver.Outcome, LocatedError> {
        Result { () throws(LocatedError) in try TokenizerSaver.save(loaded, to: path, format: format) }
    }

    private func loaded(from path: String, _ format: TokenizerSaver.Format) throws -> PipelineTokenizer {
        var options = TokenizerLoader.Options()
        if format == .tiktoken { options.splitExpression = tokenizer.definition.onlyExpression ?? "x" }
        let result = Result { [options] () throws(LocatedError) in
            try TokenizerLoader.load(path: path, options: options).tokenizer
        }
        if case .failure(let error) = result {
            throw FuzzFailure(
                "what was saved as \(format) cannot be loaded: \(error.description.prefix(500))")
        }
        return try result.get()
    }

    /// What can be saved can be loaded, with the same ids unless the saver said what is lost.
    private func survives(_ format: TokenizerSaver.Format) throws {
        let path = folder.path(format == .folder ? "saved" : "saved.\(format.rawValue)")
        guard case .success(let outcome) = saved(to: path, format) else { return }
        let again = try loaded(from: path, format)
        if format == .tiktoken {
            guard tokenizer.definition.onlyExpression != nil else { return }
            for text in texts {
                try require(
                    again.encode(text, special: .asText) == tokenizer.encode(text, special: .asText)
                        || !tokenizer.definition.addedTokens.allSatisfy(\.isSpecial),
                    "saved as tiktoken, other ids for \(text.debugDescription)")
            }
            return
        }
        guard outcome.losses.allSatisfy({ $0 == "the chat template" }) else { return }
        for text in texts {
            for special in [SpecialTokenReading.asTokens, .asText] {
                let (old, new) = (
                    tokenizer.encode(text, special: special), again.encode(text, special: special)
                )
                try require(
                    old == new,
                    "saved as \(format), the ids of \(text.debugDescription) are \(new) and not \(old)")
            }
        }
        let ids = tokenizer.encode(texts[3]) + tokenizer.encode(texts[1])
        if format == .json || format == .folder {
            try require(
                again.decode(ids) == tokenizer.decode(ids), "saved as \(format), decoding gives other text")
        }
    }
}

extension TokenizerDefinition {
    /// The expression that alone cuts text in front of the bytes; nil when more does.
    fileprivate var onlyExpression: String? {
        guard case .sequence(let parts)? = preTokenizer, parts.count == 2,
            case .split(.expression(let source), .isolated, inverted: false) = parts[0],
            parts[1] == .byteLevel(addsPrefixSpace: false, usesExpression: false)
        else { return nil }
        return source
    }
}
