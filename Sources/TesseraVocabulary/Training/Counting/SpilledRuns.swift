internal import TesseraCore
internal import TesseraFiles

/// Sorted counts on the disk, read as one: counts of equal pieces are added.
struct SpilledRuns {
    /// The files, each sorted by the bytes of its pieces.
    var paths: [String] = []

    /// Calls `body` with every piece and its whole count, in the order of the bytes of the pieces.
    ///
    /// - Throws: `LocatedError` when a file cannot be read, is damaged or is not sorted.
    func forEach(
        _ body: (UnsafeBufferPointer<UInt8>, Int) throws(LocatedError) -> Void
    ) throws(LocatedError) {
        var runs: [Run] = []
        for path in paths {
            let run = try Run(path: path)
            if try run.next() { runs.append(run) }
        }
        for place in runs.indices.reversed() { Self.sink(&runs, from: place) }
        var piece: [UInt8] = []
        while let first = runs.first {
            piece.removeAll(keepingCapacity: true)
            piece.append(contentsOf: first.piece)
            var count = 0
            while let run = runs.first, run.piece == piece {
                count &+= run.count
                if try !run.next() {
                    runs.swapAt(0, runs.count - 1)
                    runs.removeLast()
                }
                if !runs.isEmpty { Self.sink(&runs, from: 0) }
            }
            let result: Result<Void, LocatedError> = piece.withUnsafeBufferPointer { piece in
                Result { () throws(LocatedError) in try body(piece, count) }
            }
            try result.get()
        }
    }

    /// One file, at the piece that comes next.
    private final class Run {
        private var reader: CountsReader
        private let path: String
        private(set) var piece: [UInt8] = []
        private(set) var count = 0

        init(path: String) throws(LocatedError) {
            self.path = path
            reader = try CountsReader(path: path)
        }

        func next() throws(LocatedError) -> Bool {
            guard try reader.next() else { return false }
            guard piece.isEmpty || piece.lexicographicallyPrecedes(reader.piece) else {
                throw LocatedError(
                    file: path, problem: "its pieces are not in order",
                    remedy: "remove the work folder and start anew")
            }
            piece.removeAll(keepingCapacity: true)
            piece.append(contentsOf: reader.piece)
            count = reader.count
            return true
        }
    }

    /// Restores the order of the heap below `place`.
    private static func sink(_ runs: inout [Run], from place: Int) {
        var place = place
        while true {
            var least = place
            for child in [place * 2 + 1, place * 2 + 2]
            where child < runs.count && runs[child].piece.lexicographicallyPrecedes(runs[least].piece) {
                least = child
            }
            guard least != place else { return }
            runs.swapAt(place, least)
            place = least
        }
    }
}
