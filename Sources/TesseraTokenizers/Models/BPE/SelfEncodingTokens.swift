internal import TesseraCore

/// The tokens whose own bytes are encoded as that one token.
///
/// Most are, but not all: `abc` made of `a` and `bc` is out of reach where `ab` is merged before `bc`. What this
/// set holds is sure; what it leaves out must be merged to know.
///
/// The set is found without merging when every merge comes after those that made its two tokens. Merging then goes
/// through the ranks in order, and each token that one merge makes can be split in one way only. Let that be the
/// merge of L and R, both in the set. On the bytes of L followed by those of R, each half becomes its token as it
/// would alone, unless a merge takes the last symbol of the left half and the first of the right. Going back from
/// L and R through their splits, the later merge first, meets every such pair that is ever there at once. It is
/// merged if its rank is below that of the merge that takes its left symbol, which is further left and goes
/// first when equal, and not above that of the merge that takes its right symbol. (Compare `is_valid_token_pair` in
/// van Antwerpen and Neubeck, "So many tokens, so little time", GitHub 2024.)
struct SelfEncodingTokens {
    /// For each token the merge that makes it; `byte`: it is the token of a byte; `unsure`: nothing is known.
    private var made: [UInt32]

    private static let unsure = UInt32.max
    private static let byte = UInt32.max - 1

    init(_ definition: BytePairDefinition, _ pairs: PairTable, _ byteTokens: FixedTable<TokenID>) {
        let merges = definition.merges
        let vocabulary = definition.vocabulary
        made = Array(repeating: Self.unsure, count: vocabulary.count)
        guard definition.order == .listed, merges.count < Int(Self.byte), Self.areInOrder(definition) else {
            return
        }
        for byte in 0..<256 {
            let id = Int(byteTokens[byte])
            if id < made.count { made[id] = Self.byte }
        }
        pairs.withView { pairs in
            merges.withUnsafeBufferPointer { merges in
                made.withUnsafeMutableBufferPointer { made in
                    for (rank, merge) in merges.enumerated() {
                        // A pair that is listed again has another rank.
                        guard made[Int(merge.left)] != Self.unsure, made[Int(merge.right)] != Self.unsure,
                            pairs.rank(merge.left, merge.right) == UInt32(truncatingIfNeeded: rank),
                            Self.spells(vocabulary, merge),
                            Self.staysApart(merge, merges, UnsafeBufferPointer(made), pairs)
                        else { continue }
                        made[Int(merge.made)] = UInt32(truncatingIfNeeded: rank)
                    }
                }
            }
        }
    }

    /// Whether `id` is known to encode to itself.
    func contains(_ id: TokenID) -> Bool { made[Int(id)] != Self.unsure }

    /// Whether every merge comes after those that made its tokens, none of which two merges make, and makes a token
    /// that is not a byte's.
    private static func areInOrder(_ definition: BytePairDefinition) -> Bool {
        let count = definition.vocabulary.count
        var isMade = [Bool](repeating: false, count: count)
        var isUsed = [Bool](repeating: false, count: count)
        for merge in definition.merges {
            let (left, right, made) = (Int(merge.left), Int(merge.right), Int(merge.made))
            guard left < count, right < count, made < count, made != left, made != right, !isUsed[made],
                !isMade[made]
            else { return false }
            isMade[made] = true
            isUsed[left] = true
            isUsed[right] = true
        }
        return true
    }

    private static func spells(_ vocabulary: Vocabulary, _ merge: BytePairDefinition.Merge) -> Bool {
        vocabulary.withSpelling(of: Int(merge.left)) { left in
            vocabulary.withSpelling(of: Int(merge.right)) { right in
                vocabulary.spells(Int(merge.made), left, right)
            }
        }
    }

    /// Whether the bytes of the two tokens of `merge` become these tokens when they stand together.
    private static func staysApart(
        _ merge: BytePairDefinition.Merge, _ merges: UnsafeBufferPointer<BytePairDefinition.Merge>,
        _ made: UnsafeBufferPointer<UInt32>, _ pairs: PairTable.View
    ) -> Bool {
        var left = merge.left
        var right = merge.right
        // The merges that take the two symbols.
        var leftTaken = PairTable.none
        var rightTaken = PairTable.none
        while true {
            let leftRank = made[Int(left)]
            let rightRank = made[Int(right)]
            if rightRank == byte || (leftRank != byte && leftRank > rightRank) {
                if leftRank == byte { return true }
                leftTaken = leftRank
                left = merges[Int(leftRank)].right
            } else {
                rightTaken = rightRank
                right = merges[Int(rightRank)].left
            }
            let rank = pairs.rank(left, right)
            if rank < leftTaken, rank <= rightTaken, rank != PairTable.none { return false }
        }
    }
}
