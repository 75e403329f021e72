/// Romanizes text that comes in parts, and remembers words that it has seen.
///
/// The parts may be cut anywhere: what is written does not depend on how the text was cut. Bytes must be valid UTF-8.
public struct RomanWriter: Sendable {
    private var engine: RomanEngine
    private var cache: RomanCache?
    /// The bytes of a stretch whose end has not come yet.
    private var pending: [UInt8] = []

    /// Makes a writer for one text.
    ///
    /// - Parameter remembersWords: whether words that come again are looked up; what is written stays the same.
    public init(_ romanizer: Romanizer, remembersWords: Bool = true) {
        engine = RomanEngine(romanizer.rules, asciiOnly: romanizer.asciiOnly)
        cache = remembersWords ? RomanCache() : nil
    }

    /// Romanizes the next bytes of the text and appends what is certain to `output`.
    public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        var place = 0
        if !pending.isEmpty {
            while place < bytes.count, bytes[place] >= 0x80 { place += 1 }
            pending += bytes[..<place]
            writePending(isComplete: place < bytes.count, to: &output)
        }
        while place < bytes.count {
            let start = place
            while place + 8 <= bytes.count,
                UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: place, as: UInt64.self)
                    & 0x8080_8080_8080_8080 == 0
            {
                place += 8
            }
            while place < bytes.count, bytes[place] < 0x80 { place += 1 }
            output += UnsafeBufferPointer(rebasing: bytes[start..<place])
            if place == bytes.count { return }
            let end = endOfStretch(in: bytes, from: place)
            if end == bytes.count {
                pending += bytes[place...]
                return writePending(isComplete: false, to: &output)
            }
            write(UnsafeBufferPointer(rebasing: bytes[place..<end]), to: &output)
            place = end
        }
    }

    /// Appends what was held back, and is ready for another text.
    public mutating func finish(to output: inout [UInt8]) {
        writePending(isComplete: true, to: &output)
    }

    /// Writes what is pending in stretches of the longest length, and the rest when it is complete.
    private mutating func writePending(isComplete: Bool, to output: inout [UInt8]) {
        guard isComplete || pending.count > longestStretch + 4 else { return }
        let held = pending
        pending = []
        held.withUnsafeBufferPointer { held in
            var place = 0
            while isComplete ? place < held.count : held.count - place > longestStretch + 4 {
                let end = endOfStretch(in: held, from: place)
                // A stretch of bytes that are no UTF-8 has no end before its start.
                guard end > place else { break }
                write(UnsafeBufferPointer(rebasing: held[place..<end]), to: &output)
                place = end
            }
            pending = Array(held[place...])
        }
        if isComplete { pending = [] }
    }

    private mutating func write(_ stretch: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        if cache?.append(stretch, to: &output) == true { return }
        engine.decode(stretch)
        engine.run()
        output += engine.output
        cache?.remember(stretch, as: engine.output)
    }
}
