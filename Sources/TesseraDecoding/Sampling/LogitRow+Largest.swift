extension LogitRow {
    /// The indices of the `count` largest values, the largest first and the lower index of equals; fewer when others
    /// are NaN or minus infinity.
    ///
    /// Made for a handful: what is found is kept in order, and blocks without a larger value are passed by at once.
    package func indicesOfLargest(_ count: Int) -> [Int] {
        guard count > 0 else { return [] }
        var best: [(index: Int, value: Float)] = []
        best.reserveCapacity(min(count, values.count))
        var threshold = -Float.infinity

        func enter(_ index: Int, _ value: Float) {
            guard value > threshold else { return }
            if best.count == count { best.removeLast() }
            var place = best.count
            while place > 0, best[place - 1].value < value { place -= 1 }
            best.insert((index, value), at: place)
            if best.count == count { threshold = best[count - 1].value }
        }

        let raw = UnsafeRawBufferPointer(values)
        let blocks = values.count / 16
        for block in 0..<blocks {
            let x = raw.loadUnaligned(fromByteOffset: block &* 64, as: SIMD16<Float>.self)
            guard any(x .> SIMD16(repeating: threshold)) else { continue }
            for lane in 0..<16 { enter(block &* 16 &+ lane, x[lane]) }
        }
        for index in blocks * 16..<values.count { enter(index, values[index]) }
        return best.map(\.index)
    }
}
