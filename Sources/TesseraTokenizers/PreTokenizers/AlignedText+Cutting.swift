extension AlignedText {
    /// Cuts pieces at the code points that `isMatch` says.
    @inline(__always)
    func cutScalars(
        _ old: [Range<Int>], _ isMatch: (UInt32) -> Bool, _ behavior: SplitBehavior,
        into new: inout [Range<Int>]
    ) {
        withText { text in
            for piece in old { MatchPieces.cut(piece, of: text, atScalars: isMatch, behavior, into: &new) }
        }
    }

    /// "Whitespace": runs of word characters and runs of what is neither these nor white space.
    func cutWords(_ old: [Range<Int>], into new: inout [Range<Int>]) {
        withText { text in
            let classes = CharacterTable()
            for piece in old {
                var start = piece.lowerBound
                var position = start
                var kind: CharacterClass = .whitespace
                while position < piece.upperBound {
                    let (scalar, length) = text.scalar(at: position)
                    let next = classes.of(scalar).intersection([.word, .whitespace])
                    if next != kind {
                        if kind != .whitespace, start < position { new.append(start..<position) }
                        start = position
                        kind = next
                    }
                    position += length
                }
                if kind != .whitespace, start < position { new.append(start..<position) }
            }
        }
    }

    /// "FixedLength": every so many code points.
    func cutEvery(_ length: Int, _ old: [Range<Int>], into new: inout [Range<Int>]) {
        withText { text in
            for piece in old {
                var start = piece.lowerBound
                var position = start
                var count = 0
                while position < piece.upperBound {
                    position += text.scalar(at: position).length
                    count += 1
                    if count == length || position == piece.upperBound {
                        new.append(start..<position)
                        start = position
                        count = 0
                    }
                }
            }
        }
    }

    /// "ByteLevel": spaces in front of pieces, the expression, then each byte spelled as a character.
    mutating func cutIntoByteCharacters(
        _ old: [Range<Int>], _ characters: ByteCharacters, addsPrefixSpace: Bool, _ finder: PatternFinder?,
        into new: inout [Range<Int>]
    ) {
        var old = old
        if addsPrefixSpace { old = prefix(old, with: 0x20) }
        var cut: [Range<Int>] = []
        if let finder {
            withText { text in
                for piece in old { MatchPieces.cut(piece, of: text, at: finder, .isolated, into: &cut) }
            }
        } else {
            cut = old
        }
        rewrite { source, rewriter in
            for piece in cut {
                let start = rewriter.count
                for position in piece { rewriter.append(characters[source[position]], from: position) }
                new.append(start..<rewriter.count)
            }
        }
    }

    /// Puts `character` in front of the pieces that do not begin with it; the text then holds nothing but pieces.
    ///
    /// - Parameter onlyAtStart: leave pieces alone that do not come from the very start of the whole text.
    mutating func prefix(
        _ pieces: [Range<Int>], with character: UInt32, onlyAtStart: Bool = false
    ) -> [Range<Int>] {
        let places = withText { text in
            pieces.map { piece in
                text.scalar(at: piece.lowerBound).value != character
                    && (!onlyAtStart || startsWholeText(at: piece.lowerBound))
            }
        }
        guard places.contains(true) else { return pieces }
        var prefixed: [Range<Int>] = []
        prefixed.reserveCapacity(pieces.count)
        rewrite { _, rewriter in
            for (piece, isPlace) in zip(pieces, places) {
                let start = rewriter.count
                if isPlace { rewriter.append(character, from: piece.lowerBound) }
                rewriter.copy(piece)
                prefixed.append(start..<rewriter.count)
            }
        }
        return prefixed
    }
}
