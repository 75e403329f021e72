internal import TesseraCore
internal import TesseraFiles

/// Reads a `tekken.json`, Mistral's byte-level vocabulary.
///
/// The special tokens come first: the id of a token is its rank plus their number. Special tokens that the
/// file does not name are called `<SPECIAL_17>` by their id (mistral-common 1.13, `tekken.py`).
struct TekkenReader {
    /// The versions that may leave out the list of special tokens: it is then this one.
    private static let versionsWithoutSpecialTokens = ["v1", "v2", "v3", "v7"]

    private static let usualSpecialTokens = [
        "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
        "[TOOL_RESULTS]",
        "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]", "[PREFIX]",
        "[MIDDLE]",
        "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]",
    ]

    /// The most special tokens; published files have 1,000.
    ///
    /// Those that the file does not name are made all the same: a file of one line could ask for millions.
    private static let mostSpecialTokens = 16_384

    private let path: String

    init(path: String) {
        self.path = path
    }

    /// The definition.
    ///
    /// - Throws: `LocatedError` naming the field that is missing or damaged.
    func read() throws(LocatedError) -> LoadedDefinition {
        let file = try MappedFile(path: path)
        let json = try PartialJSON(file: file, leaving: ["vocab"])
        let configuration = json.root["config"]
        let specialCount = try configuration["default_num_special_tokens"].count()
        let size = try configuration["default_vocab_size"].count()
        guard specialCount < size, size < Vocabulary.largestCount else {
            throw configuration["default_vocab_size"].error("\(size) is not the size of a vocabulary")
        }
        guard specialCount <= Self.mostSpecialTokens else {
            throw configuration["default_num_special_tokens"].error(
                "\(specialCount) are more than the \(Self.mostSpecialTokens) that any model has")
        }
        let special = try specialTokens(json.root, count: specialCount)
        guard var scanner = json.scanner(of: "vocab") else { throw json.root["vocab"].error("missing") }
        let model = try model(&scanner, offset: specialCount, limit: size - specialCount)
        var definition = TokenizerDefinition(
            preTokenizer: TiktokenEncoding.split(by: try configuration["pattern"].string()),
            model: .bytePair(model), decoder: .byteLevel, addedTokens: special)
        let spellings = TokenSpellings(definition)
        func id(_ spelling: String) -> TokenID? { spellings.id(of: Array(spelling.utf8)) }
        let end = id("</s>")
        definition.specialTokens = SpecialTokens(
            beginOfText: id("<s>"), endOfText: Set([end].compactMap { $0 }), unknown: id("<unk>"),
            padding: id("<pad>"), addsBeginOfText: id("<s>") != nil)
        if let begin = id("<s>") {
            let token = TemplateToken(name: "<s>", ids: [begin], spellings: ["<s>"])
            definition.postProcessor = .template(
                single: [.token("<s>", typeID: 0), .first(typeID: 0)],
                pair: [
                    .token("<s>", typeID: 0), .first(typeID: 0), .token("<s>", typeID: 1), .second(typeID: 1),
                ],
                tokens: [token])
        }
        var loaded = LoadedDefinition(definition, file: path)
        loaded.endOfText = end
        return loaded
    }

    private func specialTokens(_ root: JSONField, count: Int) throws(LocatedError) -> [AddedToken] {
        let list = root["special_tokens"]
        var spellings: [String?] = Array(repeating: nil, count: count)
        if list.isPresent {
            for index in try list.array().indices {
                let rank = try list[index]["rank"].count()
                guard rank < count else {
                    throw list[index]["rank"].error("\(rank) is not below the \(count) special tokens")
                }
                if let other = spellings[rank] {
                    throw list[index]["rank"].error("is that of \"\(other)\" too")
                }
                spellings[rank] = try list[index]["token_str"].string()
            }
        } else {
            let version = try root["config"]["version"].string()
            guard Self.versionsWithoutSpecialTokens.contains(version) else {
                throw list.error("missing, which version \(version) of the format does not allow")
            }
            for (rank, spelling) in Self.usualSpecialTokens.enumerated() where rank < count {
                spellings[rank] = spelling
            }
        }
        var owners: [ByteKey: Int] = [:]
        var tokens: [AddedToken] = []
        for (rank, spelling) in spellings.enumerated() {
            let spelling = spelling ?? "<SPECIAL_\(rank)>"
            if let other = owners.updateValue(rank, forKey: ByteKey(spelling)) {
                throw list.error("the tokens \(other) and \(rank) are both \"\(spelling)\"")
            }
            guard spelling.utf8.count <= AddedToken.largestByteCount else {
                throw list.error("token \(rank) has more than \(AddedToken.largestByteCount) bytes")
            }
            tokens.append(AddedToken(id: TokenID(truncatingIfNeeded: rank), content: Array(spelling.utf8)))
        }
        return tokens
    }

    private func model(
        _ scanner: inout JSONScanner, offset: Int, limit: Int
    ) throws(LocatedError) -> BytePairDefinition {
        var tokens = RankedTokens(offset: offset, file: path, field: "vocab")
        var (text, bytes, key): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
        var count = 0
        var moreTokens = try scanner.beginArray()
        while moreTokens {
            var rank: Int?
            text.removeAll(keepingCapacity: true)
            var moreMembers = try scanner.beginObject()
            while moreMembers {
                key.removeAll(keepingCapacity: true)
                _ = try scanner.key(into: &key)
                if key.elementsEqual("rank".utf8) {
                    rank = try scanner.wholeNumber()
                } else if key.elementsEqual("token_bytes".utf8) {
                    text.removeAll(keepingCapacity: true)
                    _ = try scanner.string(into: &text)
                } else {
                    try scanner.pass()
                }
                moreMembers = try scanner.continuesObject()
            }
            guard let rank else { throw scanner.error("token \(count) has no rank") }
            bytes.removeAll(keepingCapacity: true)
            guard text.withUnsafeBytes({ Base64.append(decoding: $0, to: &bytes) }) else {
                throw scanner.error("token_bytes of token \(count) is not base64")
            }
            // Files hold more tokens than models use.
            if rank < limit { try tokens.append(bytes, rank: rank) }
            count += 1
            moreTokens = try scanner.continuesArray()
        }
        return try tokens.model()
    }
}
