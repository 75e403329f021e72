package import TesseraCore

extension SpecialTokens {
    /// Gives `id` the role that its spelling has in most vocabularies, if it has one.
    package mutating func assignRole(to id: TokenID, spelled text: String) {
        switch text {
        case "<s>", "<bos>", "<|begin_of_text|>", "[BOS]": beginOfText = id
        case "</s>", "<eos>", "<|endoftext|>", "<|end_of_text|>", "[EOS]", "<|im_end|>": endOfText.insert(id)
        case "<pad>", "[PAD]", "<|pad|>": padding = id
        default: break
        }
    }
}
