internal import TesseraCore

/// The best way to a place in a piece.
struct PathNode<Score: BinaryFloatingPoint & BitwiseCopyable>: BitwiseCopyable {
    /// The sum of the scores on the way.
    var score: Score
    /// Where the last token starts; `unreached` before any token ends here.
    var start: UInt32
    /// The last token, or `unknown`.
    var id: UInt32

    static var unreached: UInt32 { .max }
    /// Marks an unknown character.
    static var unknown: UInt32 { .max }
}

extension UnigramModel {
    /// Finds the most probable tokens (Viterbi, 1967): of equals, the one that starts first, as in the references.
    ///
    /// The way is written out wherever no token crosses, and sums go on from there: they round as the reference's do.
    func bestPath<Score: BinaryFloatingPoint & BitwiseCopyable>(
        _ piece: PieceBytes, as type: Score.Type, _ scratch: EncoderScratch, _ sink: inout some TokenSink
    ) {
        let isShort = rules == .huggingFace && piece.count <= WordCache.longestWord
        let key = isShort ? WordCache.key(piece.start, count: piece.count, readable: piece.count) : nil
        if let key, let ids = scratch.cache.tokens(key) {
            var start = 0
            for id in ids {
                let end = start + vocabulary.spellingLength(of: Int(id))
                sink.append(id, start: start, end: end)
                start = end
            }
            return
        }
        var output = UnigramOutput(model: self, piece: piece, keepsTokens: isShort)
        scratch.symbols.removeAll(keepingCapacity: true)
        var first = 0
        // Places are 32 bits wide: a piece of gigabytes is cut.
        while first < piece.count {
            var end = min(piece.count, first + 1 << 30)
            while end < piece.count, piece[end] & 0xC0 == 0x80, end > first + 1 { end -= 1 }
            let nodes = scratch.paths.nodes(of: PathNode<Score>.self, count: end - first + 1)
            walk(PieceBytes(start: piece.start, count: end), from: first, nodes, scratch, &output, &sink)
            first = end
        }
        output.finish(&sink)
        if let key, !output.sawUnknown {
            scratch.symbols.withUnsafeBufferPointer { ids in
                if let start = ids.baseAddress { scratch.cache.insert(key, start, count: ids.count) }
            }
        }
    }

    private func walk<Score: BinaryFloatingPoint & BitwiseCopyable>(
        _ piece: PieceBytes, from first: Int, _ nodes: UnsafeMutablePointer<PathNode<Score>>,
        _ scratch: EncoderScratch, _ output: inout UnigramOutput, _ sink: inout some TokenSink
    ) {
        typealias Node = PathNode<Score>
        let unset = Node(score: 0, start: Node.unreached, id: Node.unknown)
        let unknownScore = Score(self.unknownScore)
        let resets = rules == .sentencePiece
        // `nodes[0]` stands for the place `window`; those up to `frontier` are set up.
        var window = first
        var frontier = first
        nodes[0] = unset
        var position = first
        while position < piece.count {
            if frontier == position, window < position {
                let score = nodes[position - window].score
                write(nodes, window..<position, first, scratch, &output, &sink)
                window = position
                nodes[0] = Node(score: score, start: Node.unreached, id: Node.unknown)
            }
            var score = nodes[position - window].score
            if resets, abs(score) > 100_000 {
                // SentencePiece keeps sums small, so that 32 bits still tell them apart.
                let offset = score
                for place in position...frontier
                where place == position || nodes[place - window].start != Node.unreached {
                    nodes[place - window].score -= offset
                }
                score = 0
            }
            let length = piece.characterLength(at: position)
            var isKnown = false
            let origin = UInt32(truncatingIfNeeded: position - first)
            trie.forEachMatch(in: piece, at: position) { end, id in
                if end > frontier {
                    for place in (frontier + 1)...end { nodes[place - window] = unset }
                    frontier = end
                }
                let candidate = Score(self.score(of: id)) + score
                let node = nodes + (end - window)
                if node.pointee.start == Node.unreached || candidate > node.pointee.score {
                    node.pointee = Node(score: candidate, start: origin, id: id)
                }
                if end - position == length { isKnown = true }
            }
            if !isKnown {
                let end = position + length
                if end > frontier {
                    for place in (frontier + 1)...end { nodes[place - window] = unset }
                    frontier = end
                }
                let candidate = unknownScore + score
                let node = nodes + (end - window)
                if node.pointee.start == Node.unreached || candidate > node.pointee.score {
                    node.pointee = Node(score: candidate, start: origin, id: Node.unknown)
                }
            }
            position += length
        }
        write(nodes, window..<piece.count, first, scratch, &output, &sink)
    }

    /// Appends the tokens of the best way to the end of `window`, whose first place `nodes[0]` stands for.
    ///
    /// - Parameter first: the place that starts are counted from.
    private func write<Score: BinaryFloatingPoint & BitwiseCopyable>(
        _ nodes: UnsafeMutablePointer<PathNode<Score>>, _ window: Range<Int>, _ first: Int,
        _ scratch: EncoderScratch, _ output: inout UnigramOutput, _ sink: inout some TokenSink
    ) {
        // The way is known backwards: it is turned round by putting into each node where the next token ends.
        var end = window.upperBound
        var next = 0
        while end > window.lowerBound {
            let node = nodes + (end - window.lowerBound)
            let start = first + Int(node.pointee.start)
            node.pointee.start = UInt32(truncatingIfNeeded: next)
            next = end - first
            end = start
        }
        var position = window.lowerBound
        while position < window.upperBound {
            let end = first + next
            let node = nodes[end - window.lowerBound]
            if output.keepsTokens { scratch.symbols.append(node.id) }
            output.append(node.id, position..<end, &sink)
            next = Int(node.start)
            position = end
        }
    }
}
