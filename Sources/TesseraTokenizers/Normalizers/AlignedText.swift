/// A text that normalizers and pre-tokenizers change, with the part of the original that each byte came from.
///
/// Origins are those of Hugging Face's `NormalizedString`: all bytes of a code point share one, replaced code points
/// take that of what they replace, added ones that of the code point before them. They cost nothing until the text
/// is changed, and nothing at all when they are not tracked. The text is valid UTF-8 at all times.
package struct AlignedText: Sendable {
    /// A range of the original, in bytes from its start.
    ///
    /// Originals of 4 GiB and more have wrong origins, not wrong bytes.
    struct Origin: Hashable, Sendable {
        var start: UInt32
        var end: UInt32
    }

    /// The text as it is now, in UTF-8.
    package private(set) var bytes: [UInt8]

    /// Where the original begins in the whole text.
    package let base: Int

    /// Whether origins are kept.
    package let tracksOrigins: Bool

    /// One for each byte; empty while the text is unchanged or when origins are not tracked.
    private var origins: [Origin] = []

    /// Whether each byte is the original's byte in the same place.
    private var isUnchanged = true

    /// How many bytes at the front came from the first code point of the original.
    private var firstCount: Int

    /// Starts with the bytes of `text` in `range`, whose bounds must lie between code points.
    init(_ text: UTF8Text, in range: Range<Int>, tracksOrigins: Bool) {
        bytes = Array(text.bytes(range))
        base = range.lowerBound
        self.tracksOrigins = tracksOrigins
        firstCount = range.isEmpty ? 0 : text.scalar(at: range.lowerBound).length
    }

    /// Starts with a whole text.
    package init(_ text: String, tracksOrigins: Bool = true) {
        bytes = Array(text.utf8)
        base = 0
        self.tracksOrigins = tracksOrigins
        firstCount = text.unicodeScalars.first.map { UTF8.width($0) } ?? 0
    }

    /// How many bytes there are now.
    package var count: Int { bytes.count }

    /// Calls `body` with the text as it is now.
    @inline(__always)
    func withText<Result>(_ body: (UTF8Text) -> Result) -> Result {
        bytes.withUnsafeBufferPointer { body(UTF8Text($0)) }
    }

    /// The bytes of the whole text that the bytes in `range` came from; an empty range where those of an empty one
    /// would be.
    package func originalRange(of range: Range<Int>) -> Range<Int> {
        guard !range.isEmpty else {
            let place = range.lowerBound < count ? origin(of: range.lowerBound).start : lastEnd
            return base + Int(place)..<base + Int(place)
        }
        let start = Int(origin(of: range.lowerBound).start)
        return base + start..<base + max(start, Int(origin(of: range.upperBound - 1).end))
    }

    /// Whether the byte at `position` came from the very start of the whole text.
    func startsWholeText(at position: Int) -> Bool {
        guard base == 0 else { return false }
        if isUnchanged { return position < max(firstCount, 1) }
        guard tracksOrigins else { return position < firstCount }
        return position < origins.count && origins[position].start == 0
    }

    private var lastEnd: UInt32 { count == 0 ? 0 : origin(of: count - 1).end }

    /// Where byte `position`, which must be below `count`, came from.
    private func origin(of position: Int) -> Origin {
        if position < origins.count { return origins[position] }
        return withText { Self.unchangedOrigin(of: position, in: $0) }
    }

    /// The range of the code point that holds byte `position`.
    @inline(__always)
    static func unchangedOrigin(of position: Int, in text: UTF8Text) -> Origin {
        let start = text.startOfScalar(before: position + 1)
        let end = start + text.scalar(at: start).length
        return Origin(start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end))
    }

    /// Replaces the text by what `body` writes.
    @inline(__always)
    mutating func rewrite(_ body: (UTF8Text, inout Rewriter) -> Void) {
        let rewriter = bytes.withUnsafeBufferPointer { bytes in
            origins.withUnsafeBufferPointer { origins in
                let text = UTF8Text(bytes)
                var rewriter = Rewriter(
                    source: text, origins: origins, tracks: tracksOrigins, isUnchanged: isUnchanged,
                    firstCount: firstCount)
                body(text, &rewriter)
                return rewriter
            }
        }
        bytes = rewriter.bytes
        origins = rewriter.newOrigins
        firstCount = rewriter.newFirstCount
        isUnchanged = false
    }

    /// Replaces the text by `bytes`, each from where the old text has the byte in `starts` to where the next comes from.
    ///
    /// - Parameters:
    ///   - starts: one for each byte, none above `end`; ignored when origins are not tracked.
    ///   - end: where the old text is used up.
    mutating func replace(by bytes: [UInt8], starts: [UInt32], end: Int) {
        if tracksOrigins {
            func place(_ position: Int) -> UInt32 { position < count ? origin(of: position).start : lastEnd }
            var places = starts.map { place(Int($0)) }
            places.append(place(end))
            origins = starts.indices.map { Origin(start: places[$0], end: places[$0 + 1]) }
        }
        firstCount = 0
        isUnchanged = false
        self.bytes = bytes
    }

    /// The bytes in `range`, whose bounds must lie between code points, as a text of their own.
    func part(_ range: Range<Int>) -> AlignedText {
        if range == 0..<count { return self }
        var part = AlignedText(
            base: isUnchanged ? base + range.lowerBound : base, tracksOrigins: tracksOrigins)
        part.bytes = Array(bytes[range])
        part.isUnchanged = isUnchanged
        if !origins.isEmpty { part.origins = Array(origins[range]) }
        part.firstCount = max(0, min(firstCount - range.lowerBound, range.count))
        return part
    }

    private init(base: Int, tracksOrigins: Bool) {
        bytes = []
        self.base = base
        self.tracksOrigins = tracksOrigins
        firstCount = 0
    }

    /// Keeps only the bytes in `range`, whose bounds must lie between code points.
    mutating func keep(_ range: Range<Int>) {
        guard range != 0..<count else { return }
        rewrite { _, rewriter in rewriter.copy(range) }
    }
}
