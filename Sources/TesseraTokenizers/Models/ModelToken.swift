package import TesseraCore

/// A token and the bytes of its piece that it stands for.
package struct ModelToken: Hashable, Sendable {
    /// The token.
    package var id: TokenID
    /// Where its bytes start in the piece.
    package var start: Int
    /// Where they end, exclusive.
    package var end: Int

    package init(id: TokenID, start: Int, end: Int) {
        self.id = id
        self.start = start
        self.end = end
    }
}

/// Where models put the tokens of a piece: ids alone, or with their ranges.
protocol TokenSink {
    mutating func append(_ id: TokenID, start: Int, end: Int)
}

/// Collects ids.
struct IDSink: TokenSink {
    var ids: [TokenID]

    @inline(__always)
    mutating func append(_ id: TokenID, start: Int, end: Int) { ids.append(id) }
}

/// Collects ids with their ranges.
struct RangeSink: TokenSink {
    var tokens: [ModelToken]

    @inline(__always)
    mutating func append(_ id: TokenID, start: Int, end: Int) {
        tokens.append(ModelToken(id: id, start: start, end: end))
    }
}

/// Calls `body` with a sink that appends to `ids`.
@inline(__always)
func withIDSink(_ ids: inout [TokenID], _ body: (inout IDSink) -> Void) {
    var sink = IDSink(ids: [])
    swap(&sink.ids, &ids)
    body(&sink)
    swap(&sink.ids, &ids)
}

/// Calls `body` with a sink that appends to `tokens`.
@inline(__always)
func withRangeSink(_ tokens: inout [ModelToken], _ body: (inout RangeSink) -> Void) {
    var sink = RangeSink(tokens: [])
    swap(&sink.tokens, &tokens)
    body(&sink)
    swap(&sink.tokens, &tokens)
}

/// Random numbers drawn one after another, a function of the seed and of what was drawn before.
package struct RandomDraws: Sendable {
    private let random: CounterRandom
    private let stream: UInt64
    private var position = 0

    /// The numbers of `seed`; `stream` tells apart the texts of one call.
    package init(seed: UInt64, stream: UInt64 = 0) {
        random = CounterRandom(seed: seed)
        self.stream = stream
    }

    /// The next number, in `0..<1`.
    package mutating func next() -> Double {
        defer { position += 1 }
        return random.uniform(at: position, stream: stream)
    }
}
