public import TesseraCore

/// Several models, whatever their vocabularies, that predict one text together, byte by byte (arXiv 2410.09303,
/// section 5; products of experts: Hinton, 2002).
///
/// Each model reads the whole text. A byte that one of them cannot go on with has no probability.
public struct ByteEnsemble: ByteSource {
    /// How the members' probabilities become one.
    public enum Rule: String, Hashable, Sendable, CaseIterable {
        /// The weighted mean, as in the paper.
        case mean
        /// The weighted geometric mean, normalised: what all members find likely.
        case product
    }

    private var members: [any ByteSource]
    private let weights: [Double]
    private let rule: Rule

    /// Puts models together.
    ///
    /// - Parameter weights: one for each, none of them negative; nil: all the same.
    /// - Throws: `LocatedError` for no members, weights that do not fit, and members of which some can tell the end of
    ///   a text and others cannot.
    public init(
        _ members: [any ByteSource], weights: [Double]? = nil, rule: Rule = .mean
    ) throws(LocatedError) {
        let weights = weights ?? Array(repeating: 1, count: members.count)
        let sum = weights.reduce(0, +)
        guard !members.isEmpty, weights.count == members.count, weights.allSatisfy({ $0 >= 0 }), sum > 0,
            sum.isFinite
        else {
            throw LocatedError(
                field: "--ensemble", problem: "\(members.count) models and weights \(weights) do not fit",
                remedy: "give a weight of at least 0 for each model, not all of them 0")
        }
        guard Set(members.map(\.endsTexts)).count == 1 else {
            throw LocatedError(
                field: "--ensemble",
                problem:
                    "the models disagree on special tokens: some have one that ends a text, others have none",
                remedy: "put models together that all end texts, or none of which does")
        }
        self.members = members
        self.weights = weights.map { $0 / sum }
        self.rule = rule
    }

    public mutating func start(
        with prompt: [UInt8], special: SpecialTokenReading = .asTokens,
        cancellation: Cancellation = Cancellation(), progress: Progress = .ignored
    ) throws(LocatedError) -> Bool {
        if special == .asTokens { try checkSpecialTokens(in: prompt) }
        for index in members.indices {
            guard
                try members[index].start(
                    with: prompt, special: special, cancellation: cancellation, progress: progress)
            else { return false }
        }
        return true
    }

    private func checkSpecialTokens(in prompt: [UInt8]) throws(LocatedError) {
        let found = members.map { $0.specialTokens(in: prompt) }
        guard let first = found.first, let other = found.first(where: { $0 != first }) else { return }
        let odd = Set(first).symmetricDifference(other).min() ?? ""
        throw LocatedError(
            field: "prompt",
            problem:
                "the models disagree on special tokens: \"\(odd)\" is one to some of them and text to others",
            remedy: "leave it out of the prompt, or put models of one family together")
    }

    public mutating func distribution() throws(LocatedError) -> ByteDistribution {
        var all: [ByteDistribution] = []
        for index in members.indices { all.append(try members[index].distribution()) }
        func together(_ symbol: (ByteDistribution) -> Double) -> Double {
            switch rule {
            case .mean: zip(all, weights).reduce(0) { $0 + $1.1 * symbol($1.0) }
            case .product:
                exponential(
                    zip(all, weights).reduce(0) { $1.1 > 0 ? $0 + $1.1 * logarithm(symbol($1.0)) : $0 })
            }
        }
        return try ByteDistribution(
            masses: (0..<256).map { byte in
                all.contains { $0.bytes[byte] == 0 } ? 0 : together { $0.bytes[byte] }
            }, end: together(\.end))
    }

    public mutating func admits(_ byte: UInt8) throws(LocatedError) -> Bool {
        for index in members.indices {
            guard try members[index].admits(byte) else { return false }
        }
        return true
    }

    public mutating func advance(by byte: UInt8) throws(LocatedError) {
        for index in members.indices { try members[index].advance(by: byte) }
    }

    public var isFull: Bool { members.contains { $0.isFull } }
    public var endsTexts: Bool { members.allSatisfy(\.endsTexts) }
    public var statistics: ByteStatistics { members.map(\.statistics).reduce(ByteStatistics(), +) }

    public func specialTokens(in prompt: [UInt8]) -> [String] {
        members.first?.specialTokens(in: prompt) ?? []
    }
}
