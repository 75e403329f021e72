internal import TesseraCore

/// Sizes that a network may have, checked before anything is made of them.
///
/// They are those of the engine: far above any real model, and low enough that the numbers of a network,
/// at most `mostLayers · 8 · widest² + 2 · mostPositions · widest` < 2⁵⁷, can be counted in an `Int`.
struct SizeLimits {
    static let widest = 1 << 20
    static let mostLayers = 1 << 12
    static let mostPositions = 1 << 24

    /// The file that errors name; nil for a configuration that is no file's.
    let file: String?

    /// Refuses a number outside `1...limit`.
    func check(_ value: Int, _ field: String, upTo limit: Int) throws(LocatedError) {
        guard (1...limit).contains(value) else {
            throw error(field, "is \(value), not in 1...\(limit)")
        }
    }

    /// Refuses what does not hold.
    func check(
        _ holds: Bool, _ field: String, _ problem: @autoclosure () -> String
    ) throws(LocatedError) {
        if !holds { throw error(field, problem()) }
    }

    /// Refuses a network whose numbers alone, 4 bytes each, are more than the machine's memory.
    func check(parameterCount: Int) throws(LocatedError) {
        let memory = machineMemory()
        guard parameterCount <= memory / 4 else {
            throw LocatedError(
                file: file, field: "sizes",
                problem:
                    "\(parameterCount) numbers of 4 bytes do not fit the \(memory) bytes of this machine",
                remedy: "choose a smaller hidden size, vocabulary or number of layers")
        }
    }

    /// An error about a field.
    func error(_ field: String, _ problem: String) -> LocatedError {
        LocatedError(
            file: file, field: field, problem: problem, remedy: "correct the configuration of the model")
    }
}
