/// Finds the next byte of a text with which a key may begin, eight bytes at a time.
///
/// Most vocabularies have added tokens that begin with one byte or two, so that whole words of memory are ruled out
/// with a few operations (the zero-byte test of Mycroft, 1987).
struct FirstByteFinder: Sendable {
    /// Each of the bytes, in all eight bytes of a number; empty when there are too many to look for this way.
    private let patterns: [UInt64]
    private let begins: FixedTable<UInt8>

    private static let mostPatterns = 4
    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// A finder of the bytes for which `begins` holds.
    init(_ begins: (UInt8) -> Bool) {
        let table = FixedTable<UInt8>(count: 256)
        var patterns: [UInt64] = []
        for byte in UInt8.min ... .max where begins(byte) {
            table[Int(byte)] = 1
            patterns.append(UInt64(byte) &* Self.ones)
        }
        self.patterns = patterns.count <= Self.mostPatterns ? patterns : []
        self.begins = table
    }

    /// The first place from `position` on where one of the bytes is; `limit` when there is none.
    func next(in text: UTF8Text, from position: Int, to limit: Int) -> Int {
        var position = position
        let raw = UnsafeRawPointer(text.start)
        if !patterns.isEmpty {
            position = patterns.withUnsafeBufferPointer { patterns in
                var position = position
                let first = patterns[0]
                let second = patterns[patterns.count > 1 ? 1 : 0]
                while position &+ 8 <= limit {
                    let word = raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                    var zeros = Self.zeroBytes(word ^ first) | Self.zeroBytes(word ^ second)
                    if patterns.count > 2 {
                        zeros |= Self.zeroBytes(word ^ patterns[2])
                        zeros |= Self.zeroBytes(word ^ patterns[patterns.count &- 1])
                    }
                    if zeros != 0 { return position &+ zeros.trailingZeroBitCount >> 3 }
                    position &+= 8
                }
                return position
            }
        }
        let begins = UnsafePointer(begins.elements)
        while position < limit, begins[Int(text[position])] == 0 { position &+= 1 }
        return position
    }

    /// A number whose lowest set bit lies in the lowest byte of `word` that is zero; zero when none is.
    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        let word = UInt64(littleEndian: word)
        return (word &- ones) & ~word & 0x8080_8080_8080_8080
    }
}
