/// The code points sorted into classes that an expression does not tell apart.
///
/// Unchecked: written in `init` only.
final class CodePointClasses: @unchecked Sendable {
    /// The number of classes.
    let count: Int

    /// For each set of the expression and each class, whether the set has the class; by set.
    private let members: [Bool]

    /// The class of each byte below 128, then of `blocks`.
    private let blocks: UnsafeMutablePointer<UInt16>
    private let index: UnsafeMutablePointer<UInt16>

    private static let blockBits: UInt32 = 7
    private static let blockCount = 0x11_0000 >> 7

    /// The coarsest classes that each of `sets` is a union of.
    init(_ sets: [CodePointSet]) {
        let starts = Self.boundaries(sets)
        var (classes, count) = Self.refine(starts, sets)
        Self.renumber(&classes, &count)
        self.count = count

        var members = [Bool](repeating: false, count: sets.count * count)
        for (number, set) in sets.enumerated() {
            Self.forEachInterval(of: set, starts) { members[number * count + classes[$0]] = true }
        }
        self.members = members

        var others = [Bool](repeating: false, count: count)
        for (place, kind) in classes.enumerated() {
            let next = place + 1 < starts.count ? starts[place + 1] : CodePointSet.last + 1
            if next > 0x80 { others[kind] = true }
        }
        self.others = others

        index = .allocate(capacity: Self.blockCount)
        index.initialize(repeating: 0, count: Self.blockCount)
        blocks = Self.fill(starts, classes, count, index)
    }

    deinit {
        index.deallocate()
        blocks.deallocate()
    }

    /// For each class whether it has code points outside ASCII.
    private let others: [Bool]

    /// Whether a class has code points outside ASCII.
    func hasOthers(_ kind: Int) -> Bool { others[kind] }

    /// Whether set number `set` has the code points of `kind`.
    func contains(set: Int, _ kind: Int) -> Bool { members[set * count + kind] }

    /// The class of `scalar`, which must be a code point.
    @inline(__always)
    func kind(of scalar: UInt32) -> Int {
        let block = Int(index[Int(scalar >> Self.blockBits)]) << Int(Self.blockBits)
        return Int(blocks[block + Int(scalar & (1 << Self.blockBits - 1))])
    }
}

extension CodePointClasses {
    /// Where some set begins or ends, in order, from zero on.
    private static func boundaries(_ sets: [CodePointSet]) -> [UInt32] {
        var all: [UInt32] = [0]
        for set in sets {
            for range in set.ranges {
                all.append(range.lowerBound)
                if range.upperBound < CodePointSet.last { all.append(range.upperBound + 1) }
            }
        }
        all.sort()
        var kept = 0
        for value in all where kept == 0 || all[kept - 1] != value {
            all[kept] = value
            kept += 1
        }
        all.removeLast(all.count - kept)
        return all
    }

    /// Calls `body` with the number of each interval that `set` covers.
    private static func forEachInterval(of set: CodePointSet, _ starts: [UInt32], _ body: (Int) -> Void) {
        var low = 0
        for range in set.ranges {
            // The next interval is near more often than not.
            var high = starts.count
            var step = 1
            while low + step < high {
                if starts[low + step] >= range.lowerBound {
                    high = low + step + 1
                    break
                }
                step *= 2
            }
            while low < high {
                let middle = (low + high) / 2
                if starts[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
            }
            while low < starts.count, starts[low] <= range.upperBound {
                body(low)
                low += 1
            }
        }
    }

    /// A class for each interval, split by each set in turn.
    private static func refine(_ starts: [UInt32], _ sets: [CodePointSet]) -> (classes: [Int], count: Int) {
        var classes = [Int](repeating: 0, count: starts.count)
        var count = 1
        var made: [Int] = []
        for set in sets {
            made.removeAll(keepingCapacity: true)
            made.append(contentsOf: repeatElement(-1, count: count))
            forEachInterval(of: set, starts) { interval in
                let old = classes[interval]
                if made[old] < 0 {
                    made[old] = count
                    count += 1
                }
                classes[interval] = made[old]
            }
            renumber(&classes, &count)
        }
        return (classes, count)
    }

    /// Numbers the classes from zero on, in the order in which they first come up.
    private static func renumber(_ classes: inout [Int], _ count: inout Int) {
        var numbers = [Int](repeating: -1, count: count)
        count = 0
        for place in classes.indices {
            let old = classes[place]
            if numbers[old] < 0 {
                numbers[old] = count
                count += 1
            }
            classes[place] = numbers[old]
        }
    }

    /// Writes the two stages of the table: a block for each mixed run of code points, one for each class.
    private static func fill(
        _ starts: [UInt32], _ classes: [Int], _ count: Int, _ index: UnsafeMutablePointer<UInt16>
    ) -> UnsafeMutablePointer<UInt16> {
        let size = 1 << Int(blockBits)
        var blocks: [UInt16] = []
        blocks.reserveCapacity(size * 256)
        var uniform = [Int](repeating: -1, count: count)
        var interval = 0
        var block = 0
        while block < blockCount {
            let first = UInt32(block << Int(blockBits))
            while interval + 1 < starts.count, starts[interval + 1] <= first { interval += 1 }
            let end = interval + 1 < starts.count ? starts[interval + 1] : CodePointSet.last + 1
            let whole = Int((end - first) >> blockBits)
            if whole > 0 {
                let kind = classes[interval]
                if uniform[kind] < 0 {
                    uniform[kind] = blocks.count / size
                    blocks.append(contentsOf: repeatElement(UInt16(truncatingIfNeeded: kind), count: size))
                }
                (index + block).update(repeating: UInt16(truncatingIfNeeded: uniform[kind]), count: whole)
                block += whole
                continue
            }
            index[block] = UInt16(truncatingIfNeeded: blocks.count / size)
            var place = interval
            for scalar in first..<(first + UInt32(size)) {
                while place + 1 < starts.count, starts[place + 1] <= scalar { place += 1 }
                blocks.append(UInt16(truncatingIfNeeded: classes[place]))
            }
            block += 1
        }
        let copy = UnsafeMutablePointer<UInt16>.allocate(capacity: blocks.count)
        copy.initialize(from: blocks, count: blocks.count)
        return copy
    }
}
