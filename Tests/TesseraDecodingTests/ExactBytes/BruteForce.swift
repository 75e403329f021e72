import Foundation
import TesseraCore
import TesseraDecoding

/// The probabilities of byte strings by going through all token sequences, for small alphabets.
struct BruteForce {
    let model: SampleModel
    let tokenizer: MergingTokenizer
    let alphabet: [UInt8]

    /// What may follow a text: all short strings of the alphabet, and another end of a character.
    private let continuations: [[UInt8]]

    init(model: SampleModel, tokenizer: MergingTokenizer, alphabet: [UInt8]) {
        self.model = model
        self.tokenizer = tokenizer
        self.alphabet = alphabet
        var all: [[UInt8]] = [[]]
        var last: [[UInt8]] = [[]]
        for _ in 0..<(alphabet.count > 3 ? 2 : 3) {
            last = last.flatMap { text in alphabet.map { text + [$0] } }
            all += last
        }
        continuations = all + [[0x80]]
    }

    private func encode(_ text: [UInt8]) -> [TokenID] {
        var ids: [TokenID] = []
        text.withUnsafeBufferPointer { tokenizer.encode($0, special: .asText, into: &ids) }
        return ids
    }

    private func isText(_ bytes: [UInt8]) -> Bool {
        [[], [0x80], [0xA9], [0x82, 0xAC]].contains { firstInvalidUTF8Offset(in: bytes + $0) == nil }
    }

    private func mayStand(_ tokens: [TokenID]) -> Bool {
        let text = tokenizer.bytes(of: tokens)
        return isText(text)
            && continuations.contains {
                isText(text + $0) && encode(text + $0).starts(with: tokens)
            }
    }

    private func probabilities(after tokens: [TokenID]) throws -> [Double] {
        let cache = try model.makeCache(capacity: tokens.count)
        var logits: [Float] = []
        try model.read(tokens, cache: cache, rows: .last, logits: &logits)
        let masses = logits.map { exp(Double($0)) }
        let total = masses.reduce(0, +)
        return masses.map { $0 / total }
    }

    /// The mass of all covers of a text, and of the text with an end behind it.
    func mass(of text: [UInt8]) throws -> (text: Double, ended: Double) {
        var (sum, ended) = (0.0, 0.0)
        func walk(_ tokens: [TokenID], _ spelled: [UInt8], _ mass: Double) throws {
            if spelled.count >= text.count {
                sum += mass
                if spelled == text, encode(text) == tokens, firstInvalidUTF8Offset(in: text) == nil {
                    ended += mass * (try probabilities(after: [257] + tokens)[256])
                }
                return
            }
            let next = try probabilities(after: [257] + tokens)
            for (index, share) in next.enumerated() where share > 0 {
                let bytes = tokenizer.bytes(of: TokenID(index))
                let longer = spelled + bytes
                guard !bytes.isEmpty, zip(longer, text).allSatisfy({ $0 == $1 }) else { continue }
                let grown = tokens + [TokenID(index)]
                if mayStand(grown) { try walk(grown, longer, mass * share) }
            }
        }
        try walk([], [], 1)
        return (sum, ended)
    }

    /// The probabilities of what comes after a text: of each byte of the alphabet, and the end.
    func next(after text: [UInt8]) throws -> (bytes: [Double], end: Double) {
        let masses = try alphabet.map { try mass(of: text + [$0]).text }
        let end = try mass(of: text).ended
        let total = masses.reduce(end, +)
        return (masses.map { $0 / total }, end / total)
    }
}
