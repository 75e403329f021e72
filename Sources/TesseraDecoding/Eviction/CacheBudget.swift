public import TesseraCore

/// How many tokens each head of a cache may keep.
public enum CacheBudget: Hashable, Sendable {
    /// All of them.
    case all

    /// A number of tokens.
    case tokens(Int)

    /// A share of the tokens of the prompt, in percent.
    case percent(Double)

    /// The fewest tokens that are kept, so that no window or list of sinks is empty.
    ///
    /// A share of a short prompt that is less is raised to it.
    public static let minimum = 8

    /// Reads `all`, a number of tokens, or a share such as `50%`.
    ///
    /// - Throws: `LocatedError` for anything else, and for a budget out of range.
    public init(parsing text: String) throws(LocatedError) {
        if text == "all" {
            self = .all
        } else if text.hasSuffix("%"), let share = Double(text.dropLast()) {
            self = .percent(share)
        } else if let count = Int(text) {
            self = .tokens(count)
        } else {
            throw LocatedError(
                field: "--cache-budget", problem: "\"\(text)\" is no budget",
                remedy: "give a number of tokens such as 512, a share of the prompt such as 50%, or all")
        }
        try validate()
    }

    /// Refuses budgets out of range.
    ///
    /// - Throws: `LocatedError` for fewer than `minimum` tokens, and a share outside of 0 to 100 percent.
    public func validate() throws(LocatedError) {
        switch self {
        case .all: break
        case .tokens(let count):
            guard count >= Self.minimum else {
                throw LocatedError(
                    field: "--cache-budget", problem: "\(count) tokens are too few to go on from",
                    remedy: "give at least \(Self.minimum)")
            }
        case .percent(let share):
            guard share > 0, share <= 100 else {
                throw LocatedError(
                    field: "--cache-budget", problem: "\(share)% of a prompt cannot be kept",
                    remedy: "give more than 0% and at most 100%")
            }
        }
    }

    /// The tokens that are kept after a prompt of `promptCount`.
    func tokens(afterPromptOf promptCount: Int) -> Int {
        switch self {
        case .all: .max
        case .tokens(let count): count
        case .percent(let share): max(Self.minimum, Int(Double(promptCount) * share / 100))
        }
    }
}
