public import TesseraFiles
public import TesseraReport
public import TesseraTokenizers

/// How often a model's sums are right, and in what ways wrong ones are wrong (Singh and Strouse, 2024, section 4).
///
/// Ways of being wrong are told of sums that have the right number of digits: digits of others cannot be compared.
public struct ArithmeticErrorReport: Hashable, Sendable {
    /// Counts of rows.
    public struct Tally: Hashable, Sendable {
        /// All.
        public var rows = 0
        /// Answers that name one number.
        public var valid = 0
        /// The right number.
        public var rightNumber = 0
        /// The right format.
        public var rightFormat = 0
        /// Both.
        public var right = 0
        /// A wrong number of the right length.
        public var wrongSameLength = 0

        /// The share of rows with the right number; zero without rows.
        public var exactMatch: Double { rows == 0 ? 0 : Double(rightNumber) / Double(rows) }

        fileprivate mutating func add(_ row: ArithmeticRow, isWrongSameLength: Bool) {
            rows += 1
            valid += row.score.isValid ? 1 : 0
            rightNumber += row.score.isRightNumber ? 1 : 0
            rightFormat += row.score.isRightFormat ? 1 : 0
            right += row.score.isRight ? 1 : 0
            wrongSameLength += isWrongSameLength ? 1 : 0
        }
    }

    /// Digits of sums that something is carried into, or out of, or neither, and how many of them are wrong.
    public struct Share: Hashable, Sendable {
        /// The digits.
        public var digits = 0
        /// The wrong ones.
        public var wrong = 0
    }

    /// The groups that the model sees.
    public let grouping: DigitGrouping
    /// All rows.
    public private(set) var all = Tally()
    /// Rows whose sum is as long as the longer addend.
    public private(set) var matched = Tally()
    /// Rows whose sum is a digit longer.
    public private(set) var mismatched = Tally()
    /// For each place, from the ones on, how many sums are wrong there.
    public private(set) var wrongDigits: [Int] = []
    /// For each place, how many sums are wrong there and nowhere else.
    public private(set) var onlyWrongDigits: [Int] = []
    /// For each place, the sum of how far digits are from the right ones.
    public private(set) var digitErrors: [Int] = []
    /// For each group, from the left, how many sums are wrong in it.
    public private(set) var wrongGroups: [Int] = []
    /// For each place in a group, from its left, how many groups are wrong there.
    public private(set) var errorsInGroups: [Int] = []
    /// For each power of ten, how many sums are off by it.
    public private(set) var powersOff: [Int] = []
    /// Sums that a dropped digit of an addend explains.
    public private(set) var droppedDigits = 0
    /// Sums that addends aligned on the left explain.
    public private(set) var leftAligned = 0
    /// Sums that adding groups from the left, without carrying, explains.
    public private(set) var groupwiseFromLeft = 0
    /// Sums that adding groups from the right, without carrying, explains.
    public private(set) var groupwiseFromRight = 0
    /// Digits of wrong sums that something is carried into.
    public private(set) var carriedInto = Share()
    /// Digits that something is carried out of.
    public private(set) var carriedOutOf = Share()
    /// Digits with neither.
    public private(set) var withoutCarry = Share()
    /// For each number of carries of an addition, its rows.
    public private(set) var byCarryCount: [Tally] = []
    /// For each length of the longest chain of carries, its rows.
    public private(set) var byLongestChain: [Tally] = []

    /// Counts `rows`, whose sums a model saw in `grouping`.
    public init(_ rows: some Sequence<ArithmeticRow>, grouping: DigitGrouping) {
        self.grouping = grouping
        for row in rows { add(row) }
    }

    private mutating func add(_ row: ArithmeticRow) {
        let mistake = row.mistake(in: grouping)
        let isCounted = mistake != nil
        all.add(row, isWrongSameLength: isCounted)
        if row.isMatched {
            matched.add(row, isWrongSameLength: isCounted)
        } else {
            mismatched.add(row, isWrongSameLength: isCounted)
        }
        let carries = Carries(of: row.addition)
        Self.at(carries.count, &byCarryCount, Tally()) { $0.add(row, isWrongSameLength: isCounted) }
        Self.at(carries.longestChain, &byLongestChain, Tally()) { $0.add(row, isWrongSameLength: isCounted) }
        if let mistake { add(mistake, carries) }
    }

