/// A small value for each code point, in two stages; built from the runs that a generated table holds.
struct CodePointTable: Sendable {
    private static let blockSize = 128

    /// For each `blockSize` code points, where their values start in `values`.
    private var starts: [UInt32] = []
    private var values: [UInt8] = []

    /// Reads lengths and values of runs that cover all code points.
    init(runs text: StaticString) {
        var reader = GeneratedTextReader(text)
        /// For each value, the block in which all have it.
        var uniform = [UInt32?](repeating: nil, count: 256)
        var (left, value) = (0, UInt8(0))
        starts.reserveCapacity(0x11_0000 / Self.blockSize)
        for _ in 0..<0x11_0000 / Self.blockSize {
            if left >= Self.blockSize, let start = uniform[Int(value)] {
                starts.append(start)
                left -= Self.blockSize
                continue
            }
            if left >= Self.blockSize { uniform[Int(value)] = UInt32(values.count) }
            starts.append(UInt32(values.count))
            var missing = Self.blockSize
            while missing > 0 {
                if left == 0 {
                    guard let length = reader.next(), let next = reader.next() else {
                        (left, value) = (.max, 0); continue
                    }
                    (left, value) = (length, UInt8(truncatingIfNeeded: next))
                    if left == 0 { continue }
                }
                let count = min(left, missing)
                values.append(contentsOf: repeatElement(value, count: count))
                left -= count
                missing -= count
            }
        }
    }

    /// The value of `scalar`; 0 for what is no code point.
    @inline(__always)
    subscript(scalar: UInt32) -> UInt8 {
        guard scalar < 0x11_0000 else { return 0 }
        return values[Int(starts[Int(scalar) / Self.blockSize]) + Int(scalar) % Self.blockSize]
    }
}

/// Sequences of code points for some code points, such as what they decompose to.
struct CodePointMappings: Sendable {
    private let keys: [UInt32]
    private let ends: [UInt32]
    private let scalars: [UInt32]

    /// Reads, for each code point that has a mapping, its distance from the one before, the length and the mapping.
    init(_ text: StaticString) {
        var reader = GeneratedTextReader(text)
        var keys: [UInt32] = []
        var ends: [UInt32] = []
        var scalars: [UInt32] = []
        var key = 0
        while let distance = reader.next(), let length = reader.next() {
            key += distance
            keys.append(UInt32(truncatingIfNeeded: key))
            for _ in 0..<length { scalars.append(UInt32(truncatingIfNeeded: reader.next() ?? 0)) }
            ends.append(UInt32(truncatingIfNeeded: scalars.count))
        }
        self.keys = keys
        self.ends = ends
        self.scalars = scalars
    }

    /// What `scalar` is mapped to; nil when it is not.
    func mapping(of scalar: UInt32) -> ArraySlice<UInt32>? {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < scalar { low = middle + 1 } else { high = middle }
        }
        guard low < keys.count, keys[low] == scalar else { return nil }
        return scalars[(low == 0 ? 0 : Int(ends[low - 1]))..<Int(ends[low])]
    }
}

/// Reads the numbers of a generated table: five bits a character, the lowest first, from "0" on; a sixth bit says
/// that more follow.
struct GeneratedTextReader {
    private let text: StaticString
    private var position = 0

    init(_ text: StaticString) { self.text = text }

    /// The next number; nil at the end.
    mutating func next() -> Int? {
        var (value, shift) = (0, 0)
        while position < text.utf8CodeUnitCount {
            let digit = Int(text.utf8Start[position] &- 0x30)
            position += 1
            value |= (digit & 31) << shift
            if digit & 32 == 0 { return value }
            shift += 5
        }
        return nil
    }
}
