import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import Testing

/// The count of a growing text is that of the whole, wherever it is chopped.
@Suite("Token counter")
struct TokenCounterTests {
    /// Published tokenizers of different kinds, by their files.
    static let files = [
        "huggingface/deepseek-coder-33b-base/tokenizer.json", "huggingface/deepseek-v3/tokenizer.json",
        "huggingface/glm-4/tokenizer.json", "huggingface/jiutian-139moe-chat/tokenizer.json",
        "huggingface/litellm-anthropic/tokenizer.json", "huggingface/minimax/tokenizer.json",
        "huggingface/qwen-3.5/tokenizer.json", "llama.cpp/ggml-vocab-bert-bge.gguf",
        "llama.cpp/ggml-vocab-falcon.gguf", "llama.cpp/ggml-vocab-gemma-4.gguf",
        "llama.cpp/ggml-vocab-llama-spm.gguf", "llama.cpp/ggml-vocab-nomic-bert-moe.gguf",
        "llama.cpp/ggml-vocab-phi-3.gguf", "llama.cpp/ggml-vocab-starcoder.gguf",
        "mistral/mistral_instruct_tokenizer_240323.model.v3", "mistral/tekken_240911.json",
        "mistral/tokenizer.model.v1", "tiktoken/cl100k_base.tiktoken", "tiktoken/gpt2.tiktoken",
        "tiktoken/o200k_base.tiktoken",
    ]

    private static func load(_ file: String) throws -> PipelineTokenizer {
        try TokenizerLoader.load(path: try ReferenceTokenizers.path(file), options: TokenizerLoader.Options())
            .tokenizer
    }

    @Test("equals encoding the whole text, for any chopping and after removals", arguments: files)
    func equal(file: String) throws {
        try expectExactCounts(try Self.load(file), name: file, rounds: 40)
    }

    @Test("equals encoding the whole text for parts that only hand-made tokenizers have", arguments: 0..<8)
    func equalForParts(number: Int) throws {
        let base = try Self.load("llama.cpp/ggml-vocab-llama-spm.gguf").definition
        var definition = base
        definition.addedTokens += [
            AddedToken(id: 2000, content: Array("lo w".utf8)),
            AddedToken(id: 2001, content: Array("[x]".utf8)),
        ]
        let strips = definition.addedTokens.count - 2
        switch number {
        case 0: definition.addedTokens[strips].stripsLeft = true
        case 1: definition.addedTokens[strips + 1].stripsRight = true
        case 2:
            definition.addedTokens[strips].isSingleWord = true
            definition.addedTokens[strips + 1].isSingleWord = true
        case 3:
            definition.normalizer = .sequence([
                .prepend("\u{2581}"), .replace(.string(" "), with: "\u{2581}"),
            ])
            for place in definition.addedTokens.indices { definition.addedTokens[place].isNormalized = true }
        case 4:
            definition.normalizer = .sequence([
                .strip(left: true, right: true), .unicode(.compatibleComposed),
            ])
            definition.preTokenizer = .metaspace(replacement: "\u{2581}", prepends: .always, splits: true)
        case 5:
            definition.normalizer = .lowercase
            var cased = AddedToken(id: 2002, content: Array("Lo W".utf8))
            cased.isNormalized = true
            definition.addedTokens.append(cased)
            definition.preTokenizer = .sequence([
                .punctuation(.mergedWithPrevious), .split(.string("ab"), .mergedWithNext, inverted: false),
                .metaspace(replacement: "\u{2581}", prepends: .first, splits: true),
            ])
        case 6:
            definition.normalizer = nil
            definition.preTokenizer = .sequence([
                .digits(individually: false), .split(.string(" "), .mergedWithNext, inverted: false),
                .fixedLength(3),
            ])
        default:
            definition.normalizer = .replace(.string("o w"), with: "ow ")
            definition.preTokenizer = .sequence([.unicodeScripts, .whitespace])
        }
        try expectExactCounts(try PipelineTokenizer(definition), name: "parts \(number)", rounds: 60)
    }

