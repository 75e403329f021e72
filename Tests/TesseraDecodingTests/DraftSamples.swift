import TesseraCore
import TesseraDecoding

/// Drafts without sense: any shape, any tokens, some outside of the vocabulary, more than asked for.
struct JunkDrafts: DraftSource {
    var seed: UInt64
    private var calls = 0
    var learnsFromPrompt: Bool { true }

    init(seed: UInt64) { self.seed = seed }

    mutating func propose(after text: [TokenID], limit: Int) -> DraftTree {
        calls += 1
        let random = CounterRandom(seed: seed)
        var tree = DraftTree()
        for index in 0..<limit + 5 {
            let bits = random.bits(at: index, stream: UInt64(calls))
            // Letters that the model likes, an end of text, and ids that it does not have.
            let token = [TokenID(97 + bits % 6), TokenID(97 + bits % 6), 256, 300, .max][Int(bits >> 8 % 5)]
            let parent = Int(bits >> 20 % UInt64(tree.count + 1)) - 1
            tree.add(
                token, after: parent, kind: Int(bits >> 40 % 7), guess: [0, 0.5, 1, 7, -1, .nan][index % 6])
        }
        return tree
    }

    mutating func observe(_ pass: ReadPass) {}
}

/// Drafts that are right, each beside one that is wrong.
struct OracleDrafts: DraftSource {
    /// Prompt and text.
    let text: [TokenID]
    var learnsFromPrompt: Bool { false }

    mutating func propose(after text: [TokenID], limit: Int) -> DraftTree {
        var tree = DraftTree()
        var node = -1
        for token in self.text.dropFirst(text.count).prefix(max(1, limit / 2)) {
            tree.add(token == 97 ? 98 : 97, after: node, kind: 1, guess: 0.1)
            node = tree.add(token, after: node, kind: 2, guess: 0.9) ?? node
        }
        return tree
    }

    mutating func observe(_ pass: ReadPass) {}
}

/// Notes what it is told.
struct RecordingDrafts: DraftSource {
    var passes: [(tokens: [TokenID], accepted: [Int], rows: [[Float]])] = []
    let learnsFromPrompt: Bool
    var inner: OracleDrafts

    mutating func propose(after text: [TokenID], limit: Int) -> DraftTree {
        inner.propose(after: text, limit: limit)
    }

    mutating func observe(_ pass: ReadPass) {
        passes.append(
            (pass.tokens, pass.accepted, pass.tokens.indices.compactMap { pass.row($0).map(Array.init) }))
    }
}

/// Every second token is a vowel, and after `count` tokens the text is complete.
struct Alternating: LogitConstraint {
    let count: Int
    private var drawn: [TokenID] = []

    init(count: Int) { self.count = count }

    private func allows(_ token: TokenID) -> Bool {
        let isVowel = token == 97 || token == 101
        return drawn.count < count && isVowel != drawn.count.isMultiple(of: 2) && token != 256
    }

    mutating func mask(_ logits: UnsafeMutableBufferPointer<Float>, remaining: Int?) throws(LocatedError) {
        for index in logits.indices where !allows(TokenID(index)) { logits[index] = -.infinity }
    }

    mutating func advance(_ token: TokenID) throws(LocatedError) {
        guard allows(token) else { throw LocatedError(problem: "\(token) may not come next") }
        drawn.append(token)
    }

    mutating func rollback(_ count: Int) { drawn.removeLast(min(count, drawn.count)) }
    var isComplete: Bool { drawn.count == count }
}

extension SampleModel {
    /// A model that babbles with six letters, repeats itself, and now and then ends.
    static func babbling(seed: UInt64, contextLength: Int = 128) -> SampleModel {
        SampleModel(vocabularySize: 257, contextLength: contextLength) { tokens in
            let key = tokens.suffix(2).reduce(1) { $0 &* 1_009 &+ UInt64($1) }
            let random = CounterRandom(seed: seed)
            var row = Array(repeating: Float(-20), count: 257)
            for letter in 97..<103 { row[letter] = Float(random.uniform(at: letter, stream: key)) * 6 }
            row[256] = Float(random.uniform(at: 256, stream: key)) * 4
            return row
        }
    }
}
