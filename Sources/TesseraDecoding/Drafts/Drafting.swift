public import TesseraCore

/// Drafts for generations: where they come from, how many are read, and what was learnt about both.
///
/// Goes from one text to the next, since its source and its counts get better with use. One text uses it at a time: a
/// source may hold the cache of a model.
public struct Drafting {
    /// How many drafts a pass reads beside the token that it must read.
    public enum Size: Hashable, Sendable {
        /// At most this many, the likeliest.
        case nodes(Int)

        /// As many as give the most tokens a second, by the time that passes over so many rows took and by how
        /// often such drafts came true.
        case measured

        /// How many nodes a source is asked for, so that there is a choice.
        var poolSize: Int {
            switch self {
            case .nodes(let count): max(16, count)
            case .measured: 16
            }
        }

        /// Refuses numbers outside `1...mostNodes`.
        func check() throws(LocatedError) {
            guard case .nodes(let count) = self, !(1...Drafting.mostNodes).contains(count) else { return }
            throw LocatedError(
                field: "--draft-nodes", problem: "\(count) is outside 1...\(Drafting.mostNodes)",
                remedy: "give a number in that range, such as 7, or leave it out to have it chosen")
        }
    }

    /// The most drafts that a pass reads.
    public static let mostNodes = 255

    /// Where drafts come from.
    public internal(set) var source: any DraftSource

    /// How many drafts are read.
    public let size: Size

    /// What passes cost.
    public private(set) var cost: PassCost

    /// Whether the cost follows the time that passes take.
    private let learnsCost: Bool

    /// The loss in nats up to which a draft is kept that the model would not have drawn; 0 keeps none such.
    public let rollback: Double

    private var acceptance = AcceptanceCounts()

    /// Creates drafts.
    ///
    /// - Parameters:
    ///   - cost: what passes cost, where that is known; nil learns it from the time that they take.
    ///   - rollback: see `bigLittle`; above 0, the text is not that of plain decoding.
    /// - Throws: `LocatedError` for a size outside `1...mostNodes` and a rollback below 0 or without end.
    public init(
        _ source: any DraftSource, size: Size = .measured, cost: PassCost? = nil, rollback: Double = 0
    ) throws(LocatedError) {
        try size.check()
        guard rollback >= 0, rollback.isFinite else {
            throw LocatedError(
                field: "--rollback", problem: "\(rollback) is not allowed",
                remedy: "give a number of nats from 0 on, such as 2; 0 keeps the text as it is")
        }
        self.source = source
        self.size = size
        self.cost = cost ?? .expected
        self.rollback = rollback
        learnsCost = cost == nil
    }

    /// The nodes of `pool` to read, of which there may be `room`.
    func chosen(from pool: DraftTree, room: Int) -> DraftTree {
        let ranked = acceptance.ranked(pool).prefix(max(0, room))
        let count =
            switch size {
            case .nodes(let nodes): nodes
            case .measured: cost.payingCount(ranked.map(\.chance), beside: 1, giving: 1)
            }
        let kept = Set(ranked.prefix(count).map(\.node))
        return pool.filtered { kept.contains($0) }
    }

    /// Refuses options that a lossy method does not go with.
    func check(_ options: GenerationOptions) throws(LocatedError) {
        guard rollback == 0 || options.sampling.temperature == 0 else {
            throw LocatedError(
                field: "--rollback",
                problem: "keeping what the model would not have drawn is for greedy decoding",
                remedy: "set the temperature to 0 or choose a lossless method")
        }
    }

    /// Learns from the tokens that followed where `pool` was proposed.
    mutating func learn(_ pool: DraftTree, _ tokens: some Sequence<TokenID>) {
        acceptance.count(pool, tokens)
    }

    /// Learns from the time of a pass.
    mutating func learn(rows: Int, seconds: Double) {
        if learnsCost { cost.learn(rows: rows, seconds: seconds) }
    }
}

/// What drafts were good for in a generation.
public struct DraftCounts: Hashable, Sendable {
    /// The passes of the model after that over the prompt.
    public var passes = 0

    /// The drafts read.
    public var drafted = 0

    /// The drafts that came true.
    public var accepted = 0

    /// The tokens kept that plain decoding would not have given; 0 for every lossless method.
    public var tolerated = 0

    /// Creates counts of nothing.
    public init() {}
}
