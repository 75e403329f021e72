internal import TesseraCore

extension SymbolArena {
    /// The words that are put into an arena, gone through twice: to count and to place.
    ///
    /// A word is as many symbols as `write` writes; words of fewer than two are left out, for they have no pair.
    struct Builder: ~Copyable {
        /// Slots needed for the words of each count.
        private var slotCounts: [Int: Int] = [:]

        /// Notes a word of `symbols` symbols that occurs `count` times.
        mutating func note(symbols: Int, count: Int) {
            guard symbols >= 2 else { return }
            slotCounts[count, default: 0] += symbols + 1
        }

        /// The slots of all words noted.
        var slotCount: Int { slotCounts.values.reduce(1, +) }

        /// Makes the arena, in which `fill` then puts the same words in any order.
        ///
        /// - Throws: `LocatedError` when there are more symbols than places can be numbered.
        consuming func build(
            _ fill: (inout Filler) throws(LocatedError) -> Void
        ) throws(LocatedError) -> SymbolArena {
            let slotCount = self.slotCount
            guard slotCount < Int(SymbolArena.hole) else {
                throw LocatedError(
                    field: "corpus",
                    problem: "its different pieces have \(slotCount) symbols, too many to merge",
                    remedy: "leave out rare pieces with --min-piece-count 2 or train on a part of the text")
            }
            var runs = [Run(end: 1, count: 0)]
            var starts: [Int: Int] = [:]
            var next = 1
            for (count, slots) in slotCounts.sorted(by: { $0.key > $1.key }) {
                starts[count] = next
                next += slots
                runs.append(Run(end: UInt32(truncatingIfNeeded: next), count: count))
            }
            var filler = Filler(slots: PlainList(zeros: slotCount), starts: starts)
            filler.slots[0] = SymbolArena.edge
            try fill(&filler)
            return filler.arena(runs)
        }
    }

    /// Places the words of an arena.
    struct Filler: ~Copyable {
        fileprivate var slots: PlainList<UInt32>
        private var starts: [Int: Int]
        /// Counts of words are mostly small and often the same in a row.
        private var lastCount = -1
        private var place = 0

        fileprivate init(slots: consuming PlainList<UInt32>, starts: [Int: Int]) {
            self.slots = slots
            self.starts = starts
        }

        /// Puts in a word noted before.
        mutating func add(_ symbols: UnsafeBufferPointer<UInt32>, count: Int) {
            guard symbols.count >= 2 else { return }
            if count != lastCount {
                if lastCount >= 0 { starts[lastCount] = place }
                lastCount = count
                place = starts[count] ?? slots.count
            }
            precondition(symbols.count < slots.count - place)
            guard let start = symbols.baseAddress else { return }
            (slots.elements + place).update(from: start, count: symbols.count)
            slots.elements[place + symbols.count] = SymbolArena.edge
            place += symbols.count + 1
        }

        fileprivate consuming func arena(_ runs: [Run]) -> SymbolArena {
            SymbolArena(slots: slots, runs: runs)
        }
    }

    /// How many tokens there are, each as often as its word occurs.
    func weightedTokenCount(lengths: UnsafeBufferPointer<UInt32>) -> Int {
        var total = 0
        var place = 1
        for run in runs.dropFirst() {
            var tokens = 0
            while place < Int(run.end) {
                let token = slots.elements[place]
                if token == Self.edge {
                    place += 1
                } else {
                    tokens += 1
                    place += Int(lengths[Int(token)])
                }
            }
            total &+= tokens &* run.count
        }
        return total
    }
}
