public import TesseraCore
internal import TesseraTokenizers

extension ExactBytes {
    public func specialTokens(in prompt: [UInt8]) -> [String] {
        let whole = Array(prompt.dropLast(lengthOfUnfinishedScalar(prompt)))
        return tokenizer.encode(whole, special: .asTokens).filter { vocabulary.length(of: $0) == 0 }.map {
            tokenizer.spelling(of: $0) ?? "\($0)"
        }
    }

    public mutating func start(
        with prompt: [UInt8], special: SpecialTokenReading = .asTokens,
        cancellation: Cancellation = Cancellation(), progress: Progress = .ignored
    ) throws(LocatedError) -> Bool {
        let unfinished = lengthOfUnfinishedScalar(prompt)
        let tokens = tokenizer.encode(Array(prompt.dropLast(unfinished)), special: special)
        let specials = (tokens.lastIndex { vocabulary.length(of: $0) == 0 } ?? -1) + 1
        var context = Array(tokens.prefix(specials))
        var rest = prompt
        var isInside = false
        if specials > 0 {
            // Some tokenizers put a space in front of what follows a special token too.
            let spelled = tokenizer.bytes(of: tokens[specials...]) + prompt.suffix(unfinished)
            if prompt.suffix(spelled.count) == spelled[...] {
                (rest, isInside) = (spelled, true)
            } else if prompt.suffix(max(0, spelled.count - 1)) == spelled.dropFirst() {
                rest = Array(spelled.dropFirst())
            } else {
                throw LocatedError(
                    field: "tokenizer", problem: "it changes the text behind a special token",
                    remedy: "use a model whose tokens spell every text as it is")
            }
        }
        if tokenizer.specialTokens.addsBeginOfText, let beginOfText, context.first != beginOfText {
            context.insert(beginOfText, at: 0)
        }
        try window.begin(rest, inside: isInside)
        return try startInWindow(after: context, cancellation: cancellation, progress: progress)
    }

    /// Begins with tokens that stay as they are, such as those of a chat's earlier turns, and a text behind them.
    ///
    /// Without any, and where the text has no settled place, the model gets the beginning-of-text token to go on from.
    ///
    /// - Returns: false when cancelled.
    /// - Throws: as `start(with:special:cancellation:progress:)`.
    public mutating func start(
        after tokens: [TokenID], with rest: [UInt8], cancellation: Cancellation = Cancellation(),
        progress: Progress = .ignored
    ) throws(LocatedError) -> Bool {
        try window.begin(rest, inside: !tokens.isEmpty)
        return try startInWindow(after: tokens, cancellation: cancellation, progress: progress)
    }

    /// Begins with tokens and the text in the window.
    mutating func startInWindow(
        after tokens: [TokenID], cancellation: Cancellation, progress: Progress
    ) throws(LocatedError) -> Bool {
        (context, covers, isOpen) = (tokens + window.settle(), [], false)
        if context.isEmpty {
            guard let beginOfText else {
                throw LocatedError(
                    field: "prompt", problem: "the model has nothing to go on from",
                    remedy: "give a few words: this model has no token that begins a text")
            }
            context = [beginOfText]
        }
        guard context.count < text.capacity else {
            throw ReadText<Model>.tooLong(context.count + 1, capacity: text.capacity)
        }
        modelTokens += context.count - text.sharedCount(with: context)
        guard try text.read(context, logits: &logits, cancellation: cancellation, progress: progress) else {
            return false
        }
        guard try openHeads(cancellation) else { return false }
        guard !covers.isEmpty else { throw Self.noCover }
        shorten()
        return true
    }

