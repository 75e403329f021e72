/// What becomes of a code point.
enum ScalarChange {
    case keep
    case drop
    case replace(UInt32)
}

extension UTF8Text {
    /// Whether one of the code points is as asked.
    @inline(__always)
    func contains(where isWanted: (UInt32) -> Bool) -> Bool {
        var position = 0
        while position < count {
            let (scalar, length) = scalar(at: position)
            if isWanted(scalar) { return true }
            position += length
        }
        return false
    }
}

extension AlignedText {
    /// Keeps, drops or replaces each code point; costs a look at the text when all are kept.
    @inline(__always)
    mutating func mapScalars(_ change: (UInt32) -> ScalarChange) {
        let isChanged = withText { text in
            text.contains { scalar in
                if case .keep = change(scalar) { false } else { true }
            }
        }
        guard isChanged else { return }
        rewrite { source, rewriter in
            var copied = 0
            var position = 0
            while position < source.count {
                let (scalar, length) = source.scalar(at: position)
                switch change(scalar) {
                case .keep: break
                case .drop:
                    rewriter.copy(copied..<position)
                    copied = position + length
                case .replace(let other):
                    rewriter.copy(copied..<position)
                    rewriter.append(other, from: position)
                    copied = position + length
                }
                position += length
            }
            rewriter.copy(copied..<source.count)
        }
    }

    /// Drops marks of all kinds.
    mutating func dropMarks() {
        let traits = CharacterTraits.table
        mapScalars { $0 >= 0x80 && traits[$0].contains(.mark) ? .drop : .keep }
    }

    /// Makes each character lowercase by itself: a final sigma is like any other.
    mutating func lowercase() {
        let traits = CharacterTraits.table
        @inline(__always)
        func isChanged(_ scalar: UInt32) -> Bool {
            scalar < 0x80 ? scalar &- 0x41 < 26 : traits[scalar].contains(.lowercases)
        }
        guard withText({ $0.contains(where: isChanged) }) else { return }
        rewrite { source, rewriter in
            var copied = 0
            var position = 0
            while position < source.count {
                let (scalar, length) = source.scalar(at: position)
                if isChanged(scalar) {
                    rewriter.copy(copied..<position)
                    if scalar < 0x80 {
                        rewriter.append(scalar + 0x20, from: position)
                    } else {
                        for lower in traits.lowercase(of: scalar) ?? [scalar] {
                            rewriter.append(lower, from: position)
                        }
                    }
                    copied = position + length
                }
                position += length
            }
            rewriter.copy(copied..<source.count)
        }
    }

    /// Drops white space at the ends.
    mutating func strip(left: Bool, right: Bool) {
        let range = withText { text in
            var (start, end) = (0, text.count)
            while left, start < end {
                let (scalar, length) = text.scalar(at: start)
                guard isWhiteSpace(scalar) else { break }
                start += length
            }
            while right, end > start {
                let last = text.startOfScalar(before: end)
                guard isWhiteSpace(text.scalar(at: last).value) else { break }
                end = last
            }
            return start..<end
        }
        keep(range)
    }

    /// "Nmt".
    mutating func normalizeAsNMT() {
        mapScalars { scalar in
            switch scalar {
            case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: .drop
            case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
                .replace(0x20)
            default: .keep
            }
        }
    }

    /// Puts `content` in front of a text that is not empty.
    mutating func prepend(_ content: [UInt8]) {
        guard count > 0, !content.isEmpty else { return }
        rewrite { source, rewriter in
            rewriter.append(content, from: 0)
            rewriter.copy(0..<source.count)
        }
    }

    /// Spells each byte as a character.
    mutating func spellBytes(_ characters: ByteCharacters) {
        guard count > 0 else { return }
        rewrite { source, rewriter in
            for position in 0..<source.count { rewriter.append(characters[source[position]], from: position) }
        }
    }

    /// Replaces what `finder` finds by `content`, whose origin is the last code point that it replaces.
    mutating func replace(_ finder: PatternFinder, with content: [UInt8]) {
        var matches: [Range<Int>] = []
        withText { text in finder.forEachMatch(in: text, range: 0..<text.count) { matches.append($0) } }
        guard !matches.isEmpty else { return }
        rewrite { source, rewriter in
            var copied = 0
            for match in matches where match.lowerBound >= copied {
                rewriter.copy(copied..<match.lowerBound)
                rewriter.append(content, from: match.upperBound - 1)
                copied = match.upperBound
            }
            rewriter.copy(copied..<source.count)
        }
    }
}
