internal import Dispatch

/// Lets one computation at a time have the cores, in the order in which they were asked for.
///
/// The generating model and the encoder have a thread team each, as wide as the machine. Two teams at once would wait
/// for each other at every barrier, so a pass of the one and a text of the other take turns.
package final class Cores: Sendable {
    // Those who wait in `sync` are let in one after another, which a lock does not promise.
    private let line = DispatchQueue(label: "tessera.cores")

    /// Creates cores that nobody uses.
    package init() {}

    /// Waits for the cores and runs `work` on the calling thread.
    func use<Value, Failure>(_ work: () throws(Failure) -> Value) throws(Failure) -> Value {
        let result = line.sync { Result { () throws(Failure) in try work() } }
        return try result.get()
    }
}
