/// The decomposed code points between two places that normalization does not reach across.
struct NormalizationStretch {
    struct Item {
        var scalar: UInt32
        /// The canonical combining class.
        var combiningClass: UInt8
        /// As `Rewriter.emit` takes it.
        var change: Int
    }

    private(set) var items: [Item] = []

    mutating func removeAll() { items.removeAll(keepingCapacity: true) }

    mutating func append(_ scalar: UInt32, class combiningClass: UInt8, change: Int) {
        items.append(Item(scalar: scalar, combiningClass: combiningClass, change: change))
    }

    /// Puts the nonstarters between starters in canonical order, equals staying as they are.
    mutating func order() {
        var start = 0
        while start < items.count {
            guard items[start].combiningClass != 0 else { start += 1; continue }
            var end = start + 1
            while end < items.count, items[end].combiningClass != 0 { end += 1 }
            if end - start > 32 { orderLong(start..<end) } else { orderShort(start..<end) }
            start = end
        }
    }

    private mutating func orderShort(_ range: Range<Int>) {
        for next in range.dropFirst() {
            let item = items[next]
            var place = next
            while place > range.lowerBound, items[place - 1].combiningClass > item.combiningClass {
                items[place] = items[place - 1]
                place -= 1
            }
            items[place] = item
        }
    }

    /// Counts the classes, so that the time is linear for any text.
    private mutating func orderLong(_ range: Range<Int>) {
        var places = [Int](repeating: 0, count: 257)
        for item in items[range] { places[Int(item.combiningClass) + 1] += 1 }
        for index in 1..<257 { places[index] += places[index - 1] }
        let old = Array(items[range])
        for item in old {
            items[range.lowerBound + places[Int(item.combiningClass)]] = item
            places[Int(item.combiningClass)] += 1
        }
    }

    /// Composes each starter with what follows it and is not blocked from it.
    ///
    /// The changes of two that become one add up: the one also replaces what the other replaced.
    mutating func compose(_ data: NormalizationData) {
        var kept = 0
        var starter: Int?
        var lastClass: UInt8 = 0
        for index in items.indices {
            let item = items[index]
            if let starter {
                let isAdjacent = starter == kept - 1
                let isBlocked = !isAdjacent && lastClass >= item.combiningClass
                if !isBlocked, let composed = data.compose(items[starter].scalar, item.scalar) {
                    items[starter].scalar = composed
                    items[starter].change += item.change - 1
                    continue
                }
            }
            if item.combiningClass == 0 { starter = kept }
            lastClass = item.combiningClass
            items[kept] = item
            kept += 1
        }
        items.removeLast(items.count - kept)
    }
}
