public import TesseraCore

/// The numbers of digits of an addition.
public struct AdditionLengths: Hashable, Sendable, CustomStringConvertible {
    /// The most digits: sums still fit 64 bits.
    public static let largest = 18

    /// Digits of the first addend.
    public let first: Int
    /// Digits of the second addend.
    public let second: Int
    /// Digits of the sum.
    public let answer: Int

    /// Lengths that an addition can have.
    ///
    /// - Throws: `LocatedError` for lengths that none has: a sum is as long as the longer addend, or a digit longer.
    public init(_ first: Int, _ second: Int, _ answer: Int) throws(LocatedError) {
        self.first = first
        self.second = second
        self.answer = answer
        for length in [first, second, answer] where !(1...Self.largest).contains(length) {
            throw LocatedError(
                field: "lengths", problem: "\(length) is no number of digits",
                remedy: "give 1 to \(Self.largest) digits")
        }
        let longer = max(first, second)
        guard answer == longer || answer == longer + 1 else {
            throw LocatedError(
                field: "lengths",
                problem: "no sum of numbers with \(first) and \(second) digits has \(answer)",
                remedy: "ask for \(longer) or \(longer + 1) digits in the answer")
        }
    }

    /// Reads `7,7,8`.
    ///
    /// - Throws: `LocatedError` quoting what is not of the form.
    public init(parsing text: String) throws(LocatedError) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let first = parts[0], let second = parts[1], let answer = parts[2] else {
            throw LocatedError(
                field: "lengths", problem: "\"\(text)\" does not name three numbers of digits",
                remedy: "write those of both addends and of the sum, such as 7,7,8")
        }
        try self.init(first, second, answer)
    }

    /// Whether the sum is as long as the longer addend, so that groups from the left stand for the same powers of ten.
    public var isMatched: Bool { max(first, second) == answer }

    public var description: String { "\(first),\(second),\(answer)" }
}

/// An addition.
public struct Addition: Hashable, Sendable {
    /// The first addend.
    public let first: UInt64
    /// The second addend.
    public let second: UInt64

    /// An addition of two numbers below 10^18.
    ///
    /// - Throws: `LocatedError` for a number that is larger.
    public init(_ first: UInt64, _ second: UInt64) throws(LocatedError) {
        for number in [first, second] where number >= powersOfTen[AdditionLengths.largest] {
            throw LocatedError(
                field: "addition", problem: "\(number) has more than \(AdditionLengths.largest) digits",
                remedy: "use smaller numbers")
        }
        self.first = first
        self.second = second
    }

    /// Trusts that both are below 10^18.
    init(unchecked first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }

    /// The sum.
    public var answer: UInt64 { first + second }
}

/// Draws additions whose addends and sums have given numbers of digits (Singh and Strouse, 2024, appendix).
///
/// The shorter addend is drawn evenly from those for which there is a longer one, then the sum evenly from those that it
/// can have. A draw is a function of the seed and its place alone.
public struct AdditionSampler: Sendable {
    private let random: CounterRandom

    /// The additions of `seed`.
    public init(seed: UInt64) { random = CounterRandom(seed: seed) }

    /// Addition number `index`, of these lengths.
    public func addition(_ lengths: AdditionLengths, at index: Int) -> Addition {
        let (shorter, longer) = (min(lengths.first, lengths.second), max(lengths.first, lengths.second))
        let (powerOfAnswer, powerOfLonger) = (powersOfTen[lengths.answer - 1], powersOfTen[longer - 1])
        var draws = Draws(random: random, stream: UInt64(truncatingIfNeeded: index))
        let short = draws.number(
            from: powersOfTen[shorter - 1],
            below: min(powersOfTen[shorter], powersOfTen[lengths.answer] - powerOfLonger))
        let answer = draws.number(
            from: max(powerOfAnswer, short + powerOfLonger),
            below: min(powersOfTen[longer] + short, powersOfTen[lengths.answer]))
        let long = answer - short
        return lengths.first <= lengths.second
            ? Addition(unchecked: short, long) : Addition(unchecked: long, short)
    }

    /// Numbers drawn one after another.
    private struct Draws {
        let random: CounterRandom
        let stream: UInt64
        var position = 0

        /// A number of a range that is not empty, each as likely as the others (Lemire, 2019).
        mutating func number(from low: UInt64, below high: UInt64) -> UInt64 {
            let count = high - low
            let threshold = (0 &- count) % count
            while true {
                let product = random.bits(at: position, stream: stream).multipliedFullWidth(by: count)
                position += 1
                if product.low >= threshold { return low + product.high }
            }
        }
    }
}

/// 10^0 to 10^18.
let powersOfTen: [UInt64] = (0...AdditionLengths.largest).reduce(into: []) { powers, _ in
    powers.append((powers.last ?? 0) == 0 ? 1 : (powers.last ?? 1) * 10)
}
