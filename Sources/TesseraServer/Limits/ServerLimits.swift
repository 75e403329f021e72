public import TesseraGrammar

/// What the server takes on at once, and how long it waits for others.
public struct ServerLimits: Hashable, Sendable {
    /// Bytes of a request's body.
    public var bodyBytes = 4 << 20

    /// Bytes of all header fields of a request together.
    public var headerBytes = 64 << 10

    /// Header fields of a request.
    public var headerCount = 100

    /// Connections at once; further ones wait until one closes.
    public var connections = 2048

    /// Seconds that a connection may be without a request, or a request without its next bytes.
    public var idleSeconds = 60

    /// Seconds that a request may take to arrive.
    public var requestSeconds = 30

    /// Seconds that a client may leave a stream unread before it counts as gone.
    public var stalledSeconds = 30

    /// What one grammar may ask for; less than for the command line, since strangers may send grammars.
    public var grammar: GrammarLimits = {
        var limits = GrammarLimits()
        limits.sourceBytes = 1 << 20
        limits.states = 100_000
        limits.determinizationSteps = 4_000_000
        limits.tableEntries = 8_000_000
        limits.parserStates = 1_024
        limits.stackNodes = 500_000
        limits.maskBytes = 32 << 20
        limits.compilationSteps = 10_000_000
        return limits
    }()

    /// Grammars that wait to be compiled.
    public var queuedGrammars = 64

    /// Bytes of compiled grammars that are kept for requests that send them again.
    public var grammarCacheBytes = 256 << 20

    /// Texts that wait to run.
    public var queuedTexts = 256

    /// Texts that run at once.
    public var runningTexts = 32

    /// Texts that wait for their vectors.
    public var queuedInputs = 4096

    /// Texts in a request for vectors.
    public var inputsPerRequest = 2048

    /// Prompts in a request.
    public var promptsPerRequest = 64

    /// Choices for a prompt.
    public var choicesPerPrompt = 16

    /// Texts of a request: prompts times choices.
    public var textsPerRequest = 128

    /// Most likely tokens told beside a token.
    public var probabilities = 20

    /// Tokens of prompts in a pass while no text waits for its next token.
    public var promptTokensAlone = 512

    /// Tokens of prompts in a pass beside texts that wait for their next token.
    public var promptTokensBeside = 64

    /// Tokens of one prompt in a pass.
    public var promptSlice = 64

    /// Seconds that running texts get to end after a request to stop.
    public var graceSeconds = 10

    /// The defaults.
    public init() {}
}
