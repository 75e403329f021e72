import TesseraFuzzing

/// What a run counted; a child leaves it in a file after every input.
struct Tally {
    var tried = 0
    var accepted = 0
    var rejected = 0
    /// Microseconds of CPU of the slowest input.
    var slowest = 0
    /// The most memory that reading took, less the allowance, in hundredths of the bytes of the input.
    var memoryRatio = 0
    /// The most bytes that reading an input took.
    var memory = 0
    /// The number of the last input begun.
    var index = 0
    /// Microseconds of CPU.
    var time = 0

    /// The numbers with spaces between.
    var text: String {
        [tried, accepted, rejected, slowest, memoryRatio, memory, index, time].map { String($0) }
            .joined(separator: " ")
    }

    init() {}

    init?(text: String) {
        let numbers = text.split(separator: " ").compactMap { Int($0) }
        guard numbers.count == 8 else { return nil }
        (tried, accepted, rejected, slowest) = (numbers[0], numbers[1], numbers[2], numbers[3])
        (memoryRatio, memory, index, time) = (numbers[4], numbers[5], numbers[6], numbers[7])
    }

    mutating func add(_ other: Tally) {
        tried += other.tried
        accepted += other.accepted
        rejected += other.rejected
        slowest = max(slowest, other.slowest)
        memoryRatio = max(memoryRatio, other.memoryRatio)
        memory = max(memory, other.memory)
        index = other.index
        time += other.time
    }
}
