public import TesseraCore
public import TesseraTensor

/// Windows of a long text in shuffled order, each once before any comes again.
///
/// A window is `context + 1` tokens; the next begins with its last, so that every token but the very first is predicted
/// once an epoch. What is left at the end and fills no window is not used. Each epoch has an order of its own, a
/// permutation that is computed and not stored, so that any batch is found at once and no buffer limits how far windows
/// are shuffled.
public struct WindowSource: BatchSource {
    private let tokens: any TokenSequence
    private let context: Int
    private let batchSize: Int
    private let random: CounterRandom
    private let device: Device

    /// The windows of an epoch.
    public let windowCount: Int

    /// Cuts `tokens` into windows.
    ///
    /// - Parameters:
    ///   - context: the tokens that the network reads of a window.
    ///   - batchSize: the windows of a batch.
    ///   - seed: what the order follows from.
    /// - Throws: `LocatedError` when there are too few tokens for one window.
    public init(
        _ tokens: any TokenSequence, context: Int, batchSize: Int, seed: UInt64, device: Device = .cpu
    ) throws(LocatedError) {
        guard context >= 1, batchSize >= 1 else {
            throw LocatedError(
                field: context < 1 ? "context" : "batch", problem: "is below 1",
                remedy: "give a number of 1 or more")
        }
        guard tokens.count > context else {
            throw LocatedError(
                field: "corpus",
                problem:
                    "has \(tokens.count) tokens to train on, and one window takes \(context) and one more",
                remedy: "give more text, or a shorter context")
        }
        self.tokens = tokens
        self.context = context
        self.batchSize = batchSize
        random = CounterRandom(seed: seed)
        self.device = device
        windowCount = (tokens.count - 1) / context
    }

    public func batch(at index: Int) throws(LocatedError) -> Batch {
        let (first, overflow) = index.multipliedReportingOverflow(by: batchSize)
        guard index >= 0, !overflow, first <= Int.max - batchSize else {
            throw LocatedError(
                field: "batch \(index)", problem: "there is no such batch", remedy: "train for fewer steps")
        }
        var windows: [[TokenID]] = []
        // Neighbours in a batch are mostly of one epoch: its order is made once.
        var order: (epoch: Int, permutation: Permutation)?
        for draw in first..<first + batchSize {
            let (epoch, place) = draw.quotientAndRemainder(dividingBy: windowCount)
            if order?.epoch != epoch {
                order = (epoch, Permutation(count: windowCount, seed: random.bits(at: epoch)))
            }
            let begin = (order?.permutation[place] ?? place) * context
            windows.append(tokens.tokens(in: begin..<begin + context + 1))
        }
        return try Batch(windows: windows, device: device)
    }
}
