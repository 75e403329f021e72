internal import TesseraAnalysis
internal import TesseraTokenizers

/// The analysis of mistakes against a recount that shares no code with it: digits as text, addition as at school.
enum ReplayProof {
    private static let differences = "counts of the analysis that a recount does not give"

    static let thresholds: [Threshold] = [.none(differences)]

    static func report(to result: inout StudyResult, seed: UInt64) throws {
        let rows = try answers(seed: seed)
        var count = 0
        for grouping in [
            try DigitGrouping(size: 3, direction: .leftToRight),
            try DigitGrouping(size: 2, direction: .rightToLeft),
        ] {
            count += differenceCount(of: ArithmeticErrorReport(rows, grouping: grouping), from: rows)
        }
        result.measure(differences, count: count)
    }

    /// How many counts of a report differ from a recount of its rows.
    static func differenceCount(of report: ArithmeticErrorReport, from rows: [ArithmeticRow]) -> Int {
        let recount = Recount(rows)
        var differences = 0
        func compare(_ reported: Int, _ counted: Int) { differences += reported == counted ? 0 : 1 }
        func compare(_ reported: [Int], _ counted: [Int]) {
            // Places that no sum has are left out on either side.
            for place in 0..<max(reported.count, counted.count) {
                compare(
                    place < reported.count ? reported[place] : 0, place < counted.count ? counted[place] : 0)
            }
        }
        compare(report.all.rows, rows.count)
        compare(report.all.valid, recount.valid)
        compare(report.all.rightNumber, recount.right)
        compare(report.all.wrongSameLength, recount.wrongSameLength)
        compare(report.matched.rows, recount.matchedRows)
        compare(report.matched.rightNumber, recount.matchedRight)
        compare(report.mismatched.rows, rows.count - recount.matchedRows)
        compare(report.mismatched.rightNumber, recount.right - recount.matchedRight)
        compare(report.wrongDigits, recount.wrongDigits)
        compare(report.onlyWrongDigits, recount.onlyWrongDigits)
        compare(report.digitErrors, recount.digitErrors)
        compare(report.powersOff, recount.powersOff)
        compare(report.droppedDigits, recount.droppedDigits)
        compare(report.leftAligned, recount.leftAligned)
        compare(report.byCarryCount.map(\.rows), recount.byCarryCount)
        return differences
    }

    /// Answers of all kinds: right ones, off by a power of ten, with a digit dropped, aligned on the left, at random, of
    /// another length, and none.
    private static func answers(seed: UInt64) throws -> [ArithmeticRow] {
        let sampler = AdditionSampler(seed: seed)
        var draws = RandomDraws(seed: seed, stream: 1)
        return try (0..<3000).map { index -> ArithmeticRow in
            let (first, second) = (1 + Int(draws.next() * 8), 1 + Int(draws.next() * 8))
            let longer = max(first, second)
            let lengths = try AdditionLengths(first, second, longer + (draws.next() < 0.5 ? 0 : 1))
            let addition = sampler.addition(lengths, at: index)
            let places = lengths.answer
            let place = min(Int(draws.next() * Double(places)), places - 1)
            let power = (0..<place).reduce(UInt64(1)) { value, _ in value * 10 }
            let answer: String
            switch index % 7 {
            case 0: answer = String(addition.answer)
            case 1: answer = String(addition.answer + power)
            case 2: answer = String((UInt64(String(addition.first).dropLast()) ?? 0) + addition.second)
            case 3:
                let shorter = String(min(addition.first, addition.second))
                let padded = shorter + String(repeating: "0", count: longer - min(first, second))
                answer = String((UInt64(padded) ?? 0) + max(addition.first, addition.second))
            case 4:
                answer = (0..<places).map { $0 == 0 ? "7" : String(min(Int(draws.next() * 10), 9)) }.joined()
            case 5: answer = String(addition.answer / 10)
            default: answer = index % 2 == 0 ? "no idea" : "1 or 2"
            }
            return ArithmeticRow(addition, style: .plain, response: answer)
        }
    }
}

