#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Tokens with probabilities, as they stand during training: in the order of their code points.
package struct UnigramModel: Sendable {
    /// The code points of each token.
    let tokens: [[UInt32]]
    /// The logarithm of the probability of each token.
    let scores: [Double]
    /// The score of a character that no token holds.
    let unknownScore: Double

    private let trie: TokenTrie
    /// For each token its probability, scaled so that products for words of some length stay in range.
    private let weights: [Double]

    /// A character's share in the scale of probabilities, as a logarithm.
    private static let scalePerCharacter = 12.0
    /// Words up to this many characters are tried with scaled probabilities instead of logarithms.
    private static let shortWord = 32

    /// Takes tokens in the order of their code points.
    package init(tokens: [[UInt32]], scores: [Double]) {
        self.tokens = tokens
        self.scores = scores
        // As in SentencePiece: worse than the worst token.
        unknownScore = (scores.min() ?? 0) - 10
        trie = TokenTrie(tokens)
        weights = zip(tokens, scores).map { exp($1 + Self.scalePerCharacter * Double($0.count)) }
    }

    /// A token at a place of a word.
    struct Edge {
        var start: Int
        var end: Int
        /// Negative: a character that no token holds.
        var token: Int
    }

    /// Memory for one thread.
    package struct Scratch {
        var edges: [Edge] = []
        var forward: [Double] = []
        var backward: [Double] = []
        var best: [Int] = []

        package init() {}
    }

    /// The tokens of `word` by start and then by end, with unknown characters where no path would lead on.
    private func findEdges(_ word: UnsafeBufferPointer<UInt32>, _ scratch: inout Scratch) {
        scratch.edges.removeAll(keepingCapacity: true)
        for start in 0..<word.count {
            var hasSingle = false
            trie.forEachToken(in: word, from: start) { token, end in
                if end == start + 1 { hasSingle = true }
                scratch.edges.append(Edge(start: start, end: end, token: token))
            }
            if !hasSingle { scratch.edges.append(Edge(start: start, end: start + 1, token: -1)) }
        }
    }

    /// Calls `body` with the tokens of `word` and how often each is expected in its segmentations.
    package func forEachExpected(
        in word: UnsafeBufferPointer<UInt32>, _ scratch: inout Scratch, _ body: (_ token: Int, Double) -> Void
    ) {
        findEdges(word, &scratch)
        if word.count <= Self.shortWord, expectByWeights(word.count, &scratch, body) { return }
        expectByLogarithms(word.count, &scratch, body)
    }

    private func expectByWeights(
        _ length: Int, _ scratch: inout Scratch, _ body: (_ token: Int, Double) -> Void
    ) -> Bool {
        let unknown = exp(unknownScore + Self.scalePerCharacter)
        fill(&scratch.forward, length + 1, 0)
        fill(&scratch.backward, length + 1, 0)
        scratch.forward[0] = 1
        scratch.backward[length] = 1
        for edge in scratch.edges {
            scratch.forward[edge.end] +=
                scratch.forward[edge.start] * (edge.token < 0 ? unknown : weights[edge.token])
        }
        for edge in scratch.edges.reversed() {
            scratch.backward[edge.start] +=
                scratch.backward[edge.end] * (edge.token < 0 ? unknown : weights[edge.token])
        }
        let total = scratch.forward[length]
        guard total > 1e-250, total < 1e250, scratch.backward[0] > 1e-250, scratch.backward[0] < 1e250 else {
            return false
        }
        for edge in scratch.edges where edge.token >= 0 {
            let part = scratch.forward[edge.start] * weights[edge.token] * scratch.backward[edge.end] / total
            body(edge.token, part)
        }
        return true
    }

    private func expectByLogarithms(
        _ length: Int, _ scratch: inout Scratch, _ body: (_ token: Int, Double) -> Void
    ) {
        fill(&scratch.forward, length + 1, -.infinity)
        fill(&scratch.backward, length + 1, -.infinity)
        scratch.forward[0] = 0
        scratch.backward[length] = 0
        for edge in scratch.edges {
            scratch.forward[edge.end] = logarithmOfSum(
                scratch.forward[edge.end], scratch.forward[edge.start] + score(edge))
        }
        for edge in scratch.edges.reversed() {
            scratch.backward[edge.start] = logarithmOfSum(
                scratch.backward[edge.start], scratch.backward[edge.end] + score(edge))
        }
        let total = scratch.forward[length]
        for edge in scratch.edges where edge.token >= 0 {
            body(
                edge.token,
                exp(scratch.forward[edge.start] + scores[edge.token] + scratch.backward[edge.end] - total))
        }
    }

    private func score(_ edge: Edge) -> Double { edge.token < 0 ? unknownScore : scores[edge.token] }

    /// The most probable tokens of `word`, from its end to its start; -1 for a character that no token holds.
    ///
    /// - Parameter excluded: a token that may not be used.
    package func bestTokens(
        of word: UnsafeBufferPointer<UInt32>, excluding excluded: Int = -2, _ scratch: inout Scratch,
        _ body: (_ token: Int) -> Void
    ) {
        findEdges(word, &scratch)
        fill(&scratch.forward, word.count + 1, -.infinity)
        scratch.best.removeAll(keepingCapacity: true)
        scratch.best.append(contentsOf: repeatElement(0, count: word.count + 1))
        scratch.forward[0] = 0
        for (index, edge) in scratch.edges.enumerated() where edge.token != excluded {
            let score = scratch.forward[edge.start] + score(edge)
            if score > scratch.forward[edge.end] {
                scratch.forward[edge.end] = score
                scratch.best[edge.end] = index
            }
        }
        var place = word.count
        while place > 0 {
            let edge = scratch.edges[scratch.best[place]]
            body(edge.token)
            place = edge.start
        }
    }

    private func fill(_ list: inout [Double], _ count: Int, _ value: Double) {
        list.removeAll(keepingCapacity: true)
        list.append(contentsOf: repeatElement(value, count: count))
    }
}

/// The logarithm of the sum of two numbers given by theirs.
private func logarithmOfSum(_ left: Double, _ right: Double) -> Double {
    let (least, most) = left < right ? (left, right) : (right, left)
    if least == -.infinity { return most }
    return most + log1p(exp(least - most))
}

/// The derivative of the logarithm of the gamma function, for a positive number.
func digamma(_ value: Double) -> Double {
    var value = value
    var result = 0.0
    while value < 7 {
        result -= 1 / value
        value += 1
    }
    value -= 0.5
    let inverse = 1 / (value * value)
    let series = 1.0 / 24 - inverse * (7.0 / 960 - inverse * (31.0 / 8064 - inverse * 127.0 / 30720))
    return result + log(value) + inverse * series
}
