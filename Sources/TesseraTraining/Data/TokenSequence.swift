public import TesseraCore

/// Tokens one after another, in memory or on the disk.
public protocol TokenSequence: Sendable {
    /// How many there are.
    var count: Int { get }

    /// Those in a range, which is cut to what there is.
    func tokens(in range: Range<Int>) -> [TokenID]
}

extension [TokenID]: TokenSequence {
    public func tokens(in range: Range<Int>) -> [TokenID] { Array(self[range.clamped(to: indices)]) }
}
