internal import Synchronization
internal import TesseraCore

/// The words that are one token, found when so much text has come that it pays.
///
/// Finding them takes a third of the time in which a tokenizer is loaded, and saves the merging of words that come for
/// the first time. Where a piece that is a token needs no merges, the table says what is right: it is there at once.
final class WholeTokens: Sendable {
    /// The bytes of text for which the table is made.
    private static let worthwhileByteCount = 32 << 10

    private let table = AtomicLazyReference<WholeTokenTable>()
    private let none = WholeTokenTable()
    private let making = Mutex(())
    private let make: @Sendable () -> WholeTokenTable

    /// Finds the words that are one token with `make`, now or later.
    init(isNeeded: Bool, make: @escaping @Sendable () -> WholeTokenTable) {
        self.make = make
        if isNeeded { prepare() }
    }

    /// The table for a text of `byteCount` bytes; `seen` are those of texts that came before.
    @inline(__always)
    func table(for byteCount: Int, seen: inout Int) -> WholeTokenTable {
        if let table = table.load() { return table }
        seen = min(seen, Self.worthwhileByteCount) + min(byteCount, Self.worthwhileByteCount)
        return seen < Self.worthwhileByteCount ? none : prepare()
    }

    /// The table, made now if it is not there.
    @inline(never)
    @discardableResult
    func prepare() -> WholeTokenTable {
        making.withLock { _ in table.load() ?? table.storeIfNil(make()) }
    }
}
