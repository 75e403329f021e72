internal import TesseraCore

// What decoders do to the text of one token.
extension [UInt8] {
    /// Whether the bytes are valid UTF-8.
    var isValidUTF8: Bool { firstInvalidUTF8Offset(in: self) == nil }

    /// The byte that a token such as `<0x0A>` stands for.
    var byteOfSpelling: UInt8? {
        guard count == 6, self[0] == 0x3C, self[1] == 0x30, self[2] == 0x78, self[5] == 0x3E else {
            return nil
        }
        if self[3] == 0x2B { return Self.digit(self[4]) }
        guard let high = Self.digit(self[3]), let low = Self.digit(self[4]) else { return nil }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    /// Replaces every occurrence of `needle`; the empty one is at every end of a code point.
    mutating func replaceAll(_ needle: [UInt8], with content: [UInt8]) {
        guard let first = needle.first else {
            guard !content.isEmpty else { return }
            var spaced: [UInt8] = []
            for byte in self {
                if byte & 0xC0 != 0x80 { spaced += content }
                spaced.append(byte)
            }
            self = spaced + content
            return
        }
        guard count >= needle.count, contains(first) else { return }
        if needle.count > 16 {
            var matched = 0
            let finder = StringFinder(needle)
            self = finder.replace(self, with: content, matched: &matched) + finder.heldBack(matched)
            return
        }
        var replaced: [UInt8]?
        var position = 0
        while position < count {
            if self[position] == first, self[position...].starts(with: needle) {
                if replaced == nil { replaced = Array(self[..<position]) }
                replaced?.append(contentsOf: content)
                position += needle.count
            } else {
                replaced?.append(self[position])
                position += 1
            }
        }
        if let replaced { self = replaced }
    }

    /// Replaces every match of `finder`.
    mutating func replaceAll(_ finder: PatternFinder, with content: [UInt8]) {
        guard isValidUTF8 else { return }
        var replaced: [UInt8]?
        var copied = 0
        withUnsafeBufferPointer { bytes in
            let text = UTF8Text(bytes)
            finder.forEachMatch(in: text, range: 0..<bytes.count) { match in
                guard match.lowerBound >= copied else { return }
                if replaced == nil { replaced = [] }
                replaced?.append(contentsOf: text.bytes(copied..<match.lowerBound))
                replaced?.append(contentsOf: content)
                copied = match.upperBound
            }
        }
        guard let replaced else { return }
        self = replaced + self[copied...]
    }

    /// Puts a space in front of a token unless it continues a word, and undoes the spaces of English tokenization.
    mutating func joinWordPiece(_ prefix: [UInt8], isFirst: Bool, cleansUp: Bool) {
        if !isFirst {
            if starts(with: prefix) { removeFirst(prefix.count) } else { insert(0x20, at: 0) }
        }
        if cleansUp { cleanEnglish() }
    }

    /// `cleanup` of the reference.
    private mutating func cleanEnglish() {
        guard contains(0x20) else { return }
        for (dirty, clean) in Self.englishCleanup { replaceAll(dirty, with: clean) }
    }

    private static let englishCleanup: [([UInt8], [UInt8])] = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

    /// Drops the padding token and makes the word delimiter a space.
    mutating func cleanCTC(_ padding: [UInt8], _ wordDelimiter: [UInt8], cleansUp: Bool) {
        replaceAll(padding, with: [])
        if cleansUp {
            cleanEnglish()
            replaceAll(wordDelimiter, with: [0x20])
        }
    }

    /// Drops up to so many characters `content` at either end.
    mutating func strip(_ content: [UInt8], start: Int, stop: Int) {
        guard !content.isEmpty else { return }
        var (first, last) = (0, count)
        var dropped = 0
        while dropped < start, self[first..<last].starts(with: content) {
            first += content.count
            dropped += 1
        }
        dropped = 0
        while dropped < stop, last - first >= content.count,
            self[(last - content.count)..<last].elementsEqual(content)
        {
            last -= content.count
            dropped += 1
        }
        guard first > 0 || last < count else { return }
        self = Array(self[first..<last])
    }

    /// Moves the text that further bytes cannot change to `text`, with U+FFFD for what is ill-formed.
    mutating func moveCompleteText(to text: inout [UInt8]) {
        let complete = count - lengthOfUnfinishedScalar(self)
        if complete == count, isValidUTF8 {
            swap(&text, &self)
        } else {
            text = Array(String(decoding: self[..<complete], as: UTF8.self).utf8)
            self = Array(self[complete...])
            return
        }
        removeAll(keepingCapacity: true)
    }
}