    private mutating func add(_ mistake: AdditionMistake, _ carries: Carries) {
        let wrong = mistake.digitErrors.count { $0 != 0 }
        for (place, error) in mistake.digitErrors.enumerated() {
            Self.at(place, &wrongDigits, 0) { $0 += error == 0 ? 0 : 1 }
            Self.at(place, &onlyWrongDigits, 0) { $0 += error != 0 && wrong == 1 ? 1 : 0 }
            Self.at(place, &digitErrors, 0) { $0 += error }
            let isIn = place > 0 && place - 1 < carries.places.count && carries.places[place - 1]
            let isOut = place < carries.places.count && carries.places[place]
            func count(_ share: inout Share) {
                share.digits += 1
                share.wrong += error == 0 ? 0 : 1
            }
            if isIn { count(&carriedInto) }
            if isOut { count(&carriedOutOf) }
            if !isIn, !isOut { count(&withoutCarry) }
        }
        for (index, isWrong) in mistake.groupErrors.enumerated() {
            Self.at(index, &wrongGroups, 0) { $0 += isWrong ? 1 : 0 }
        }
        for (place, errors) in mistake.errorsInGroups.enumerated() {
            Self.at(place, &errorsInGroups, 0) { $0 += errors }
        }
        if let power = mistake.powerOfTen { Self.at(power, &powersOff, 0) { $0 += 1 } }
        droppedDigits += mistake.isDroppedDigit ? 1 : 0
        leftAligned += mistake.isLeftAligned ? 1 : 0
        groupwiseFromLeft += mistake.isGroupwiseFromLeft ? 1 : 0
        groupwiseFromRight += mistake.isGroupwiseFromRight ? 1 : 0
    }

    /// Changes element `index`, making the list long enough first.
    private static func at<Value>(
        _ index: Int, _ list: inout [Value], _ empty: Value, _ change: (inout Value) -> Void
    ) {
        while list.count <= index { list.append(empty) }
        change(&list[index])
    }
}

extension ArithmeticErrorReport {
    /// How often answers are right.
    public var accuracy: Table {
        var table = Table([
            .init("additions"), .init("rows", .right), .init("one number", .right),
            .init("right number", .right),
            .init("right format", .right), .init("both", .right), .init("exact match", .right),
        ])
        for (name, tally) in [("all", all), ("sum as long", matched), ("sum longer", mismatched)] {
            table.append([
                name, NumberFormat.count(tally.rows), NumberFormat.count(tally.valid),
                NumberFormat.count(tally.rightNumber), NumberFormat.count(tally.rightFormat),
                NumberFormat.count(tally.right),
                NumberFormat.decimal(tally.exactMatch * 100, places: 1) + " %",
            ])
        }
        return table
    }

    /// Where the wrong sums of the right length are wrong.
    public var digits: Table {
        var table = Table([
            .init("digit from the right", .right), .init("wrong", .right), .init("only this one", .right),
            .init("off by, in all", .right), .init("off by this power of ten", .right),
        ])
        for place in wrongDigits.indices {
            table.append([
                String(place + 1), NumberFormat.count(wrongDigits[place]),
                NumberFormat.count(onlyWrongDigits[place]), NumberFormat.count(digitErrors[place]),
                NumberFormat.count(place < powersOff.count ? powersOff[place] : 0),
            ])
        }
        return table
    }

    /// The report for machines.
    public var json: JSONValue {
        func list(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .integer($0) }) }
        func tally(_ tally: Tally) -> JSONValue {
            [
                "rows": .integer(tally.rows), "valid": .integer(tally.valid),
                "rightNumber": .integer(tally.rightNumber), "rightFormat": .integer(tally.rightFormat),
                "right": .integer(tally.right), "wrongSameLength": .integer(tally.wrongSameLength),
                "exactMatch": .number(tally.exactMatch),
            ]
        }
        func share(_ share: Share) -> JSONValue {
            ["digits": .integer(share.digits), "wrong": .integer(share.wrong)]
        }
        return [
            "grouping": .string(grouping.description), "all": tally(all), "matched": tally(matched),
            "mismatched": tally(mismatched), "wrongDigits": list(wrongDigits),
            "onlyWrongDigits": list(onlyWrongDigits), "digitErrors": list(digitErrors),
            "wrongGroups": list(wrongGroups), "errorsInGroups": list(errorsInGroups),
            "powersOff": list(powersOff), "droppedDigits": .integer(droppedDigits),
            "leftAligned": .integer(leftAligned), "groupwiseFromLeft": .integer(groupwiseFromLeft),
            "groupwiseFromRight": .integer(groupwiseFromRight), "carriedInto": share(carriedInto),
            "carriedOutOf": share(carriedOutOf), "withoutCarry": share(withoutCarry),
            "byCarryCount": .array(byCarryCount.map(tally)),
            "byLongestChain": .array(byLongestChain.map(tally)),
        ]
    }
}
