internal import TesseraCore
internal import TesseraFiles

/// Writes the ranks of a byte-level vocabulary as a `.tiktoken` file: lines of a token in base64 and its
/// rank.
///
/// The format has no merges: a reader finds those of a token by merging its bytes with the tokens of lower
/// rank. So it can hold only vocabularies whose own merges are found like that, which is checked for every
/// token.
struct TiktokenWriter {
    private let definition: TokenizerDefinition

    /// What the file cannot say.
    private(set) var losses: [String] = []

    init(_ definition: TokenizerDefinition) {
        self.definition = definition
    }

    /// The text of the file.
    ///
    /// - Throws: `LocatedError` saying why the vocabulary cannot be expressed.
    mutating func text() throws(LocatedError) -> [UInt8] {
        guard case .bytePair(let model) = definition.model, definition.spellsBytes else {
            throw Self.error(
                "model", "the file holds byte-level BPE only, and this is \(definition.modelDescription)")
        }
        if let normalizer = definition.normalizer, normalizer != .byteLevel {
            throw Self.error("normalizer", "tiktoken does not normalize text, and this tokenizer does")
        }
        let tokens = try RankRecovery(model, added: Set(definition.addedTokens.map(\.id))).tokens()
        var output: [UInt8] = []
        for (rank, token) in tokens {
            Base64.append(encoding: token, to: &output)
            output.append(0x20)
            output.append(contentsOf: String(rank).utf8)
            output.append(0x0A)
        }
        losses.append("how text is split: name the encoding or the expression when you load the file")
        let special = definition.addedTokens.count
        if special > 0 { losses.append("\(special) special and added tokens") }
        if definition.postProcessor?.firstToken != nil { losses.append("the tokens put around a text") }
        return output
    }

    static func error(_ field: String, _ problem: String) -> LocatedError {
        LocatedError(field: field, problem: problem, remedy: "save it as tokenizer.json")
    }
}

/// Checks that merging by rank makes the merges of a byte-level model.
private struct RankRecovery {
    private let model: BytePairDefinition
    private let added: Set<TokenID>
    private let merges: Set<BytePairDefinition.Merge>

    init(_ model: BytePairDefinition, added: Set<TokenID>) {
        self.model = model
        self.added = added
        merges = Set(model.merges)
    }

    /// The tokens as bytes with their ranks, which are their ids.
    func tokens() throws(LocatedError) -> [(rank: Int, token: [UInt8])] {
        let vocabulary = model.vocabulary
        var lastMade: TokenID = 0
        for merge in model.merges {
            guard merge.made >= lastMade else {
                throw TiktokenWriter.error(
                    "model.merges",
                    "token \(merge.made) is made after token \(lastMade), but the file ranks tokens by id")
            }
            lastMade = merge.made
        }
        let alphabet = ByteAlphabet()
        var isMade = [Bool](repeating: false, count: vocabulary.count)
        for merge in model.merges where Int(merge.made) < isMade.count { isMade[Int(merge.made)] = true }
        var tokens: [(rank: Int, token: [UInt8])] = []
        var singleBytes: Set<UInt8> = []
        for id in 0..<vocabulary.count {
            let spelling = vocabulary.spelling(of: TokenID(truncatingIfNeeded: id))
            if spelling.isEmpty { continue }
            var bytes: [UInt8] = []
            spelling.withUnsafeBytes { alphabet.appendBytes(of: $0, to: &bytes) }
            if bytes.count == 1 {
                singleBytes.insert(bytes[0])
            } else {
                // Special tokens that the model lists too are no ranks.
                if added.contains(TokenID(truncatingIfNeeded: id)), !isMade[id] { continue }
                try checkMerge(of: id, spelling)
            }
            tokens.append((id, bytes))
        }
        guard singleBytes.count == 256 else {
            throw TiktokenWriter.error(
                "model.vocab", "\(singleBytes.count) of the 256 bytes have a token, and the file needs all")
        }
        return tokens
    }

    /// Merges the bytes of token `id` with the tokens below it: two must be left, and their merge one of the
    /// model's.
    private func checkMerge(of id: Int, _ spelling: [UInt8]) throws(LocatedError) {
        let vocabulary = model.vocabulary
        var parts: [Range<Int>] = []
        var start = 0
        for place in 1...spelling.count where place == spelling.count || spelling[place] & 0xC0 != 0x80 {
            parts.append(start..<place)
            start = place
        }
        guard parts.count <= RankedTokens.longestToken else {
            throw TiktokenWriter.error("model.vocab", "token \(id) has \(parts.count) bytes")
        }
        func token(_ range: Range<Int>) -> TokenID? {
            spelling.withUnsafeBytes {
                vocabulary.id(ofSpelling: UnsafeRawBufferPointer(rebasing: $0[range]))
            }
        }
        /// The rank of the token that the part at `place` makes with the next.
        func rank(_ place: Int) -> Int {
            guard place + 1 < parts.count else { return .max }
            let made = token(parts[place].lowerBound..<parts[place + 1].upperBound).map { Int($0) } ?? .max
            return made < id ? made : .max
        }
        var ranks = parts.indices.map(rank)
        while parts.count > 2, let best = ranks.min(), best < .max, let place = ranks.firstIndex(of: best) {
            parts[place] = parts[place].lowerBound..<parts[place + 1].upperBound
            parts.remove(at: place + 1)
            ranks.remove(at: place + 1)
            ranks[place] = rank(place)
            if place > 0 { ranks[place - 1] = rank(place - 1) }
        }
        let text = String(decoding: spelling, as: UTF8.self)
        guard parts.count == 2, let left = token(parts[0]), let right = token(parts[1]) else {
            throw TiktokenWriter.error(
                "model.vocab",
                "merging the bytes of token \(id), \"\(text)\", leaves \(parts.count) of lower rank, not two"
            )
        }
        let merge = BytePairDefinition.Merge(left, right, makes: TokenID(truncatingIfNeeded: id))
        guard merges.contains(merge) else {
            throw TiktokenWriter.error(
                "model.merges",
                "by rank, token \(id), \"\(text)\", is \(left) and \(right), which is no merge of the model"
            )
        }
    }
}
