internal import TesseraCore

/// SentencePiece's own normalizer (Kudo and Richardson, 2018): the longest sequence of the character map first, from
/// left to right, then its treatment of spaces.
///
/// Each byte's origin reaches to where the next byte's begins, as the ranges of SentencePiece's pieces do.
struct SentencePieceNormalizer: Sendable {
    private let specification: SentencePieceNormalization
    private let map: CharacterMap?
    private let userDefined: ByteTrie?
    /// The ASCII characters that are copied wherever they stand.
    private let isPlain: [Bool]

    /// - Parameter userDefined: spellings that are passed through untouched.
    init(
        _ specification: SentencePieceNormalization, userDefined: [[UInt8]]
    ) throws(LocatedError) {
        self.specification = specification
        map = specification.characterMap.isEmpty ? nil : try CharacterMap(specification.characterMap)
        var trie = ByteTrie()
        for symbol in userDefined {
            guard symbol.count <= AddedToken.largestByteCount else {
                throw LocatedError(
                    field: "user_defined_symbols", problem: "one has \(symbol.count) bytes",
                    remedy: "use at most \(AddedToken.largestByteCount)")
            }
            guard firstInvalidUTF8Offset(in: symbol) == nil else {
                throw LocatedError(field: "user_defined_symbols", problem: "one is not UTF-8")
            }
            trie.insert(symbol, value: 0)
        }
        self.userDefined = trie.isEmpty ? nil : trie
        let map = map
        isPlain = (UInt8.min...UInt8.max).map { byte in
            byte < 0x80 && byte != 0x20 && map?.mayBegin(with: byte) != true && !trie.begins(with: byte)
        }
    }

    func apply(to text: inout AlignedText) {
        guard text.count > 0 else { return }
        var writer = StartsWriter(tracks: text.tracksOrigins)
        text.withText { write($0, to: &writer) }
        text.replace(by: writer.bytes, starts: writer.starts, end: writer.end)
    }

    private func write(_ source: UTF8Text, to writer: inout StartsWriter) {
        let removes = specification.removesExtraWhitespace
        let space: [UInt8] = specification.escapesWhitespace ? [0xE2, 0x96, 0x81] : [0x20]
        var position = 0
        while removes, position < source.count {
            let (content, end) = prefix(of: source, from: position)
            guard content.equals(0x20) else { break }
            position = end
        }
        guard position < source.count else { return writer.finish(at: position) }

        if !specification.treatsWhitespaceAsSuffix, specification.addsDummyPrefix {
            writer.append(space, from: position)
        }
        var followsSpace = removes
        while position < source.count {
            if isPlain[Int(source[position])] {
                writer.append(source[position], from: position)
                followsSpace = false
                position += 1
                continue
            }
            let (content, end) = prefix(of: source, from: position)
            content.withBytes(of: source) { bytes in
                var index = 0
                while followsSpace, index < bytes.count, bytes[index] == 0x20 { index += 1 }
                guard index < bytes.count else { return }
                for byte in bytes[index...] {
                    if byte == 0x20 {
                        writer.append(space, from: position)
                    } else {
                        writer.append(byte, from: position)
                    }
                }
                followsSpace = removes && bytes[bytes.count - 1] == 0x20
            }
            position = end
        }
        while removes, writer.ends(with: space) { position = writer.removeLast(space.count) }
        if specification.treatsWhitespaceAsSuffix, specification.addsDummyPrefix {
            writer.append(space, from: position)
        }
        writer.finish(at: position)
    }

    private enum Content {
        case old(Range<Int>, first: UInt8)
        case new(ArraySlice<UInt8>)

        func equals(_ byte: UInt8) -> Bool {
            switch self {
            case .old(let range, let first): range.count == 1 && first == byte
            case .new(let bytes): bytes.count == 1 && bytes.first == byte
            }
        }

        @inline(__always)
        func withBytes(of source: UTF8Text, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
            switch self {
            case .old(let range, _): body(source.bytes(range))
            case .new(let bytes): bytes.withUnsafeBufferPointer(body)
            }
        }
    }

    /// What the text from `start` on begins with after normalization, and where that ends in the text.
    @inline(__always)
    private func prefix(of source: UTF8Text, from start: Int) -> (Content, end: Int) {
        let first = source[start]
        if let userDefined, userDefined.begins(with: first),
            let (_, end) = userDefined.longestMatch(in: source, at: start, limit: source.count)
        {
            return (.old(start..<end, first: first), end)
        }
        if let map, map.mayBegin(with: first),
            let (replacement, end) = map.longestMatch(in: source, start..<source.count)
        {
            return (.new(replacement), end)
        }
        let end = start + source.scalar(at: start).length
        return (.old(start..<end, first: first), end)
    }
}

/// Bytes with the place in the old text that each begins at.
private struct StartsWriter {
    private(set) var bytes: [UInt8] = []
    private(set) var starts: [UInt32] = []
    /// Where the old text is used up.
    private(set) var end = 0
    private let tracks: Bool

    init(tracks: Bool) { self.tracks = tracks }

    @inline(__always)
    mutating func append(_ byte: UInt8, from place: Int) {
        bytes.append(byte)
        if tracks { starts.append(UInt32(truncatingIfNeeded: place)) }
    }

    @inline(__always)
    mutating func append(_ content: [UInt8], from place: Int) {
        for byte in content { append(byte, from: place) }
    }

    func ends(with content: [UInt8]) -> Bool { bytes.suffix(content.count).elementsEqual(content) }

    /// Removes `count` bytes, which must be there, and returns where the first of them came from.
    mutating func removeLast(_ count: Int) -> Int {
        bytes.removeLast(count)
        guard tracks else { return 0 }
        let place = starts[bytes.count]
        starts.removeLast(count)
        return Int(place)
    }

    mutating func finish(at place: Int) { end = place }
}
