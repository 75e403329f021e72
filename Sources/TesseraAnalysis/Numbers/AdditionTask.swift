public import TesseraCore
public import TesseraTokenizers

/// Additions as sequences of number tokens, for a small model that is trained from scratch to see what the direction of
/// groups does (Singh and Strouse, 2024; the study of this package has groups of two digits).
///
/// The tokens are all strings of one to `grouping.size` digits, then `+`, `=` and the end, and `,` and `:` where a form has them. Half of the questions have a
/// sum as long as the longer addend; the lengths of the addends are equally likely. Questions of the test are never
/// trained on.
public struct AdditionTask: Sendable {
    /// How numbers are cut; a token is a group.
    public let grouping: DigitGrouping
    /// The fewest and the most digits of an addend.
    public let addendLengths: ClosedRange<Int>
    /// Whether both addends are equally long.
    public let hasEqualLengths: Bool
    /// In what forms questions are put.
    public let forms: [Form]
    /// The tokens in all.
    public let vocabularySize: Int
    /// The token of `+`.
    public let plus: TokenID
    /// The token of `=`.
    public let equals: TokenID
    /// The token behind the sum.
    public let end: TokenID
    /// The token of `,`, which tasks with other forms than the plain one have.
    public let comma: TokenID
    /// The token of `:`, which asks to restate the question; tasks with other forms than the plain one have it.
    public let colon: TokenID
    /// The most tokens of a sequence.
    public let longestSequence: Int

    private let commas: DigitGrouping
    private let sampler: AdditionSampler
    private let random: CounterRandom
    private let tests: Set<Addition>

    /// Questions with sums as long as the longer addend.
    public let matchedTest: [Addition]
    /// Questions with longer sums.
    public let mismatchedTest: [Addition]

    /// How a question is put and its sum is written (Singh and Strouse, 2024, sections 3 and 5).
    public enum Form: Hashable, Sendable, CaseIterable {
        /// Digits alone, in groups as `grouping` says: `1234+89=1323`.
        case plain
        /// With commas from the right, between which a group is whole whatever `grouping` says: `12,34+89=13,23`.
        case commas
        /// Digits alone, and an answer that says the question again with commas first: `1234+89:12,34+89=13,23`.
        case restated
    }

    /// A question and its sum as tokens.
    public struct Sequence: Hashable, Sendable {
        /// All tokens, the end included.
        public let tokens: [TokenID]
        /// Where the sum begins: a loss counts from here on.
        public let answerStart: Int
    }

    /// A task whose training and test follow from `seed`.
    ///
    /// - Parameters:
    ///   - forms: in what forms questions are put; a network is to see each equally often.
    ///   - testCount: the test questions of either kind, each once; there are fewer where there are not as many.
    /// - Throws: `LocatedError` for groups of more than three digits, which would be too many tokens, for lengths that no
    ///   addend has, and without forms.
    public init(
        grouping: DigitGrouping, addendLengths: ClosedRange<Int>, hasEqualLengths: Bool = false,
        forms: [Form] = [.plain], testCount: Int = 1000, seed: UInt64
    ) throws(LocatedError) {
        guard grouping.size <= 3 else {
            throw LocatedError(
                field: "digits", problem: "groups of \(grouping.size) digits would be too many tokens",
                remedy: "take groups of at most 3")
        }
        guard addendLengths.lowerBound >= 1, addendLengths.upperBound < AdditionLengths.largest else {
            throw LocatedError(
                field: "lengths", problem: "\(addendLengths) are no lengths of addends",
                remedy: "give lengths from 1 to \(AdditionLengths.largest - 1)")
        }
        guard !forms.isEmpty else {
            throw LocatedError(
                field: "forms", problem: "there are none", remedy: "name one in which questions are put")
        }
        self.grouping = grouping
        commas = try DigitGrouping(size: grouping.size, direction: .rightToLeft)
        self.forms = forms
        self.addendLengths = addendLengths
        self.hasEqualLengths = hasEqualLengths
        let numbers = (1...grouping.size).reduce(0) { $0 + Int(powersOfTen[$1]) }
        plus = TokenID(truncatingIfNeeded: numbers)
        equals = plus + 1
        end = plus + 2
        comma = plus + 3
        colon = plus + 4
        vocabularySize = numbers + (forms.allSatisfy { $0 == .plain } ? 3 : 5)
        let (longest, size) = (addendLengths.upperBound, grouping.size)
        let (addend, sum) = ((longest + size - 1) / size, (longest + size) / size)
        longestSequence =
            forms.map { form in
                switch form {
                case .plain: 2 * addend + sum + 3
                // A comma between each two groups.
                case .commas: 2 * (2 * addend - 1) + 2 * sum - 1 + 3
                case .restated: 2 * addend + 2 + 2 * (2 * addend - 1) + 2 * sum - 1 + 3
                }
            }.max() ?? 0
        sampler = AdditionSampler(seed: seed)
        random = CounterRandom(seed: seed)
        // Tests follow from another seed than training.
        let others = AdditionSampler(seed: ~seed)
        let choices = CounterRandom(seed: ~seed)
        func test(isMatched: Bool) throws(LocatedError) -> [Addition] {
            var found: [Addition] = []
            var seen: Set<Addition> = []
            var index = 0
            while found.count < testCount, index < 20 * testCount {
                let lengths = try Self.lengths(
                    choices, index, addendLengths, hasEqualLengths, isMatched: isMatched)
                let addition = others.addition(lengths, at: index)
                if seen.insert(addition).inserted { found.append(addition) }
                index += 1
            }
            return found
        }
        matchedTest = try test(isMatched: true)
        mismatchedTest = try test(isMatched: false)
        tests = Set(matchedTest + mismatchedTest)
        var trainable = 0
        for place in 0..<200 {
            let lengths = try Self.lengths(
                random, place, addendLengths, hasEqualLengths, isMatched: place % 2 == 0)
            if !tests.contains(sampler.addition(lengths, at: place)) { trainable += 1 }
        }
        guard trainable >= 50 else {
            throw LocatedError(
                field: "lengths",
                problem:
                    "the test takes most of the additions of \(addendLengths) digits, and leaves few to train on",
                remedy: "ask for fewer test questions or longer numbers")
        }
    }

