public import Logging

/// Where a server listens and what it allows.
public struct ServerConfiguration: Sendable {
    /// The address to listen at.
    public var host = "127.0.0.1"

    /// The port to listen at; 0 takes any that is free.
    public var port = 8080

    /// What it takes on at once.
    public var limits = ServerLimits()

    /// Who may ask.
    public var rules = AccessRules()

    /// Where it tells what happens; prompts and answers are not told.
    public var logger: Logger

    /// Creates the default: this machine only, without a key.
    public init(logger: Logger) {
        self.logger = logger
    }
}
