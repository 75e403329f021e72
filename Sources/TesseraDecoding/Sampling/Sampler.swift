public import TesseraCore

/// Draws tokens from rows of logits.
///
/// The token for a position depends on the seed, the position, the logits and the recent tokens, never on earlier
/// draws, so a position can be drawn again or out of order with the same result. After the first few calls no
/// call allocates.
public struct Sampler: Sendable {
    /// The options that every draw follows.
    public let options: SamplingOptions

    private let random: CounterRandom
    private let inverseTemperature: Float
    private var penalty = RepetitionPenalty()
    private var filter = CandidateFilter()

    /// Creates a sampler.
    ///
    /// - Throws: `LocatedError` naming the first option out of range.
    public init(_ options: SamplingOptions) throws(LocatedError) {
        try options.validate()
        self.options = options
        random = CounterRandom(seed: options.seed)
        inverseTemperature = Float(min(1 / options.temperature, Double(Float.greatestFiniteMagnitude)))
    }

    /// The token after `tokens`.
    ///
    /// - Parameters:
    ///   - logits: one row; changed in place by the penalty. NaN counts as minus infinity.
    ///   - tokens: everything before it, prompt included; their count is the position that keys the noise.
    /// - Throws: `LocatedError` when no score is above minus infinity.
    public mutating func next(_ logits: inout [Float], after tokens: [TokenID]) throws(LocatedError)
        -> TokenID
    {
        var result: Result<TokenID, LocatedError> = .failure(Self.noScores)
        logits.withUnsafeMutableBufferPointer { row in
            result = Result { () throws(LocatedError) in try next(row, after: tokens) }
        }
        return try result.get()
    }

    /// The token after `tokens`, from a row inside a larger buffer.
    public mutating func next(
        _ row: UnsafeMutableBufferPointer<Float>, after tokens: [TokenID]
    ) throws(LocatedError) -> TokenID {
        if options.repetitionPenalty != 1, options.repetitionWindow > 0 {
            penalty.apply(
                Float(options.repetitionPenalty), to: row, recent: tokens.suffix(options.repetitionWindow)
            )
        }
        let row = UnsafeBufferPointer(row)
        if options.temperature == 0 {
            guard let index = LogitRow(row).indexOfMaximum() else { throw Self.noScores }
            return TokenID(truncatingIfNeeded: index)
        }
        guard var maximum = LogitRow(row).maximum() else { throw Self.noScores }
        if maximum == .infinity {
            Self.replaceInfinity(in: UnsafeMutableBufferPointer(mutating: row))
            maximum = .greatestFiniteMagnitude
        }

        var race = GumbelRace(random: random, position: tokens.count)
        if filter.keep(row, maximum: maximum, inverseTemperature: inverseTemperature, options: options) {
            for candidate in filter.kept {
                race.enter(candidate.id, logit: (candidate.logit - maximum) * inverseTemperature)
            }
        } else {
            for index in row.indices {
                race.enter(
                    TokenID(truncatingIfNeeded: index), logit: (row[index] - maximum) * inverseTemperature)
            }
        }
        guard let winner = race.winner else { throw Self.noScores }
        return winner
    }

    /// The largest number in place of infinity, whose distance from itself is not a number.
    private static func replaceInfinity(in row: UnsafeMutableBufferPointer<Float>) {
        for index in row.indices where row[index] == .infinity { row[index] = .greatestFiniteMagnitude }
    }

    private static let noScores = LocatedError(
        field: "logits", problem: "no token has a score above minus infinity",
        remedy: "the weights may be damaged: fetch or convert the model again"
    )
}
