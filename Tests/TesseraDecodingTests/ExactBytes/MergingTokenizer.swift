import TesseraCore

/// Byte-pair encoding of a handful of merges, for tests: bytes are 0...255, 256 ends a text, 257 begins one.
struct MergingTokenizer: Tokenizer {
    /// What the merges make, the first one first; each is made of two that come before it.
    let merged: [[UInt8]]

    /// Whether text is cut before it is merged, as GPT-2 does: words with the space before them, and of several spaces
    /// before a word all but the last together.
    var cutsWords = false

    var specialTokens = SpecialTokens(beginOfText: 257, endOfText: [256])

    init(_ merged: [String], cutsWords: Bool = false) {
        self.merged = merged.map { Array($0.utf8) }
        self.cutsWords = cutsWords
    }

    init(bytes merged: [[UInt8]]) { self.merged = merged }

    var vocabularySize: Int { 258 + merged.count }

    func bytes(of id: TokenID) -> [UInt8] {
        if id < 256 { return [UInt8(id)] }
        let index = Int(id) - 258
        return merged.indices.contains(index) ? merged[index] : []
    }

    func encode(
        _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID]
    ) {
        for piece in cutsWords ? Self.words(Array(text)) : [Array(text)] {
            var parts = piece.map { [$0] }
            for token in merged {
                var index = 0
                while index + 1 < parts.count {
                    if parts[index] + parts[index + 1] == token {
                        parts[index] = token
                        parts.remove(at: index + 1)
                    }
                    index += 1
                }
            }
            ids += parts.map { part in
                part.count == 1
                    ? TokenID(part[0]) : TokenID(258 + (merged.firstIndex(of: part) ?? 0))
            }
        }
    }

    /// GPT-2's ` ?\w+|\s+(?!\S)|\s+`.
    private static func words(_ text: [UInt8]) -> [[UInt8]] {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A }
        var words: [[UInt8]] = []
        var rest = text[...]
        while let first = rest.first {
            let spaces = rest.prefix(while: isSpace)
            let length: Int
            if spaces.isEmpty || (spaces.count == 1 && first == 0x20 && spaces.count < rest.count) {
                length = spaces.count + rest.dropFirst(spaces.count).prefix { !isSpace($0) }.count
            } else {
                length = spaces.count < rest.count && spaces.count > 1 ? spaces.count - 1 : spaces.count
            }
            words.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return words
    }

    func spelling(of id: TokenID) -> String? {
        switch id {
        case 256: "<end>"
        case 257: "<begin>"
        default: String(decoding: bytes(of: id), as: UTF8.self)
        }
    }

    func id(ofSpelling spelling: String) -> TokenID? {
        (0..<TokenID(vocabularySize)).first { self.spelling(of: $0) == spelling }
    }
}

extension SampleModel {
    /// A model with random scores after each last two tokens, for the tokens of some bytes and the end alone.
    static func random(
        _ tokenizer: MergingTokenizer, bytes alphabet: [UInt8], seed: UInt64, contextLength: Int = 256
    ) -> SampleModel {
        let size = tokenizer.vocabularySize
        let allowed = (0..<size).map { index in
            let bytes = tokenizer.bytes(of: TokenID(index))
            return index == 256 || (!bytes.isEmpty && bytes.allSatisfy(alphabet.contains))
        }
        let random = CounterRandom(seed: seed)
        return SampleModel(vocabularySize: size, contextLength: contextLength) { tokens in
            let key = tokens.suffix(2).reduce(1) { $0 &* 1_009 &+ UInt64($1) }
            return (0..<size).map {
                allowed[$0] ? Float(random.uniform(at: $0, stream: key)) * 4 : -.infinity
            }
        }
    }
}
