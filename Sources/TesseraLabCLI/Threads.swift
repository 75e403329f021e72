internal import TesseraConsole
internal import TesseraCore
internal import TesseraTensor

/// Computes with as many threads as `--threads` says; nil: as many as libtorch chooses.
///
/// - Throws: `LocatedError` for a number out of range.
func useThreads(_ count: Int?) throws(LocatedError) {
    try checkThreads(count)
    if let count { try Torch.setThreadCount(count) }
}
