/// Fills blocks of pieces, each of which ends where the next begins.
struct PlaceFilling {
    typealias Body = (_ places: UnsafePointer<Int>, _ count: Int) -> Void

    private let places: UnsafeMutablePointer<Int>
    private let cuts: UnsafeMutablePointer<MatchCursor.Cut>
    private var count = 0

    /// How much an automaton cuts where a `BitCutter` cannot: little at first, more and more where it soon cannot again.
    private static let leastDetour = 64
    private static let longestDetour = 2048
    private static let longWay = 192

    /// Fills blocks in `memory` with pieces, of which the first begins at `start`.
    @inline(__always)
    init(_ memory: PieceMemory, from start: Int) {
        places = memory.places
        cuts = memory.cuts
        places[0] = start
    }

    /// Appends a piece, which begins a block where it does not begin at the end of the one before.
    @inline(__always)
    mutating func append(_ piece: Range<Int>, _ body: Body) {
        if count == PieceMemory.capacity || places[count] != piece.lowerBound {
            finish(body)
            places[0] = piece.lowerBound
        }
        count &+= 1
        places[count] = piece.upperBound
    }

    /// Appends the pieces that end at `cuts`, and calls `body` with every full block.
    @inline(__always)
    mutating func append(
        _ cuts: UnsafePointer<MatchCursor.Cut>, _ cutCount: Int, of text: UTF8Text, _ firstPlainCut: UInt32,
        _ body: Body
    ) {
        var done = 0
        while done < cutCount {
            let some = min(cutCount &- done, PieceMemory.capacity &- count)
            for place in 0..<some {
                places[count &+ place &+ 1] = cuts[done &+ place].end(in: text, firstPlainCut)
            }
            done &+= some
            count &+= some
            if count == PieceMemory.capacity { handOver(body) }
        }
    }

    /// Cuts `range` of `text` with `bits` where it can, and with `lanes` where it cannot.
    @inline(__always)
    mutating func cut(
        _ text: UTF8Text, _ range: Range<Int>, _ bits: BitCutter, _ lanes: LaneCutter, _ body: Body
    ) {
        var position = range.lowerBound
        var detour = Self.leastDetour
        let lastStart = range.upperBound &- BitCutter.width
        while position < range.upperBound {
            let start = position
            while position <= lastStart {
                if count > PieceMemory.capacity &- BitCutter.width { handOver(body) }
                let some = bits.cut(text.start + position, at: position, into: places + count + 1)
                if some <= 0 {
                    if some < 0 { detour = Self.longestDetour }
                    break
                }
                count &+= some
                position = places[count]
            }
            let isLong = position &- start >= Self.longWay
            detour = isLong ? Self.leastDetour : min(2 * detour, Self.longestDetour)
            position = lanes.forEachCuts(
                of: text, in: position..<range.upperBound, atLeast: detour, room: cuts
            ) { append($0, $1, of: text, $2, body) }
        }
    }

    /// Calls `body` with the last block.
    @inline(__always)
    mutating func finish(_ body: Body) {
        if count > 0 { handOver(body) }
    }

    @inline(__always)
    private mutating func handOver(_ body: Body) {
        body(places, count)
        places[0] = places[count]
        count = 0
    }
}
