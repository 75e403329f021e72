internal import Synchronization
internal import TesseraCore

/// What is made with the first request that needs it, and kept.
final class MadeOnce<Value: Sendable>: Sendable {
    private let made = Mutex<Value?>(nil)

    /// What was made, always the same.
    ///
    /// - Throws: what `make` throws; the next request tries again.
    func value(_ make: () throws(LocatedError) -> Value) throws(LocatedError) -> Value {
        try made.withLock { made throws(LocatedError) in
            if let made { return made }
            let new = try make()
            made = new
            return new
        }
    }
}
