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
        var start = 0
        while start < values.count {
            let end = min(start + 64, values.count)
            if end - start < 64 || maximum(ofBlockAt: start) > threshold {
                for index in start..<end where values[index] > threshold {
                    let value = values[index]
                    if best.count == count { best.removeLast() }
                    var place = best.count
                    while place > 0, best[place - 1].value < value { place -= 1 }
                    best.insert((index, value), at: place)
                    if best.count == count { threshold = best[count - 1].value }
                }
            }
            start = end
        }
        return best.map(\.index)
    }

    /// The largest of 64 values from `start` on.
    private func maximum(ofBlockAt start: Int) -> Float {
        let raw = UnsafeRawBufferPointer(values)
        var lanes = SIMD8<Float>(repeating: -.infinity)
        for offset in 0..<8 {
            let x = raw.loadUnaligned(fromByteOffset: (start &+ offset &* 8) &* 4, as: SIMD8<Float>.self)
            lanes.replace(with: x, where: x .> lanes)
        }
        return lanes.max()
    }
}
