internal import TesseraCore
internal import TesseraFiles

extension PieceTable {
    /// Calls `body` with every piece and its count, in the order of the bytes of the pieces.
    func forEachSorted(
        _ body: (UnsafeBufferPointer<UInt8>, Int) throws(LocatedError) -> Void
    ) throws(LocatedError) {
        for place in sortedPlaces() {
            try withPiece(at: Int(place.slot), body)
        }
    }

    /// Writes the table as a counts file, which appears when it is complete.
    ///
    /// - Throws: `LocatedError` when the disk is full or fails.
    func write(to path: String, header: CountsFile.Header) throws(LocatedError) {
        var file = try AtomicFile(path: path)
        try file.write(CountsFile.line(header))
        var buffer: [UInt8] = []
        for place in sortedPlaces() {
            withPiece(at: Int(place.slot)) { piece, count in
                CountsFile.append(piece, count: count, to: &buffer)
            }
            if buffer.count >= 1 << 16 {
                try file.write(buffer)
                buffer.removeAll(keepingCapacity: true)
            }
        }
        try file.write(buffer)
        try file.commit()
    }

    private struct SortedPlace {
        /// The first eight bytes, the first in the top byte.
        var head: UInt64
        var slot: UInt32
        var length: UInt32
    }

    private func sortedPlaces() -> [SortedPlace] {
        var places: [SortedPlace] = []
        places.reserveCapacity(count)
        for slot in 0..<slotCount {
            withPiece(at: slot) { piece, _ in
                guard piece.count > 0 else { return }
                var head: UInt64 = 0
                for index in 0..<8 { head = head << 8 | (index < piece.count ? UInt64(piece[index]) : 0) }
                places.append(
                    SortedPlace(
                        head: head, slot: UInt32(truncatingIfNeeded: slot),
                        length: UInt32(clamping: piece.count)))
            }
        }
        places.sort { left, right in
            if left.head != right.head { return left.head < right.head }
            // Equal heads of eight bytes or fewer are told apart by their length, for a zero byte may be one of them.
            if left.length <= 8 || right.length <= 8 { return left.length < right.length }
            return precedes(Int(left.slot), Int(right.slot))
        }
        return places
    }

    /// Whether the piece in slot `left` comes before that in slot `right`.
    private func precedes(_ left: Int, _ right: Int) -> Bool {
        var result = false
        withPiece(at: left) { left, _ in
            withPiece(at: right) { right, _ in result = left.lexicographicallyPrecedes(right) }
        }
        return result
    }
}
