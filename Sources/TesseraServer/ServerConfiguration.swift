public import Logging
public import TesseraDecoding

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

    /// Guesses of what texts will say, of which a pass checks several; nil for plain decoding.
    ///
    /// Texts are the same with and without.
    public var drafting: BatchDrafting?

    /// Where it tells what happens; prompts and answers are not told.
    public var logger: Logger

    /// Creates the default: this machine only, without a key.
    public init(logger: Logger) {
        self.logger = logger
    }
}