    private func expectExactCounts(_ tokenizer: PipelineTokenizer, name: String, rounds: Int) throws {
        var random = SeededGenerator(seed: 20_261_129)
        let added = tokenizer.definition.addedTokens.map(\.content)
        for round in 0..<rounds {
            let special: SpecialTokenReading = round % 3 == 0 ? .asText : .asTokens
            var counter = TokenCounter(
                tokenizer: tokenizer, special: special, patience: round % 2 == 0 ? 0 : 64)
            var text: [UInt8] = []
            var forgotten = false
            for _ in 0..<Int.random(in: 1...60, using: &random) {
                if Int.random(in: 0..<6, using: &random) == 0 {
                    let removed = counter.removeLast(Int.random(in: 0...12, using: &random))
                    text.removeLast(removed)
                } else {
                    let more = HostileText.piece(added, using: &random)
                    var rest = more[...]
                    while !rest.isEmpty {
                        let part = rest.prefix(Int.random(in: 1...9, using: &random))
                        counter.append(bytes: part)
                        text += part
                        rest = rest.dropFirst(part.count)
                    }
                }
                if !forgotten, Int.random(in: 0..<30, using: &random) == 0 {
                    counter.forgetSettledText()
                    forgotten = true
                }
                let expected = count(text, tokenizer, special)
                guard counter.count == expected else {
                    Issue.record("\(name), round \(round): \(counter.count), not \(expected) for \(text)")
                    return
                }
            }
            if !forgotten { #expect(counter.removeLast(text.count + 1) == text.count && counter.count == 0) }
        }
    }

    private func count(
        _ text: [UInt8], _ tokenizer: PipelineTokenizer, _ special: SpecialTokenReading
    ) -> Int {
        var ids: [TokenID] = []
        text.withUnsafeBufferPointer { tokenizer.encode($0, special: special, into: &ids) }
        return ids.count
    }

    /// Tokenizers with nothing settled, which the documentation of `TokenCounter` names: Unigram over whole texts.
    private static let unsettled = ["llama.cpp/ggml-vocab-nomic-bert-moe.gguf"]

    @Test("settles all but the last words of prose", arguments: files)
    func settles(file: String) throws {
        var counter = try Self.load(file).counter()
        for _ in 0..<300 { counter.append("It was late, and nobody had\nlit the 2 lamps. ") }
        if Self.unsettled.contains(file) {
            #expect(counter.unsettledByteCount > 1000)
        } else {
            #expect(counter.unsettledByteCount < 128, "\(counter.unsettledByteCount)")
        }
    }

    @Test("a megabyte comes in pieces of ten bytes")
    func measured() throws {
        for file in [
            "tiktoken/o200k_base.tiktoken", "mistral/tokenizer.model.v1",
            "llama.cpp/ggml-vocab-bert-bge.gguf",
        ] {
            let tokenizer = try Self.load(file)
            var random = SeededGenerator(seed: 7)
            var text: [UInt8] = []
            while text.count < 1_000_000 {
                text += HostileText.prose.randomElement(using: &random)?.utf8 ?? "".utf8
            }
            let clock = ContinuousClock()
            var counter = tokenizer.counter()
            var sum = 0
            let appending = clock.measure {
                for start in stride(from: 0, to: text.count, by: 10) {
                    counter.append(bytes: text[start..<min(start + 10, text.count)])
                    sum &+= counter.count
                }
            }
            var whole = 0
            let encoding = clock.measure { whole = count(text, tokenizer, .asTokens) }
            #expect(counter.count == whole)
            let pieces = (text.count + 9) / 10
            print(
                "\(file): \(appending / pieces) for each of \(pieces) pieces with its count;",
                "encoding the \(text.count) bytes once takes \(encoding)")
        }
    }
}

/// Texts in which places where a text may be cut are hard to tell.
private enum HostileText {
    static let prose = [
        "the ", "lamps, ", "nobody's ", "harbour\n", "It's ", "1987 ", "\u{201C}what?\u{201D} ",
        "na\u{EF}ve ", "\n\n", "reef; ", "X-ray ",
        "don't", " ",
    ]
    private static let others = [
        " ", "  ", "\n", "\r\n", "\t", "\u{A0}", "\u{3000}", "'", "'s", "'re", "'l", "l", "a", "e", "lo w",
        "[x]", "o w", "LO w", "ab",
        "\u{301}", "\u{327}", "e\u{301}", "\u{E9}", "\u{1100}", "\u{1161}", "\u{11A8}", "\u{AC00}",
        "\u{212A}", "\u{2126}", "\u{FB01}", "\u{1F600}", "\u{1F469}\u{200D}\u{1F467}",
        "\u{1F1E9}", "\u{65E5}\u{672C}", "\u{FF0C}", "\u{0E01}\u{0E33}", "\u{0915}\u{094D}", "\u{2581}",
        "\u{2581}\u{2581}", "\u{FFFD}", "\u{0}", "7", "123", "4567", "...", "!?",
        "<|", "|>", "<s", "</", "=====", "---", "_x_", "CamelCase", "\u{0627}\u{0644}", "\u{05D0}",
        "\u{10FFFF}",
    ]

    static func piece(_ added: [[UInt8]], using random: inout SeededGenerator) -> [UInt8] {
        switch Int.random(in: 0..<12, using: &random) {
        case 0..<4: return Array((prose.randomElement(using: &random) ?? "").utf8)
        case 4..<8: return Array((others.randomElement(using: &random) ?? "").utf8)
        case 8:
            let one = Array((others.randomElement(using: &random) ?? "").utf8)
            return Array(repeatElement(one, count: Int.random(in: 2...9, using: &random)).joined())
        case 9: return random.bytes(Int.random(in: 1...3, using: &random))
        default:
            guard let token = added.randomElement(using: &random) else { return [] }
            return Bool.random(using: &random)
                ? token : Array(token.prefix(Int.random(in: 1...4, using: &random)))
        }
    }
}
