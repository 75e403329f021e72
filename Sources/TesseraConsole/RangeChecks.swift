package import TesseraCore

/// Refuses a number outside its range; nil is left to whoever fills it in.
///
/// - Parameter field: the option that it comes from, such as `--port`.
package func check(
    _ value: Int?, in range: ClosedRange<Int>, _ field: String, remedy: String = "give a number in that range"
) throws(LocatedError) {
    guard let value, !range.contains(value) else { return }
    throw LocatedError(
        field: field, problem: "\(value) is outside \(range.lowerBound)...\(range.upperBound)", remedy: remedy
    )
}

/// Refuses a number of threads that no thread team can have.
package func checkThreads(_ threads: Int?) throws(LocatedError) {
    try check(
        threads, in: 1...256, "--threads",
        remedy: "give a number in that range, or leave the option out to use all cores")
}
