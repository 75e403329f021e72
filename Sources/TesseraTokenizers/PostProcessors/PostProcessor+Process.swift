internal import TesseraCore

extension PostProcessor {
    /// How many tokens are put around one text, or around a pair.
    func addedCount(isPair: Bool) -> Int {
        switch self {
        case .bert: isPair ? 3 : 2
        case .roberta: isPair ? 4 : 2
        case .byteLevel: 0
        case .template(let single, let pair, let tokens):
            (isPair ? pair : single).reduce(0) { $0 + Self.ids(of: $1, in: tokens).count }
        case .sequence(let steps): steps.reduce(0) { $0 + $1.addedCount(isPair: isPair) }
        }
    }

    /// The encoding of one text or a pair.
    ///
    /// Every part of a text that was cut is surrounded like the first, as in Hugging Face tokenizers
    /// (`PostProcessor::process` and `Encoding::merge`).
    ///
    /// - Parameters:
    ///   - processor: nil puts the two side by side.
    ///   - addsTokens: false leaves only what happens to offsets and types.
    ///   - spelling: the spelling of a token, by which offsets are trimmed.
    static func process(
        _ first: Encoding, _ second: Encoding?, with processor: PostProcessor?, addsTokens: Bool,
        spelling: (TokenID) -> [UInt8]
    ) -> Encoding {
        var texts = [first]
        if let second { texts.append(second) }
        processor?.process(&texts, isPair: second != nil, addsTokens: addsTokens, spelling: spelling)
        return texts.dropFirst().reduce(into: texts[0]) { $0.merge($1) }
    }

    private func process(
        _ texts: inout [Encoding], isPair: Bool, addsTokens: Bool, spelling: (TokenID) -> [UInt8]
    ) {
        switch self {
        case .sequence(let steps):
            for step in steps {
                step.process(&texts, isPair: isPair, addsTokens: addsTokens, spelling: spelling)
            }
        case .byteLevel(let trims, let prefixed):
            if trims { Self.trimOffsets(&texts, keepsPrefixSpace: prefixed, spelling) }
        case .bert(let separator, let classifier):
            guard addsTokens else { return }
            for index in texts.indices {
                let typeID = UInt32(clamping: index)
                let front = index == 0 ? [classifier.id] : []
                texts[index].surround(front, [separator.id], typeID: typeID)
            }
        case .roberta(let separator, let classifier, let trims, let prefixed):
            if trims { Self.trimOffsets(&texts, keepsPrefixSpace: prefixed, spelling) }
            for index in texts.indices {
                texts[index].setTypeIDs(0)
                guard addsTokens else { continue }
                let front = index == 0 ? classifier.id : separator.id
                texts[index].surround([front], [separator.id], typeID: 0)
            }
        case .template(let single, let pair, let tokens):
            texts = Self.pieces(isPair ? pair : single, of: texts, tokens: addsTokens ? tokens : [])
        }
    }

    /// What stands at the places of a template.
    private static func pieces(
        _ template: [TemplatePiece], of texts: [Encoding], tokens: [TemplateToken]
    ) -> [Encoding] {
        var pieces: [Encoding] = []
        for piece in template {
            switch piece {
            case .first(let typeID), .second(let typeID):
                var index = 0
                if case .second = piece { index = 1 }
                guard texts.indices.contains(index) else { continue }
                var text = texts[index]
                text.typeIDs = Array(repeating: typeID, count: text.count)
                pieces.append(text)
            case .token(_, let typeID):
                var special = Encoding()
                for id in ids(of: piece, in: tokens) { special.append(special: id, typeID: typeID) }
                if special.count > 0 { pieces.append(special) }
            }
        }
        return pieces.isEmpty ? [Encoding()] : pieces
    }

    private static func ids(of piece: TemplatePiece, in tokens: [TemplateToken]) -> [TokenID] {
        guard case .token(let name, _) = piece else { return [] }
        return tokens.first { $0.name.utf8.elementsEqual(name.utf8) }?.ids ?? []
    }
}

extension Encoding {
    /// Adds `other` at the end; every part that overflowed of one meets every part of the other.
    mutating func merge(_ other: Encoding) {
        guard !overflowing.isEmpty || !other.overflowing.isEmpty else { return append(other) }
        var parts: [Encoding] = []
        for own in overflowing {
            parts.append(own.joined(with: other))
            for further in other.overflowing { parts.append(own.joined(with: further)) }
        }
        for further in other.overflowing { parts.append(joined(with: further)) }
        append(other)
        overflowing = parts
    }

    private func joined(with other: Encoding) -> Encoding {
        var whole = self
        whole.overflowing = []
        whole.append(other)
        return whole
    }

    /// Puts tokens around this and around every part that overflowed.
    fileprivate mutating func surround(_ front: [TokenID], _ back: [TokenID], typeID: UInt32) {
        for index in overflowing.indices { overflowing[index].surround(front, back, typeID: typeID) }
        let parts = overflowing
        var whole = Encoding()
        for id in front { whole.append(special: id, typeID: typeID) }
        whole.append(self)
        for id in back { whole.append(special: id, typeID: typeID) }
        whole.overflowing = parts
        self = whole
    }

    fileprivate mutating func setTypeIDs(_ typeID: UInt32) {
        typeIDs = Array(repeating: typeID, count: count)
        for index in overflowing.indices { overflowing[index].setTypeIDs(typeID) }
    }
}

// MARK: Offsets without white space

extension PostProcessor {
    /// Takes the white space at the edges of tokens out of their ranges (`process_offsets` of Hugging Face's
    /// `ByteLevel`).
    ///
    /// - Parameter keepsPrefixSpace: whether a text was given a space in front, which is not in the range.
    private static func trimOffsets(
        _ texts: inout [Encoding], keepsPrefixSpace: Bool, _ spelling: (TokenID) -> [UInt8]
    ) {
        for index in texts.indices {
            texts[index].trimOffsets(keepsPrefixSpace: keepsPrefixSpace, spelling)
            trimOffsets(&texts[index].overflowing, keepsPrefixSpace: keepsPrefixSpace, spelling)
        }
    }
}

extension Encoding {
    fileprivate mutating func trimOffsets(keepsPrefixSpace: Bool, _ spelling: (TokenID) -> [UInt8]) {
        for index in ids.indices {
            let text = String(decoding: spelling(ids[index]), as: UTF8.self).unicodeScalars
            var front = text.prefix(while: Self.isSpace).map(Self.byteCount)
            let back = text.reversed().prefix(while: Self.isSpace).map(Self.byteCount)
            var (start, end) = (ranges[index].lowerBound, ranges[index].upperBound)
            if !front.isEmpty {
                // One space may be the one that was put there; of several, none was.
                if keepsPrefixSpace, front.count == 1, index == 0 || start == 0 { front = [] }
                start = min(start + front.reduce(0, +), end)
            }
            let trailing = back.reduce(0, +)
            if trailing > 0, end >= trailing { end = max(end - trailing, start) }
            ranges[index] = start..<end
        }
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == byteLevelSpace || scalar.properties.isWhitespace
    }

    /// The bytes of the text that a character of a spelling stands for.
    private static func byteCount(_ scalar: Unicode.Scalar) -> Int {
        scalar == byteLevelSpace ? 1 : UTF8.width(scalar)
    }

    /// The space in `ByteAlphabet`.
    private static let byteLevelSpace: Unicode.Scalar = "\u{120}"
}
