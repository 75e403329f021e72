/// How much a grammar may ask for: whatever is beyond is refused with an error before it costs memory or time.
public struct GrammarLimits: Hashable, Sendable {
    /// Bytes of a grammar's source.
    public var sourceBytes = 4 << 20

    /// Levels of groups, arrays and sub-schemas inside each other.
    public var depth = 64

    /// The largest count of a repetition such as `{0,n}`, `maxLength` or `maxItems`.
    public var repetition = 10_000

    /// Rules of a grammar, those that a front end makes included.
    public var rules = 20_000

    /// States of all automata, before and after they are made deterministic.
    public var states = 400_000

    /// Elements of all sets of states that are looked at while automata are made deterministic.
    public var determinizationSteps = 20_000_000

    /// Entries of the table of transitions, of four bytes each.
    public var tableEntries = 32_000_000

    /// Parser states that may be alive at once: an ambiguous grammar has many.
    public var parserStates = 4_096

    /// Stack nodes of one matcher.
    public var stackNodes = 4_000_000

    /// Bytes of the masks that a compiled grammar keeps.
    public var maskBytes = 64 << 20

    /// Steps through the vocabulary that compiling may take for masks, and that one mask may take; masks that are not
    /// made then are made when they are first needed.
    public var compilationSteps = 20_000_000

    /// The defaults.
    public init() {}
}