    /// Opens the heads after which a token may reach the end of the text.
    ///
    /// - Returns: false when cancelled.
    private mutating func openHeads(_ cancellation: Cancellation) throws(LocatedError) -> Bool {
        let text = window.bytes
        let lowest = max(0, text.count - vocabulary.longestTokenLength)
        var ranks: [Int: Range<Int>] = [:]
        for start in lowest..<text.count {
            let range = vocabulary.ranks(beginningWith: text[start...])
            if !range.isEmpty { ranks[start] = range }
        }
        if text.isEmpty { ranks[0] = vocabulary.tokens.indices }
        guard let first = ranks.keys.min() else { return true }

        // Every head of an encoding of the text's beginnings, with whatever may follow them, that ends at such a place.
        var heads: Set<[TokenID]> = []
        if first == 0 { heads.insert([]) }
        for end in first..<(text.count + 1)
        where end == text.count || end == 0 || text[end] & 0xC0 != 0x80 {
            let beginning = Array(text[..<end])
            for continuation in TokenWindow.continuations(of: beginning) {
                var place = 0
                let ids = window.encode(beginning + continuation)
                for (index, id) in ids.enumerated() {
                    let length = vocabulary.length(of: id)
                    place += length
                    guard length > 0, place < text.count else { break }
                    if ranks[place] != nil { heads.insert(Array(ids[...index])) }
                }
            }
        }

        let open = heads.compactMap { head -> (head: [TokenID], ranks: Range<Int>)? in
            let length = vocabulary.length(of: head)
            guard let range = ranks[length], text.starts(with: tokenizer.bytes(of: head)),
                canGoOn(head, length: length, range)
            else { return nil }
            return (head, range)
        }
        // Heads that share little with the plain one cost a pass a token: too far from it, they are left out.
        let plain = window.encode(text)
        let near = open.filter { head, _ in
            zip(head, plain).prefix { $0 == $1 }.count >= head.count - Self.longestTail
        }
        return try openCovers(of: near, cancellation: cancellation)
    }

    /// Runs the model on heads and on what they begin with, each once: what a head shares comes right before it.
    ///
    /// - Returns: false when cancelled.
    private mutating func openCovers(
        of heads: [(head: [TokenID], ranks: Range<Int>)], cancellation: Cancellation
    ) throws(LocatedError) -> Bool {
        let ranks = Dictionary(uniqueKeysWithValues: heads.map { ($0.head, $0.ranks) })
        guard let one = heads.min(by: { $0.head.lexicographicallyPrecedes($1.head) })?.head,
            let other = heads.max(by: { $0.head.lexicographicallyPrecedes($1.head) })?.head
        else { return true }
        // What all of them share changes no mass.
        let shared = zip(one, other).prefix { $0 == $1 }.count
        let nodes = Set(
            heads.flatMap { head, _ in (shared...head.count).map { Array(head[..<$0]) } })
        let children = Dictionary(grouping: nodes.filter { $0.count > shared }) { Array($0.dropLast()) }
        var masses = [Array(one[..<shared]): 0.0]
        for node in nodes.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            guard let mass = masses.removeValue(forKey: node) else { continue }
            guard !cancellation.isCancelled else { return false }
            var made = try read(node, logMass: mass)
            for child in children[node] ?? [] {
                guard let rank = child.last.flatMap({ rank(of: $0) }), made.weights[rank] > 0 else {
                    continue
                }
                masses[child] = mass + logarithm(made.weights[rank])
            }
            guard let range = ranks[node] else { continue }
            made.ranks = range
            covers.append(made)
        }
        return true
    }

    /// Whether some of the tokens may follow a head, as far as trying a few tells.
    private mutating func canGoOn(_ head: [TokenID], length: Int, _ range: Range<Int>) -> Bool {
        let beginning = Array(window.bytes[..<length])
        return range.count > 256
            || range.contains {
                window.admits(head + [vocabulary.tokens[$0]], spelling: beginning + vocabulary.bytes($0))
            }
    }

    private func rank(of id: TokenID) -> Int? {
        vocabulary.ranks(beginningWith: tokenizer.bytes(of: id)).first { vocabulary.tokens[$0] == id }
    }
}
