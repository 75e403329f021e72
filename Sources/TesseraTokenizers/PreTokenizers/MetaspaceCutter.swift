/// "Metaspace": spaces become a character that begins pieces.
struct MetaspaceCutter: Sendable {
    private let replacement: UInt32
    private let prepends: MetaspacePrefix
    private let splits: Bool

    init(_ replacement: UInt32, _ prepends: MetaspacePrefix, splits: Bool) {
        self.replacement = replacement
        self.prepends = prepends
        self.splits = splits
    }

    func cut(_ text: inout AlignedText, _ old: [Range<Int>], into new: inout [Range<Int>]) {
        var pieces = replaceSpaces(&text, old)
        switch prepends {
        case .always: pieces = text.prefix(pieces, with: replacement)
        case .first: pieces = text.prefix(pieces, with: replacement, onlyAtStart: true)
        case .never: break
        }
        guard splits else { return new = pieces }
        text.cutScalars(pieces, { $0 == replacement }, .mergedWithNext, into: &new)
    }

    private func replaceSpaces(_ text: inout AlignedText, _ old: [Range<Int>]) -> [Range<Int>] {
        guard replacement != 0x20, text.withText({ $0.contains { $0 == 0x20 } }) else { return old }
        var pieces: [Range<Int>] = []
        pieces.reserveCapacity(old.count)
        text.rewrite { source, rewriter in
            for piece in old {
                let start = rewriter.count
                var copied = piece.lowerBound
                for position in piece where source[position] == 0x20 {
                    rewriter.copy(copied..<position)
                    rewriter.append(replacement, from: position)
                    copied = position + 1
                }
                rewriter.copy(copied..<piece.upperBound)
                pieces.append(start..<rewriter.count)
            }
        }
        return pieces
    }
}
