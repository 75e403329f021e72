public import TesseraCore

/// Batches to train on, each a pure function of its number.
///
/// A run that is taken up again, and one that several processes share, ask for the batches that are theirs; there is no
/// position to save.
public protocol BatchSource: Sendable {
    /// The batch with that number, from 0; there is no last one.
    ///
    /// - Throws: `LocatedError` when it cannot be read or made.
    func batch(at index: Int) throws(LocatedError) -> Batch
}

/// Batches that a function makes afresh: exercises that are drawn at random and never run out.
public struct GeneratedBatches: BatchSource {
    private let random: CounterRandom
    private let make: @Sendable (_ index: Int, _ random: CounterRandom) throws(LocatedError) -> Batch

    /// Makes batches of a seed.
    ///
    /// - Parameter make: is given the number of a batch and random numbers of its own, and must use no others.
    public init(
        seed: UInt64,
        make: @escaping @Sendable (_ index: Int, _ random: CounterRandom) throws(LocatedError) -> Batch
    ) {
        random = CounterRandom(seed: seed)
        self.make = make
    }

    public func batch(at index: Int) throws(LocatedError) -> Batch {
        try make(index, CounterRandom(seed: random.bits(at: index)))
    }
}
