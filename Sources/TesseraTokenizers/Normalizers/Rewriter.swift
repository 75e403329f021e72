/// Writes a new version of an `AlignedText` from the old one, front to back.
struct Rewriter {
    private let source: UTF8Text
    private let origins: UnsafeBufferPointer<AlignedText.Origin>
    private let tracks: Bool
    private let isUnchanged: Bool
    private let firstCount: Int
    private var isFirst = true

    /// The next code point of the old text that `emit` replaces.
    private var place = 0

    private(set) var bytes: [UInt8] = []
    private(set) var newOrigins: [AlignedText.Origin] = []
    private(set) var newFirstCount = 0

    init(
        source: UTF8Text, origins: UnsafeBufferPointer<AlignedText.Origin>, tracks: Bool, isUnchanged: Bool,
        firstCount: Int
    ) {
        self.source = source
        self.origins = origins
        self.tracks = tracks
        self.isUnchanged = isUnchanged
        self.firstCount = firstCount
        bytes.reserveCapacity(source.count)
        if tracks { newOrigins.reserveCapacity(source.count) }
    }

    /// How many bytes were written.
    var count: Int { bytes.count }

    /// Writes the old bytes in `range` with their origins.
    @inline(__always)
    mutating func copy(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        bytes.append(contentsOf: source.bytes(range))
        if !tracks {
            noteFirst(range.count, from: range.lowerBound, moving: true)
        } else if isUnchanged {
            var position = range.lowerBound
            while position < range.upperBound {
                let origin = AlignedText.unchangedOrigin(of: position, in: source)
                while position < Int(origin.end), position < range.upperBound {
                    newOrigins.append(origin)
                    position += 1
                }
            }
        } else {
            newOrigins.append(contentsOf: origins[range])
        }
    }

    /// Writes `scalar` with the origin of the old byte `position`.
    @inline(__always)
    mutating func append(_ scalar: UInt32, from position: Int) {
        let length = bytes.appendScalar(scalar)
        note(length, from: position)
    }

    /// Writes `text` with the origin of the old byte `position`; -1 stands for the empty start of the original.
    @inline(__always)
    mutating func append(_ text: some Collection<UInt8>, from position: Int) {
        bytes.append(contentsOf: text)
        note(text.count, from: position)
    }

    /// Writes a code point in the manner of `NormalizedString::transform`.
    ///
    /// - Parameter change: 1 when it is added after what was written before; 0 when it replaces the next old code
    ///   point; -n when it replaces that and the n after it.
    @inline(__always)
    mutating func emit(_ scalar: UInt32, change: Int) {
        if change > 0 {
            append(scalar, from: place - 1)
        } else {
            append(scalar, from: min(place, source.count - 1))
            skip(1 - change)
        }
    }

    /// Copies the old bytes that `emit` has not seen yet, up to `end`.
    @inline(__always)
    mutating func copyNext(to end: Int) {
        guard place < end else { return }
        copy(place..<end)
        place = end
    }

    /// Passes over old code points that `emit` shall not see.
    @inline(__always)
    mutating func skip(_ scalars: Int) {
        var left = scalars
        while left > 0, place < source.count {
            place += source.scalar(at: place).length
            left -= 1
        }
    }

    @inline(__always)
    private mutating func note(_ length: Int, from position: Int) {
        guard tracks else { return noteFirst(length, from: position, moving: false) }
        let origin =
            position < 0 || position >= source.count
            ? AlignedText.Origin(start: 0, end: 0)
            : isUnchanged ? AlignedText.unchangedOrigin(of: position, in: source) : origins[position]
        for _ in 0..<length { newOrigins.append(origin) }
    }

    /// Counts bytes at the front that came from the first code point of the original.
    @inline(__always)
    private mutating func noteFirst(_ length: Int, from position: Int, moving: Bool) {
        guard isFirst, length > 0 else { return }
        let counted = position >= firstCount ? 0 : moving ? min(length, firstCount - position) : length
        newFirstCount += counted
        if counted < length { isFirst = false }
    }
}

extension [UInt8] {
    /// Appends a code point in UTF-8 and returns how many bytes that took.
    @inline(__always)
    @discardableResult
    mutating func appendScalar(_ scalar: UInt32) -> Int {
        if scalar < 0x80 {
            append(UInt8(truncatingIfNeeded: scalar))
            return 1
        }
        let last = 0x80 | UInt8(truncatingIfNeeded: scalar & 0x3F)
        if scalar < 0x800 {
            append(0xC0 | UInt8(truncatingIfNeeded: scalar >> 6))
            append(last)
            return 2
        }
        let third = 0x80 | UInt8(truncatingIfNeeded: scalar >> 6 & 0x3F)
        if scalar < 0x10000 {
            append(0xE0 | UInt8(truncatingIfNeeded: scalar >> 12))
            append(third)
            append(last)
            return 3
        }
        append(0xF0 | UInt8(truncatingIfNeeded: scalar >> 18 & 0x07))
        append(0x80 | UInt8(truncatingIfNeeded: scalar >> 12 & 0x3F))
        append(third)
        append(last)
        return 4
    }
}

extension UTF8Text {
    /// A view of `bytes`, which must be valid UTF-8.
    @inline(__always)
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        let nothing: StaticString = ""
        self.init(start: bytes.baseAddress ?? nothing.utf8Start, count: bytes.count)
    }
}
