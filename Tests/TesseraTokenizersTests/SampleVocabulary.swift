import TesseraCore
import TesseraTestSupport
import TesseraTokenizers

/// A small byte-level vocabulary: the bytes, one token for each merge, then special and user-defined tokens.
struct SampleVocabulary {
    var merges = [("q", "z")]
    var special = ["<s>", "</s>", "<|im_start|>", "<|im_end|>"]
    var userDefined: [String] = []
    var pre = "smollm"

    /// The characters that stand for the bytes 0 to 255.
    static let alphabet: [String] = {
        var next: UInt32 = 0x100
        return (UInt32(0)..<256).map { byte in
            let stands = (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
            let code = stands ? byte : next
            if !stands { next += 1 }
            return Unicode.Scalar(code).map { String($0) } ?? ""
        }
    }()

    /// How the vocabulary spells `text`.
    static func spelling(of text: String) -> String {
        text.utf8.map { alphabet[Int($0)] }.joined()
    }

    /// Merges that make each of `words` out of its bytes, from left to right.
    static func merges(for words: [String]) -> [(String, String)] {
        var merges: [(String, String)] = []
        var seen: Set<String> = []
        for word in words {
            let letters = word.utf8.map { alphabet[Int($0)] }
            for length in letters.indices.dropFirst() {
                let left = letters[..<length].joined()
                if seen.insert(left + letters[length]).inserted { merges.append((left, letters[length])) }
            }
        }
        return merges
    }

    var tokens: [String] {
        var tokens = Self.alphabet
        var seen = Set(tokens)
        for (left, right) in merges where seen.insert(left + right).inserted { tokens.append(left + right) }
        return tokens + special + userDefined
    }

    var builder: GGUFBuilder {
        let tokens = tokens
        let plain = tokens.count - special.count - userDefined.count
        var builder = GGUFBuilder()
        builder["tokenizer.ggml.model"] = .string("gpt2")
        builder["tokenizer.ggml.pre"] = .string(pre)
        builder["tokenizer.ggml.tokens"] = .strings(tokens)
        builder["tokenizer.ggml.token_type"] = .int32s(
            Array(repeating: 1, count: plain) + special.map { _ in 3 } + userDefined.map { _ in 4 })
        builder["tokenizer.ggml.merges"] = .strings(merges.map { "\($0.0) \($0.1)" })
        builder["tokenizer.ggml.bos_token_id"] = .uint32(UInt32(plain))
        builder["tokenizer.ggml.eos_token_id"] = .uint32(UInt32(plain + 1))
        return builder
    }

    func load() throws -> LoadedTokenizer { try TokenizerLoader.load(gguf: builder.file()) }

    func tokenizer() throws -> PipelineTokenizer { try load().tokenizer }
}

extension PipelineTokenizer {
    /// The spellings of the tokens of `text`.
    func spellings(_ text: String, special: SpecialTokenReading = .asTokens) -> [String] {
        encode(text, special: special).map { spelling(of: $0) ?? "?" }
    }
}
