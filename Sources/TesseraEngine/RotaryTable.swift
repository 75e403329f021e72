internal import CTesseraKernels
internal import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Cosines and sines of a rotary position embedding.
///
/// Pair i of a head at position p turns by `p * frequencies[i]`. Angles are computed in double precision the first time
/// that a position is read.
struct RotaryTable {
    private let frequencies: [Double]
    private let magnitude: Double
    private let isInterleaved: Bool
    private var memory: Memory
    private var capacity = 0
    private var filled = 0

    /// - Parameter isLong: whether it is for texts that may grow longer than the original context of LongRoPE.
    init(_ embedding: RotaryEmbedding, isLong: Bool) throws(LocatedError) {
        frequencies = embedding.frequencies(isLong: isLong)
        magnitude = embedding.magnitude
        isInterleaved = embedding.isInterleaved
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
                row[pair] = Float(cos(angle) * magnitude)
                row[half + pair] = Float(sin(angle) * magnitude)
            }
        }
        filled = max(filled, positions)
    }

    /// The table as passes use it, good until it covers more.
    var rotation: Rotation {
        Rotation(
            angles: UnsafePointer(memory.pointer(to: Float.self)), pairs: frequencies.count,
            isInterleaved: isInterleaved)
    }

    private static let purpose = "the rotary table"
}

/// Turns heads by their positions.
struct Rotation: BitwiseCopyable {
    /// The cosines of a position, then its sines: `[position, 2, pairs]`.
    let angles: UnsafePointer<Float>

    /// The pairs of a head that turn; what is behind them stays.
    let pairs: Int

    let isInterleaved: Bool

    func callAsFunction(_ head: UnsafeMutablePointer<Float>, position: Int, _ isa: tk_isa) {
        let cosines = angles + position * 2 * pairs
        tk_rope(isa, head, 2 * pairs, cosines, cosines + pairs, isInterleaved)
    }
}
