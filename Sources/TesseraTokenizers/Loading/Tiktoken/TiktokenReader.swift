internal import TesseraCore
internal import TesseraFiles

/// Reads a `.tiktoken` file: lines of a token in base64, a space and its rank.
struct TiktokenReader {
    private let path: String
    private let options: TokenizerLoader.Options

    init(path: String, options: TokenizerLoader.Options = TokenizerLoader.Options()) {
        self.path = path
        self.options = options
    }

    /// The definition, with what the encoding adds to the ranks.
    ///
    /// - Throws: `LocatedError` naming the line that is damaged, or the option to give when it is not known
    ///   how the encoding splits text.
    func read() throws(LocatedError) -> LoadedDefinition {
        let encoding = try encoding()
        var definition = TokenizerDefinition(model: .bytePair(try model(below: encoding.rankLimit)))
        definition.preTokenizer = encoding.preTokenizer
        definition.decoder = .byteLevel
        for (spelling, id) in encoding.specialTokens {
            definition.addedTokens.append(AddedToken(id: id, content: Array(spelling.utf8)))
        }
        let spellings = TokenSpellings(TokenizerDefinition(model: definition.model))
        if let token = definition.addedTokens.first(where: { spellings.isTaken($0.id) }) {
            throw LocatedError(
                file: path,
                problem: "has a token of rank \(token.id), which is \"\(token.text)\" in \(encoding.name)",
                remedy: "name another encoding")
        }
        var loaded = LoadedDefinition(definition, file: path)
        loaded.endOfText = encoding.endOfText
        if let end = encoding.endOfText { loaded.definition.specialTokens.endOfText = [end] }
        return loaded
    }

    /// Whether the file at `path` begins as such files do, whatever its name.
    static func recognises(_ path: String) -> Bool {
        guard let file = try? MappedFile(path: path) else { return false }
        return withExtendedLifetime(file) {
            let head = file.bytes.prefix(8192)
            guard let space = head.firstIndex(of: 0x20), space + 1 < head.count else { return false }
            var token: [UInt8] = []
            let text = UnsafeRawBufferPointer(rebasing: head[..<space])
            return !text.isEmpty && Base64.append(decoding: text, to: &token)
                && (0x30...0x39).contains(head[space + 1])
        }
    }

    private func encoding() throws(LocatedError) -> TiktokenEncoding {
        if let expression = options.splitExpression {
            return TiktokenEncoding(
                name: "custom", preTokenizer: TiktokenEncoding.split(by: expression), specialTokens: [])
        }
        let names = TiktokenEncoding.known.map(\.name).joined(separator: ", ")
        if let name = options.encoding {
            guard let encoding = TiktokenEncoding.named(name) else {
                throw LocatedError(
                    field: "encoding", problem: "\"\(name)\" is not known", remedy: "use one of \(names)")
            }
            return encoding
        }
        guard let encoding = TiktokenEncoding.ofFile(FileSystem.name(of: path)) else {
            throw LocatedError(
                file: path, problem: "its name does not tell how the encoding splits text",
                remedy: "name the encoding (\(names)) or the expression that splits")
        }
        return encoding
    }

    private func model(below limit: Int) throws(LocatedError) -> BytePairDefinition {
        let file = try MappedFile(path: path)
        defer { withExtendedLifetime(file) {} }
        let bytes = file.bytes
        var tokens = RankedTokens(file: path, field: "ranks")
        tokens.reserve(tokens: bytes.count / 16, bytes: bytes.count)
        var token: [UInt8] = []
        var position = 0
        var line = 1
        while position < bytes.count {
            let start = position
            while position < bytes.count, bytes[position] != 0x0A { position += 1 }
            var end = position
            if end > start, bytes[end - 1] == 0x0D { end -= 1 }
            if end > start {
                token.removeAll(keepingCapacity: true)
                guard
                    let rank = Self.rank(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), token: &token)
                else {
                    throw LocatedError(
                        file: path, field: "line \(line)", problem: "is not a token in base64 and its rank",
                        remedy: "fetch the file again")
                }
                if rank < limit { try tokens.append(token, rank: rank) }
            }
            position += 1
            line += 1
        }
        return try tokens.model()
    }

    /// Reads a line; nil when it is damaged.
    private static func rank(_ line: UnsafeRawBufferPointer, token: inout [UInt8]) -> Int? {
        guard let space = line.firstIndex(of: 0x20), line.count - space - 1 <= 9, space + 1 < line.count,
            Base64.append(decoding: UnsafeRawBufferPointer(rebasing: line[..<space]), to: &token)
        else { return nil }
        var rank = 0
        for digit in line[(space + 1)...] {
            guard (0x30...0x39).contains(digit) else { return nil }
            rank = rank * 10 + Int(digit - 0x30)
        }
        return rank
    }
}
