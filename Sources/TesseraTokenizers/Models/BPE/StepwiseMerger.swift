internal import TesseraCore

extension CharacterPairModel {
    /// Encodes a piece merge by merge, without cuts or cache: for dropout and for tokens that are unused.
    func encodeWhole(
        _ piece: PieceBytes, _ scratch: EncoderScratch, _ draws: inout RandomDraws?,
        _ sink: inout some TokenSink
    ) {
        let dropout = draws == nil ? 0 : dropout
        // Each merge costs as many draws as are passed over, 1 / (1 - dropout) and at most all: long pieces are
        // taken in blocks where that is many, so that time stays linear.
        let block = dropout > 0.9 ? 256 : 1 << 30
        Self.forEachBoundedPart(of: piece, 0..<piece.count) { range in
            _ = collectSymbols(of: piece, range, into: scratch)
            var output = PairOutput(model: self, piece: piece, range: range)
            var merger = StepwiseMerger(model: self)
            var first = 0
            while first < scratch.symbols.count {
                let count = min(block, scratch.symbols.count - first)
                scratch.symbols.withUnsafeMutableBufferPointer { symbols in
                    let ids = UnsafeMutableBufferPointer(rebasing: symbols[first..<(first + count)])
                    merger.merge(ids, dropout: dropout, draws: &draws, links: &scratch.links)
                    var position = 0
                    while position < count {
                        let next = Int(scratch.links.next[position])
                        let isLast = first + next >= scratch.starts.count
                        let end = isLast ? scratch.symbolEnd : Int(scratch.starts[first + next])
                        let start = Int(scratch.starts[first + position])
                        merger.resegment(ids[position], start..<end, depth: 0, &output, &sink)
                        position = next
                    }
                }
                first += count
            }
            output.finish(&sink)
        }
    }
}

/// Merges the symbols of a word as `WordMerger` does, with the steps that most models do not need.
struct StepwiseMerger {
    private let model: CharacterPairModel

    /// For each unused token the pair last seen that makes it.
    private var parts: [TokenID: (TokenID, TokenID)] = [:]

    /// How deep unused tokens are taken apart, as in SentencePiece 0.2.3.
    private static let greatestDepth = 100

    init(model: CharacterPairModel) {
        self.model = model
    }

    /// Merges, leaving each token where its first symbol was, and the places of the tokens in `links.next`.
    ///
    /// With dropout (Provilkov, Emelianenko and Voita, 2020) every merge is passed over with a probability. As in
    /// Hugging Face tokenizers it is tried again after the next merge that is done, which is what the paper
    /// describes; under SentencePiece's rules it is dropped for good.
    mutating func merge(
        _ ids: UnsafeMutableBufferPointer<TokenID>, dropout: Double, draws: inout RandomDraws?,
        links: inout MergeLinks
    ) {
        let count = ids.count
        links.reset(count)
        guard count > 1 else { return }
        model.pairs.withView { pairs in
            for place in 0..<(count - 1) {
                let rank = pairs.rank(ids[place], ids[place + 1])
                links.ranks[place] = rank
                if rank != PairTable.none {
                    links.heap.append(UInt64(rank) << 32 | UInt64(place))
                    note(ids[place], ids[place + 1], rank, pairs)
                }
            }
            links.heapify()
            var passedOver: [UInt64] = []
            while let top = links.popLowest() {
                if dropout > 0, !model.hasKinds {
                    if let draw = draws?.next(), draw < dropout {
                        passedOver.append(top)
                        continue
                    }
                    for entry in passedOver { links.push(entry) }
                    passedOver.removeAll(keepingCapacity: true)
                }
                let place = Int(top & 0xFFFF_FFFF)
                let rank = UInt32(top >> 32)
                guard links.ranks[place] == rank else { continue }
                if dropout > 0, model.hasKinds, let draw = draws?.next(), draw < dropout { continue }
                let right = Int(links.next[place])
                let after = Int(links.next[right])
                ids[place] = pairs.merge(ids[place], ids[right]).made
                links.next[place] = UInt32(after)
                links.ranks[right] = PairTable.none
                links.ranks[place] = PairTable.none
                if after < count { links.previous[after] = UInt32(place) }
                if place > 0 { queue(Int(links.previous[place]), place, ids, pairs, &links) }
                if after < count { queue(place, after, ids, pairs, &links) }
            }
        }
    }

    private mutating func queue(
        _ left: Int, _ right: Int, _ ids: UnsafeMutableBufferPointer<TokenID>, _ pairs: PairTable.View,
        _ links: inout MergeLinks
    ) {
        let rank = pairs.rank(ids[left], ids[right])
        links.ranks[left] = rank
        guard rank != PairTable.none else { return }
        links.push(UInt64(rank) << 32 | UInt64(left))
        note(ids[left], ids[right], rank, pairs)
    }

    private mutating func note(_ left: TokenID, _ right: TokenID, _ rank: UInt32, _ pairs: PairTable.View) {
        guard !model.unused.isEmpty else { return }
        let made = pairs.merge(left, right).made
        if model.unused.contains(made) { parts[made] = (left, right) }
    }

    /// Appends a token, or what it was made of where it is unused.
    func resegment(
        _ id: TokenID, _ place: Range<Int>, depth: Int, _ output: inout CharacterPairModel.PairOutput,
        _ sink: inout some TokenSink
    ) {
        guard model.unused.contains(id), depth <= Self.greatestDepth else {
            return output.append(id, place, to: &sink)
        }
        guard let (left, right) = parts[id] else {
            return output.append(CharacterPairModel.unknownSymbol, place, to: &sink)
        }
        let middle = place.lowerBound + model.vocabulary.spellingLength(of: Int(left))
        guard middle <= place.upperBound else { return output.append(id, place, to: &sink) }
        resegment(left, place.lowerBound..<middle, depth: depth + 1, &output, &sink)
        resegment(right, middle..<place.upperBound, depth: depth + 1, &output, &sink)
    }
}