    private static func lengths(
        _ random: CounterRandom, _ index: Int, _ range: ClosedRange<Int>, _ hasEqualLengths: Bool,
        isMatched: Bool
    ) throws(LocatedError) -> AdditionLengths {
        func length(_ stream: UInt64) -> Int {
            range.lowerBound + Int(random.uniform(at: index, stream: stream) * Double(range.count))
        }
        let first = length(1 << 60)
        let second = hasEqualLengths ? first : length(1 << 60 + 1)
        return try AdditionLengths(first, second, max(first, second) + (isMatched ? 0 : 1))
    }

    /// Question number `index` of the training: never one of the test.
    public func addition(at index: Int) -> Addition {
        var place = index
        while true {
            let isMatched = random.uniform(at: place, stream: 1 << 60 + 2) < 0.5
            guard
                let lengths = try? Self.lengths(
                    random, place, addendLengths, hasEqualLengths, isMatched: isMatched)
            else { return Addition(unchecked: 0, 0) }
            let addition = sampler.addition(lengths, at: place)
            if !tests.contains(addition) { return addition }
            // Far behind all places that are asked for, a different one for each.
            place &+= 1 << 40
            if place < 0 { return addition }
        }
    }

    /// An addition as tokens.
    ///
    /// - Parameter form: one of `forms`: others have tokens that are not in the vocabulary.
    public func sequence(_ addition: Addition, as form: Form = .plain) -> Sequence {
        var tokens: [TokenID] = []
        if form == .restated {
            tokens = self.tokens(of: addition.first) + [plus] + self.tokens(of: addition.second) + [colon]
        }
        let restated = tokens.count
        let grouping = form == .plain ? nil : commas
        tokens += self.tokens(of: addition.first, commas: grouping) + [plus]
        tokens += self.tokens(of: addition.second, commas: grouping) + [equals]
        let start = form == .restated ? restated : tokens.count
        tokens += self.tokens(of: addition.answer, commas: grouping) + [end]
        return Sequence(tokens: tokens, answerStart: start)
    }

    /// How sums are written in a form.
    public func style(of form: Form) -> NumberStyle {
        form == .plain ? .plain : (try? NumberStyle(commas, separator: ",")) ?? .plain
    }

    /// The groups of a number as tokens.
    public func tokens(of number: UInt64) -> [TokenID] { tokens(of: number, commas: nil) }

    /// The groups of a number as tokens, with commas between those of `commas` when it is given.
    private func tokens(of number: UInt64, commas: DigitGrouping?) -> [TokenID] {
        let groups = (try? (commas ?? grouping).groups(of: String(number))) ?? []
        let tokens = groups.map { group in
            let shorter = (1..<max(group.utf8.count, 1)).reduce(0) { $0 + Int(powersOfTen[$1]) }
            return TokenID(truncatingIfNeeded: shorter + (Int(group) ?? 0))
        }
        return commas == nil ? tokens : Array(tokens.map { [$0] }.joined(separator: [comma]))
    }

    /// The digits that a number token stands for; nil for other tokens.
    public func digits(of token: TokenID) -> String? {
        var rest = Int(token)
        for length in 1...grouping.size {
            if rest < Int(powersOfTen[length]) {
                let text = String(rest)
                return String(repeating: "0", count: length - text.utf8.count) + text
            }
            rest -= Int(powersOfTen[length])
        }
        return nil
    }

    /// The text of tokens, up to the end, for scoring.
    public func text(of tokens: some Swift.Sequence<TokenID>) -> String {
        var text = ""
        for token in tokens {
            if token == end { break }
            switch token {
            case plus: text += "+"
            case equals: text += "="
            case comma: text += ","
            case colon: text += ":"
            default: text += digits(of: token) ?? ""
            }
        }
        return text
    }
}
