/// Which languages the tokens of a vocabulary serve, by word lists.
///
/// A token that begins with a space belongs to the languages in which a word begins with it, any other to those in
/// which a word holds it; letter case does not count. One that belongs to `k` languages counts `1/k` for each. Short
/// tokens belong to many languages, and long lists have more words than short ones: read the shares beside the sizes.
public struct LanguageShares: Sendable {
    /// What the languages are called.
    public let languages: [String]
    /// The words of each list.
    public let lexiconSizes: [Int]
    /// For each language the weights of its tokens, added.
    public let weights: [Double]
    /// The tokens that belong to at least one language; the weights sum to it.
    public let mappedCount: Int
    /// The alphabetic tokens of the languages' scripts that belong to none.
    public let unseen: [String]
    /// For each language the share of its words that are one token at the start of a word.
    public let wordCoverage: [Double]
    /// For each language the share of its letters that are one token.
    public let alphabetCoverage: [Double]
    /// The tokens that begin words of exactly one language.
    public let singletonCount: Int

    /// Looks up the tokens of `report` that are letters of one script.
    ///
    /// Takes time linear in the bytes of the lists, times the longest token.
    public init(of report: VocabularyReport, in lexicons: [LanguageLexicon]) {
        languages = lexicons.map(\.name)
        lexiconSizes = lexicons.map(\.words.count)
        var tree = TokenTree()
        var tokens: [(text: String, isInitial: Bool)] = []
        for (id, tokenClass) in report.classes.enumerated() {
            guard let tokenClass, tokenClass.isAlphabetic else { continue }
            let text = report.texts[id]
            let isInitial = tokenClass == .spacedAlpha
            let word = Array((isInitial ? String(text.dropFirst()) : text).lowercased().utf8)
            tree.insert(word, token: tokens.count, isInitial: isInitial)
            tokens.append((text, isInitial))
        }
        var owners = [UInt64](repeating: 0, count: tokens.count)
        var wordCoverage: [Double] = []
        var alphabetCoverage: [Double] = []
        for (number, lexicon) in lexicons.prefix(64).enumerated() {
            var whole = 0
            var letters: Set<[UInt8]> = []
            for word in lexicon.words {
                var isWhole = false
                for start in word.indices where word[start] & 0xC0 != 0x80 {
                    tree.forEachToken(in: word, from: start) { token, isInitial, end in
                        if isInitial {
                            guard start == 0 else { return }
                            if end == word.count { isWhole = true }
                        }
                        owners[token] |= 1 << UInt64(number)
                    }
                    var end = start + 1
                    while end < word.count, word[end] & 0xC0 == 0x80 { end += 1 }
                    letters.insert(Array(word[start..<end]))
                }
                if isWhole { whole += 1 }
            }
            wordCoverage.append(lexicon.words.isEmpty ? 0 : Double(whole) / Double(lexicon.words.count))
            let known = letters.count { tree.hasToken($0) }
            alphabetCoverage.append(letters.isEmpty ? 0 : Double(known) / Double(letters.count))
        }
        var weights = [Double](repeating: 0, count: lexicons.count)
        var unseen: [String] = []
        var singletons = 0
        for (token, mask) in owners.enumerated() {
            if mask == 0 {
                unseen.append(tokens[token].text)
                continue
            }
            let count = mask.nonzeroBitCount
            if count == 1, tokens[token].isInitial { singletons += 1 }
            var rest = mask
            while rest != 0 {
                weights[rest.trailingZeroBitCount] += 1 / Double(count)
                rest &= rest - 1
            }
        }
        self.weights = weights
        self.unseen = unseen
        mappedCount = tokens.count - unseen.count
        singletonCount = singletons
        self.wordCoverage = wordCoverage
        self.alphabetCoverage = alphabetCoverage
    }

    /// The weights as shares of the tokens that belong to a language; zero without any.
    public var shares: [Double] { weights.map { mappedCount == 0 ? 0 : $0 / Double(mappedCount) } }

    /// How evenly the tokens are spread over languages, in bits.
    public var entropy: Double { TesseraAnalysis.entropy(of: weights) }
}

/// The tokens of a vocabulary by their bytes, to be found in words: children of a node are a list, those of the root a
/// table.
private struct TokenTree {
    private struct Node {
        var byte: UInt8
        var child: Int32 = -1
        var sibling: Int32 = -1
        /// The first of the tokens that end here, in `tokens`.
        var token: Int32 = -1
    }

    private struct Token {
        var number: Int
        var isInitial: Bool
        var next: Int32
    }

    private var roots = [Int32](repeating: -1, count: 256)
    private var nodes: [Node] = []
    private var tokens: [Token] = []

    mutating func insert(_ word: [UInt8], token: Int, isInitial: Bool) {
        var node: Int32 = -1
        for byte in word {
            var child = child(of: node, byte)
            if child < 0 {
                child = Int32(nodes.count)
                var made = Node(byte: byte)
                if node < 0 {
                    roots[Int(byte)] = child
                } else {
                    made.sibling = nodes[Int(node)].child
                    nodes[Int(node)].child = child
                }
                nodes.append(made)
            }
            node = child
        }
        guard node >= 0 else { return }
        tokens.append(Token(number: token, isInitial: isInitial, next: nodes[Int(node)].token))
        nodes[Int(node)].token = Int32(tokens.count - 1)
    }

    private func child(of node: Int32, _ byte: UInt8) -> Int32 {
        guard node >= 0 else { return roots[Int(byte)] }
        var child = nodes[Int(node)].child
        while child >= 0, nodes[Int(child)].byte != byte { child = nodes[Int(child)].sibling }
        return child
    }

    /// Calls `body` with each token that `word` holds at `start`, and where it ends.
    func forEachToken(
        in word: [UInt8], from start: Int, _ body: (_ token: Int, _ isInitial: Bool, _ end: Int) -> Void
    ) {
        var node: Int32 = -1
        var place = start
        while place < word.count {
            node = child(of: node, word[place])
            guard node >= 0 else { return }
            place += 1
            var token = nodes[Int(node)].token
            while token >= 0 {
                body(tokens[Int(token)].number, tokens[Int(token)].isInitial, place)
                token = tokens[Int(token)].next
            }
        }
    }

    /// Whether a token is exactly `word`.
    func hasToken(_ word: [UInt8]) -> Bool {
        var node: Int32 = -1
        for byte in word {
            node = child(of: node, byte)
            guard node >= 0 else { return false }
        }
        return node >= 0 && nodes[Int(node)].token >= 0
    }
}
