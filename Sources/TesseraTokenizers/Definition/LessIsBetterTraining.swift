public import TesseraCore

/// How a less-is-better lexicon is learned; the names of the paper and of its authors' program stand in quotes.
public struct LessIsBetterOptions: Hashable, Sendable {
    /// The probability with which two neighbours are proposed as a new type, "α".
    public var proposing = 0.25
    /// The part of the lexicon, from its end, that is put on probation after each epoch, "ω": one type at least.
    public var forgetting = 1e-4
    /// How far a type moves, as a part of its rank, "update rate".
    public var updateRate = 0.2
    /// The epochs after which a type on probation that was of no use is forgotten, "life".
    public var life = 10
    /// The most characters of a type, "max_len".
    public var longestType = 12
    /// The most unknown characters in a row that become a type, "mini_gap".
    public var longestGap = 2
    /// The texts that are read in an epoch.
    public var articleLength = 200
    /// Whether a type is learned when it is proposed once, and put on probation then; else when it is proposed twice in
    /// an epoch.
    public var learnsAtOnce = false
    /// The most types: nothing is proposed while there are so many.
    public var largestLexicon = 50_000

    /// The options of the paper's program.
    public init() {}

    /// - Parameter name: the field that an error names, for each option that can be wrong.
    /// - Throws: `LocatedError` for a number that cannot be.
    public func check(naming name: (String) -> String = { $0 }) throws(LocatedError) {
        func check(
            _ holds: Bool, _ option: String, _ value: some CustomStringConvertible, _ remedy: String
        ) throws(LocatedError) {
            guard !holds else { return }
            throw LocatedError(
                field: name(option), problem: "\(value) is outside of what it may be", remedy: remedy)
        }
        try check(
            proposing > 0 && proposing <= 1, "alpha", proposing,
            "give a probability above 0, with which nothing is ever learned, and at most 1")
        try check(
            forgetting >= 0 && forgetting < 1, "omega", forgetting, "give a part of the lexicon, below 1")
        try check(
            updateRate >= 0 && updateRate <= 1, "update-rate", updateRate, "give a part of a rank, 0 to 1")
        try check((1...1_000_000).contains(life), "life", life, "give 1 or more epochs")
        try check(
            (2...LessIsBetterDefinition.longestType).contains(longestType), "max-length", longestType,
            "give 2 to \(LessIsBetterDefinition.longestType) characters")
        try check(
            (1...LessIsBetterDefinition.longestType).contains(longestGap), "max-gap", longestGap,
            "give 1 to \(LessIsBetterDefinition.longestType) characters")
        try check((1...1 << 30).contains(articleLength), "article", articleLength, "give 1 or more texts")
        try check(
            (1...1 << 20).contains(largestLexicon), "max-types", largestLexicon, "give 1 to \(1 << 20) types")
    }
}

/// Where the training of a less-is-better lexicon stands, between two epochs.
public struct LessIsBetterTraining: Hashable, Sendable {
    /// A type of the lexicon.
    public struct Entry: Hashable, Sendable {
        /// Its text in UTF-8.
        public var spelling: [UInt8]
        /// The epochs that are left to it on probation; 0: it is not on probation.
        public var life: Int

        public init(spelling: [UInt8], life: Int = 0) {
            self.spelling = spelling
            self.life = life
        }
    }

    /// How it is learned.
    public var options: LessIsBetterOptions
    /// What all random numbers follow from.
    public var seed: UInt64
    /// The epochs so far.
    public var epochs = 0
    /// All types, the most established first.
    public var lexicon: [Entry] = []

    public init(options: LessIsBetterOptions, seed: UInt64) {
        self.options = options
        self.seed = seed
    }
}
