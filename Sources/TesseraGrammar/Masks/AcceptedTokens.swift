internal import TesseraCore

/// The tokens that a state accepts: the smallest of three forms.
enum AcceptedTokens: Sendable {
    case only([TokenID])
    case allBut([TokenID])
    case words([UInt64])

    var sizeInBytes: Int {
        switch self {
        case .only(let ids), .allBut(let ids): ids.count * 4
        case .words(let words): words.count * 8
        }
    }

    /// The tokens as words of a vocabulary of `size` tokens.
    func words(of size: Int) -> [UInt64] {
        if case .words(let words) = self { return words }
        var mask = TokenBitmask(vocabularySize: size)
        add(to: &mask)
        return mask.words
    }

    /// Adds the tokens to `mask`.
    func add(to mask: inout TokenBitmask) {
        switch self {
        case .only(let ids): for id in ids { mask.insert(id) }
        case .words(let words): mask.formUnion(words)
        case .allBut(let ids):
            let kept = ids.filter { mask.contains($0) }
            mask = .all(mask.vocabularySize)
            for id in ids { mask.remove(id) }
            for id in kept { mask.insert(id) }
        }
    }

    /// Collects tokens, as a list while they are few.
    struct Builder {
        private let size: Int
        private let longestList: Int
        private var ids: [TokenID] = []
        /// Nil while there is a list.
        private var mask: TokenBitmask?
        private var count = 0

        init(vocabularySize: Int) {
            size = vocabularySize
            longestList = min(1_000, (size + 63) / 64 * 2)
        }

        /// Adds tokens that were not added before.
        mutating func insert(_ tokens: ArraySlice<TokenID>) {
            count += tokens.count
            if mask == nil {
                if count <= longestList {
                    ids += tokens
                    return
                }
                mask = TokenBitmask(vocabularySize: size)
                for id in ids { mask?.insert(id) }
            }
            for id in tokens { mask?.insert(id) }
        }

        /// The smallest form.
        func finished() -> AcceptedTokens {
            guard let mask else { return .only(ids) }
            guard size - count <= longestList else { return .words(mask.words) }
            var others = TokenBitmask.all(size)
            for index in others.words.indices { others.words[index] &= ~mask.words[index] }
            return .allBut(others.ids)
        }
    }
}