/// Counts of rows, made again from their text.
private struct Recount {
    var valid = 0
    var right = 0
    var wrongSameLength = 0
    var matchedRows = 0
    var matchedRight = 0
    var wrongDigits = [Int](repeating: 0, count: 20)
    var onlyWrongDigits = [Int](repeating: 0, count: 20)
    var digitErrors = [Int](repeating: 0, count: 20)
    var powersOff = [Int](repeating: 0, count: 20)
    var droppedDigits = 0
    var leftAligned = 0
    var byCarryCount = [Int](repeating: 0, count: 20)

    init(_ rows: [ArithmeticRow]) {
        for row in rows { add(row) }
    }

    private mutating func add(_ row: ArithmeticRow) {
        let first = Array(String(row.addition.first))
        let second = Array(String(row.addition.second))
        let (sum, carries) = Self.schoolSum(first, second)
        byCarryCount[carries] += 1
        let isMatched = sum.count == max(first.count, second.count)
        matchedRows += isMatched ? 1 : 0
        let numbers = (row.response.split(separator: "=", omittingEmptySubsequences: false).last ?? "").split
        { !$0.isNumber }
        guard numbers.count == 1 else { return }
        valid += 1
        let answer = Array(numbers[0])
        if answer == sum {
            right += 1
            matchedRight += isMatched ? 1 : 0
            return
        }
        guard answer.count == sum.count, answer.first != "0" || answer.count == 1 else { return }
        wrongSameLength += 1
        let errors = zip(answer.reversed(), sum.reversed()).map { one, other in
            abs((one.wholeNumberValue ?? 0) - (other.wholeNumberValue ?? 0))
        }
        for (place, error) in errors.enumerated() where error > 0 {
            wrongDigits[place] += 1
            digitErrors[place] += error
            if errors.count(where: { $0 > 0 }) == 1 { onlyWrongDigits[place] += 1 }
        }
        for place in sum.indices
        where Self.isOff(answer, sum, by: place) || Self.isOff(sum, answer, by: place) {
            powersOff[place] += 1
        }
        if Self.shortened(first).contains(where: { Self.schoolSum($0, second).sum == answer })
            || Self.shortened(second).contains(where: { Self.schoolSum(first, $0).sum == answer })
        {
            droppedDigits += 1
        }
        if first.count != second.count {
            let length = max(first.count, second.count)
            func padded(_ digits: [Character]) -> [Character] {
                digits + Array(repeating: "0", count: length - digits.count)
            }
            if Self.schoolSum(padded(first), padded(second)).sum == answer { leftAligned += 1 }
        }
    }

    /// Whether `smaller` and ten to the power of `place` make `larger`.
    private static func isOff(_ larger: [Character], _ smaller: [Character], by place: Int) -> Bool {
        schoolSum(smaller, ["1"] + Array(repeating: "0", count: place)).sum == larger
    }

    /// Each way to leave one digit out, without zeros in front.
    private static func shortened(_ digits: [Character]) -> [[Character]] {
        guard digits.count > 1 else { return [] }
        return digits.indices.map { index in
            var rest = digits
            rest.remove(at: index)
            while rest.count > 1, rest.first == "0" { rest.removeFirst() }
            return rest
        }
    }

    private static func schoolSum(_ first: [Character], _ second: [Character]) -> (
        sum: [Character], carries: Int
    ) {
        var sum: [Character] = []
        var (carry, carries) = (0, 0)
        for place in 0..<max(first.count, second.count) {
            func digit(_ digits: [Character]) -> Int {
                place < digits.count ? digits[digits.count - 1 - place].wholeNumberValue ?? 0 : 0
            }
            let total = digit(first) + digit(second) + carry
            sum.insert(contentsOf: String(total % 10), at: 0)
            carry = total / 10
            carries += carry
        }
        return (carry > 0 ? ["1"] + sum : sum, carries)
    }
}
