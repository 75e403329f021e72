internal import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Cosines and sines of the rotary position embedding (Su et al., "RoFormer", arXiv:2104.09864, section 3.2.2).
///
/// Pair i of a head at position p turns by `p * base ^ (-2 i / headSize)`. Angles are computed in double precision
/// the first time that a position is read.
struct RotaryTable {
    private let frequencies: [Double]
    private var memory: Memory
    private var capacity = 0
    private var filled = 0

    init(headSize: Int, base: Double) throws(LocatedError) {
        frequencies = (0..<headSize / 2).map { pow(base, -2 * Double($0) / Double(headSize)) }
        memory = try Memory(0, of: Float.self, for: Self.purpose)
    }

    /// Makes positions `0 ..< positions` ready; `capacity` is how many there may be at most for now.
    mutating func cover(_ positions: Int, capacity: Int) throws(LocatedError) {
        if capacity > self.capacity {
            let (floats, overflow) = capacity.multipliedReportingOverflow(by: 2 * frequencies.count)
            memory = try Memory(overflow ? .max : floats, of: Float.self, for: Self.purpose)
            self.capacity = capacity
            filled = 0
        }
        let half = frequencies.count
        let table = memory.pointer(to: Float.self)
        for position in filled..<max(filled, positions) {
            let row = table + position * 2 * half
            for (pair, frequency) in frequencies.enumerated() {
                let angle = Double(position) * frequency
                row[pair] = Float(cos(angle))
                row[half + pair] = Float(sin(angle))
            }
        }
        filled = max(filled, positions)
    }

    /// `[position, 2, headSize / 2]`: the cosines of a position, then its sines.
    var angles: UnsafePointer<Float> { UnsafePointer(memory.pointer(to: Float.self)) }

    private static let purpose = "the rotary table"
}
