internal import ArgumentParser
internal import TesseraConsole
internal import TesseraServer

/// What the server takes on at once.
struct LimitFlags: ParsableArguments {
    @Option(help: "Texts that run at once.")
    var maxRunning = ServerLimits().runningTexts

    @Option(help: "Texts that may wait; further requests are refused with 429.")
    var maxQueued = ServerLimits().queuedTexts

    @Option(help: "Connections at once; further ones wait.")
    var maxConnections = ServerLimits().connections

    @Option(help: ArgumentHelp("The largest request body.", valueName: "KiB"))
    var maxBody = ServerLimits().bodyBytes >> 10

    @Option(help: ArgumentHelp("How long a connection may be without a request.", valueName: "seconds"))
    var idleTimeout = ServerLimits().idleSeconds

    @Option(help: ArgumentHelp("How long running texts may go on after Ctrl-C.", valueName: "seconds"))
    var grace = ServerLimits().graceSeconds

    /// The limits, checked.
    func limits() throws -> ServerLimits {
        try check(maxRunning, in: 1...1024, "--max-running")
        try check(maxQueued, in: 0...1_000_000, "--max-queued")
        try check(maxConnections, in: 1...65_536, "--max-connections")
        try check(maxBody, in: 1...(1 << 20), "--max-body")
        try check(idleTimeout, in: 1...86_400, "--idle-timeout")
        try check(grace, in: 0...3600, "--grace")
        var limits = ServerLimits()
        limits.runningTexts = maxRunning
        limits.queuedTexts = maxQueued
        limits.connections = maxConnections
        limits.bodyBytes = maxBody << 10
        limits.idleSeconds = idleTimeout
        limits.graceSeconds = grace
        return limits
    }
}
