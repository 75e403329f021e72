internal import TesseraTensor

/// Runs `body` with libtorch on one thread: matrices as small as those of studies gain nothing from a second.
func withOneThread<Result>(_ body: () throws -> Result) throws -> Result {
    let threads = Torch.threadCount
    try Torch.setThreadCount(1)
    defer { try? Torch.setThreadCount(threads) }
    return try body()
}
