import TesseraAnalysis
import TesseraCore
import TesseraFiles
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Additions")
struct ArithmeticTests {
    @Test("addends and sums have the lengths that were asked for, in all of 100,000 draws")
    func lengths() throws {
        let sampler = AdditionSampler(seed: 1)
        var index = 0
        var seen: Set<Addition> = []
        for first in 1...9 {
            for second in 1...9 {
                for answer in [max(first, second), max(first, second) + 1] {
                    let lengths = try AdditionLengths(first, second, answer)
                    #expect(lengths.isMatched == (answer == max(first, second)))
                    var wrong = 0
                    for _ in 0..<620 {
                        let addition = sampler.addition(lengths, at: index)
                        index += 1
                        let found = [addition.first, addition.second, addition.answer].map {
                            String($0).utf8.count
                        }
                        if found != [first, second, answer] { wrong += 1 }
                        seen.insert(addition)
                    }
                    #expect(wrong == 0)
                }
            }
        }
        #expect(index > 100_000)
        #expect(seen.count > 60_000)
    }

    @Test("the longest numbers do not overflow, and a draw is a function of the seed and its place")
    func extremes() throws {
        let lengths = try AdditionLengths(18, 17, 18)
        for index in 0..<1000 {
            let addition = AdditionSampler(seed: 3).addition(lengths, at: index)
            #expect(String(addition.answer).utf8.count == 18)
            #expect(AdditionSampler(seed: 3).addition(lengths, at: index) == addition)
        }
    }

    @Test("all pairs of digits with a sum of one digit are drawn about equally often")
    func even() throws {
        let lengths = try AdditionLengths(1, 1, 1)
        var counts: [String: Int] = [:]
        for index in 0..<9000 {
            let addition = AdditionSampler(seed: 5).addition(lengths, at: index)
            counts["\(min(addition.first, addition.second))", default: 0] += 1
        }
        // The first addend is even over 1 to 8, the sum over what is left to it.
        #expect(counts.values.reduce(0, +) == 9000)
        let sums = (0..<9000).map { AdditionSampler(seed: 6).addition(lengths, at: $0) }
        for first in 1...8 as ClosedRange<UInt64> {
            let share = Double(sums.count { $0.first == first }) / 9000
            #expect(abs(share - 1.0 / 8) < 0.02)
        }
    }

    @Test(
        "lengths that no addition has are told",
        arguments: ["7,7,9", "7,7,6", "0,1,1", "7,7", "a,b,c", "18,18,19", ""])
    func refused(text: String) {
        expectLocatedError(field: "lengths") { try AdditionLengths(parsing: text) }
    }

    @Test("prompts show examples in the format, and examples have a seed of their own")
    func prompts() throws {
        var form = ArithmeticPrompt.Form(style: try NumberStyle(named: "comma_r2l"), shots: 2)
        form.spaces = 1
        let lengths = try AdditionLengths(4, 4, 5)
        let prompt = try ArithmeticPrompt(
            at: 3, lengths: lengths, form: form, questionSeed: 1, exampleSeed: 2)
        let lines = prompt.text.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.last?.hasSuffix("= ") == true)
        for (line, example) in zip(lines, prompt.examples) {
            let style = form.style
            #expect(
                line
                    == "\(style.write(example.first))+\(style.write(example.second))= \(style.write(example.answer))"
            )
        }
        let other = try ArithmeticPrompt(at: 3, lengths: lengths, form: form, questionSeed: 1, exampleSeed: 9)
        #expect(other.question == prompt.question)
        #expect(other.examples != prompt.examples)
        form.restated = form.style
        form.style = .plain
        let question = try Addition(1234, 5678)
        let restating = ArithmeticPrompt(question, examples: [], form: form)
        #expect(restating.text == "1234+5678= ")
        #expect(restating.expectedAnswer(form) == "1,234+5,678=6,912")
        form.shots = -1
        expectLocatedError(field: "shots") {
            try ArithmeticPrompt(at: 0, lengths: lengths, form: form, questionSeed: 1, exampleSeed: 2)
        }
    }

    @Test(
        "the right number and the right format are told apart",
        arguments: [
            ("6,912", true, true, true), (" 6,912\n1+1=2", true, true, true), ("6912", true, true, false),
            ("6.912", true, true, false), ("1,234+5,678=6,912", true, true, true),
            ("The answer is 6,912.", true, true, true), ("6,913", true, false, true),
            ("691,2", true, true, false), ("06912", true, false, false), ("", false, false, false),
            ("six", false, false, false), ("6,912 or 7", false, false, false), ("6foo912", true, true, false),
            ("99999999999999999999999", true, false, false),
        ])
    func scores(answer: String, isValid: Bool, isRightNumber: Bool, isRightFormat: Bool) throws {
        let score = ArithmeticScore(
            of: answer, to: try Addition(1234, 5678), style: try NumberStyle(named: "comma_r2l"))
        #expect(score.isValid == isValid)
        #expect(score.isRightNumber == isRightNumber)
        #expect(score.isRightFormat == isRightFormat)
    }

    @Test("carries are those of school")
    func carries() throws {
        let carries = Carries(of: try Addition(9_995, 16))
        #expect(carries.places == [true, true, true, true])
        #expect(carries.longestChain == 4)
        #expect(Carries(of: try Addition(1_050, 60)).places == [false, true, false, false])
        #expect(Carries(of: try Addition(909, 101)).longestChain == 1)
        #expect(Carries(of: try Addition(909, 101)).count == 2)
    }

    @Test("known mistakes are recognised")
    func mistakes() throws {
        let rule = try DigitGrouping(parsing: "l2r:3")
        func mistake(_ answer: UInt64, _ first: UInt64, _ second: UInt64) throws -> AdditionMistake? {
            AdditionMistake(answer, to: try Addition(first, second), grouping: rule)
        }
        #expect(try mistake(6912, 1234, 5678) == nil)
        #expect(try mistake(69120, 1234, 5678) == nil)
        let tens = try #require(try mistake(6922, 1234, 5678))
        #expect(tens.powerOfTen == 1)
        #expect(tens.digitErrors == [0, 1, 0, 0])
        #expect(tens.groupErrors == [true, false])
        #expect(tens.errorsInGroups == [0, 0, 1])
        // 1234 without its 2 is 134.
        #expect(try #require(try mistake(5812, 1234, 5678)).isDroppedDigit)
        #expect(try #require(try mistake(5813, 1234, 5678)).isDroppedDigit == false)
        #expect(try #require(try mistake(1_111 + 134, 1_111, 1_034)).isDroppedDigit)
        // 12 put under the left end of 3456 is 1200.
        #expect(try #require(try mistake(4656, 3456, 12)).isLeftAligned)
        // From the left 123|4 and 567|8: 690 and 12, of which 2 stays.
        #expect(try #require(try mistake(6902, 1234, 5678)).isGroupwiseFromLeft)
        // From the right 1|999 and 1|002: 2 and 001.
        #expect(try #require(try mistake(2001, 1999, 1002)).isGroupwiseFromRight)
    }
}

@Suite("Reports on additions")
struct ArithmeticReportTests {
    private func rows(_ count: Int) throws -> [ArithmeticRow] {
        var generator = SeededGenerator(seed: 8)
        let styles = try ["nosep", "comma_r2l", "comma_l2r"].map { try NumberStyle(named: $0) }
        let triples = try [(3, 3, 3), (3, 3, 4), (7, 5, 7), (7, 7, 8), (1, 2, 2)].map {
            try AdditionLengths($0.0, $0.1, $0.2)
        }
        return (0..<count).map { index in
            let addition = AdditionSampler(seed: 2).addition(triples[index % triples.count], at: index)
            let style = styles[index % 3]
            var answer = addition.answer
            let power = [1, 10, 100, 1000][Int.random(in: 0..<4, using: &generator)] as UInt64
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: answer += power
            case 1: answer = answer > power ? answer - power : answer + power
            case 2: answer = UInt64.random(in: 1...(2 * answer), using: &generator)
            case 3: answer = addition.first / 10 + addition.second
            default: break
            }
            let written = styles[Int.random(in: 0..<3, using: &generator)].write(answer)
            let response = index % 17 == 0 ? "no idea" : "\(addition.first)+\(addition.second)=\(written)"
            return ArithmeticRow(addition, style: style, response: response)
        }
    }

    /// The same counts by texts and arrays of digits, row after row.
    @Test("the counts are those of a plain recount", arguments: ["r2l:3", "l2r:3", "l2r:2"])
    func recount(rule: String) throws {
        let grouping = try DigitGrouping(parsing: rule)
        let rows = try rows(3000)
        let report = ArithmeticErrorReport(rows, grouping: grouping)
        var (right, valid, same, matched) = (0, 0, 0, 0)
        var wrongAt = [Int](repeating: 0, count: 12)
        var onlyAt = [Int](repeating: 0, count: 12)
        var sumAt = [Int](repeating: 0, count: 12)
        var powers = [Int](repeating: 0, count: 12)
        var groups = [Int](repeating: 0, count: 12)
        var inGroups = [Int](repeating: 0, count: 12)
        var (dropped, left) = (0, 0)
        for row in rows {
            let truth = Array(String(row.addition.first + row.addition.second))
            if String(max(row.addition.first, row.addition.second)).count == truth.count { matched += 1 }
            guard let equals = row.response.firstIndex(of: "=") else { continue }
            let said = Array(row.response[equals...].filter { $0.isNumber })
            valid += 1
            if said == truth { right += 1 }
            guard said != truth, said.count == truth.count else { continue }
            same += 1
            let wrong = truth.indices.filter { said[$0] != truth[$0] }
            for index in wrong {
                let place = truth.count - 1 - index
                wrongAt[place] += 1
                sumAt[place] += abs(
                    (said[index].wholeNumberValue ?? 0) - (truth[index].wholeNumberValue ?? 0))
                if wrong.count == 1 { onlyAt[place] += 1 }
            }
            var start = 0
            for (number, group) in try grouping.groups(of: String(truth)).enumerated() {
                let inside = wrong.filter { (start..<start + group.count).contains($0) }
                if !inside.isEmpty { groups[number] += 1 }
                for index in inside { inGroups[index - start] += 1 }
                start += group.count
            }
            let (saidValue, trueValue) = (Int(String(said)) ?? 0, Int(String(truth)) ?? 0)
            let difference = String(abs(saidValue - trueValue))
            if difference.first == "1", difference.dropFirst().allSatisfy({ $0 == "0" }) {
                powers[difference.count - 1] += 1
            }
            let texts = [String(row.addition.first), String(row.addition.second)]
            let explained = [(0, 1), (1, 0)].contains { one, other in
                texts[one].count > 1
                    && texts[one].indices.contains { index in
                        var rest = texts[one]
                        rest.remove(at: index)
                        return (Int(rest) ?? 0) + (Int(texts[other]) ?? 0) == saidValue
                    }
            }
            if explained { dropped += 1 }
            let longest = max(texts[0].count, texts[1].count)
            let aligned = texts.map { Int($0 + String(repeating: "0", count: longest - $0.count)) ?? 0 }
            if texts[0].count != texts[1].count, aligned[0] + aligned[1] == saidValue { left += 1 }
        }
        func padded(_ list: [Int]) -> [Int] { list + [Int](repeating: 0, count: 12 - list.count) }
        #expect(report.all.rows == 3000)
        #expect(report.all.valid == valid)
        #expect(report.all.rightNumber == right)
        #expect(report.all.wrongSameLength == same)
        #expect(same > 300)
        #expect(report.matched.rows == matched)
        #expect(report.mismatched.rows == 3000 - matched)
        #expect(padded(report.wrongDigits) == wrongAt)
        #expect(padded(report.onlyWrongDigits) == onlyAt)
        #expect(padded(report.digitErrors) == sumAt)
        #expect(padded(report.powersOff) == powers)
        #expect(padded(report.wrongGroups) == groups)
        #expect(padded(report.errorsInGroups) == inGroups)
        #expect(report.droppedDigits == dropped)
        #expect(report.leftAligned == left)
        #expect(report.byCarryCount.reduce(0) { $0 + $1.rows } == 3000)
        #expect(report.byLongestChain.reduce(0) { $0 + $1.rightNumber } == right)
        #expect(
            report.carriedInto.wrong <= report.carriedInto.digits && report.withoutCarry.digits > 0)
    }

    @Test("rows are written and read as lines of JSON")
    func lines() throws {
        for row in try rows(60) {
            let line = try JSONValue(parsing: Array(row.json.serialized().utf8), file: "rows.jsonl")
            #expect(try ArithmeticRow(JSONField(line, file: "rows.jsonl")) == row)
        }
        let broken = try JSONValue(parsing: Array(#"{"num1": "12x", "format": "nosep"}"#.utf8), file: "r")
        expectLocatedError(file: "r", field: "num1") { try ArithmeticRow(JSONField(broken, file: "r")) }
    }

    @Test("a vocabulary learned in the order of its ids is preferred or not, against chance")
    func frequencyBias() throws {
        let grouping = try DigitGrouping(parsing: "r2l:3")
        // 1|234 became 1|233, and 5|000 became 5|100.
        let rows = [
            ArithmeticRow(try Addition(1000, 234), style: .plain, response: "1233"),
            ArithmeticRow(try Addition(4000, 1000), style: .plain, response: "5100"),
            ArithmeticRow(try Addition(4000, 1000), style: .plain, response: "5000"),
        ]
        let bias = FrequencyBias(rows, grouping: grouping) { Int($0) }
        #expect([bias.byOne.compared, bias.byOne.best] == [1, 1])
        #expect([bias.byFirstDigit.compared, bias.byFirstDigit.best] == [1, 0])
        let reversed = FrequencyBias(rows, grouping: grouping) { -(Int($0) ?? 0) }
        #expect([reversed.byOne.compared, reversed.byOne.best] == [1, 0])
    }
}

@Suite("Mistakes beside the first cut")
struct FirstCutMistakesTests {
    private func row(_ first: UInt64, _ second: UInt64, _ answer: String) throws -> ArithmeticRow {
        ArithmeticRow(try Addition(first, second), style: .plain, response: answer)
    }

    @Test("sums are counted that are longer than the addends, wrong, and of the right length")
    func counted() throws {
        let mistakes = FirstCutMistakes(
            [
                // 900 + 200 = 1100, cut 11|00: wrong before the cut, behind it, in the last digit, and right.
                try row(900, 200, "1200"), try row(900, 200, "1110"), try row(900, 200, "1101"),
                try row(900, 200, "1100"),
                // Of another length, with a zero in front, no number; as long as the addends.
                try row(900, 200, "110"), try row(900, 200, "0100"), try row(900, 200, "none"),
                try row(200, 300, "510"),
            ], size: 2)
        #expect(mistakes.wrong == 3 && mistakes.besideCut == 2)
        // A digit of four is one of two in half of the cases.
        #expect(abs(mistakes.shareByChance - 0.5) < 1e-12)
    }

    @Test("as in the paper, digit 4 of 8 is beside the cut of groups of three")
    func chance() throws {
        let paper = FirstCutMistakes([try row(5_000_000, 6_000_000, "11010000")], size: 3)
        #expect(paper.share == 1 && abs(paper.shareByChance - 0.25) < 1e-12)
        let all = FirstCutMistakes([try row(900, 200, "9999")], size: 2)
        #expect(all.share == 1 && all.shareByChance == 1)
        #expect(FirstCutMistakes([], size: 2).share.isNaN)
    }
}

@Suite("Additions to train on")
struct AdditionTaskTests {
    @Test(
        "sequences are read back; the number of tokens is that of groups",
        arguments: ["r2l:2", "l2r:2", "r2l:3", "1"])
    func sequences(rule: String) throws {
        let grouping = try DigitGrouping(parsing: rule)
        let task = try AdditionTask(grouping: grouping, addendLengths: 3...4, testCount: 50, seed: 4)
        #expect(task.vocabularySize == [1: 13, 2: 113, 3: 1113][grouping.size])
        var matched = 0
        for index in 0..<2000 {
            let addition = task.addition(at: index)
            let sequence = task.sequence(addition)
            #expect(sequence.tokens.count <= task.longestSequence)
            #expect(sequence.tokens.allSatisfy { Int($0) < task.vocabularySize })
            #expect(
                task.text(of: sequence.tokens) == "\(addition.first)+\(addition.second)=\(addition.answer)")
            #expect(task.text(of: sequence.tokens[sequence.answerStart...]) == "\(addition.answer)")
            let longer = max(addition.first, addition.second)
            if String(longer).utf8.count == String(addition.answer).utf8.count { matched += 1 }
        }
        #expect((850...1150).contains(matched))
    }

    @Test("questions with commas, or restated with them, have groups from the right whatever the rest has")
    func forms() throws {
        let task = try AdditionTask(
            grouping: try DigitGrouping(parsing: "l2r:2"), addendLengths: 3...4,
            forms: AdditionTask.Form.allCases, testCount: 50, seed: 4)
        #expect(task.vocabularySize == 115)
        let addition = try Addition(123, 4567)
        for (form, text, answer) in [
            (AdditionTask.Form.plain, "123+4567=4690", "4690"), (.commas, "1,23+45,67=46,90", "46,90"),
            (.restated, "123+4567:1,23+45,67=46,90", "1,23+45,67=46,90"),
        ] {
            let sequence = task.sequence(addition, as: form)
            #expect(task.text(of: sequence.tokens) == text)
            let answered = task.text(of: sequence.tokens[sequence.answerStart...])
            #expect(answered == answer)
            let row = ArithmeticRow(addition, style: task.style(of: form), response: answered)
            #expect(row.score.isRight)
        }
        let lengths = AdditionTask.Form.allCases.flatMap { form in
            (0..<500).map { index -> Int in
                let tokens = task.sequence(task.addition(at: index), as: form).tokens
                #expect(tokens.allSatisfy { Int($0) < task.vocabularySize })
                return tokens.count
            }
        }
        #expect(lengths.max() == task.longestSequence)
        expectLocatedError(field: "forms") {
            try AdditionTask(grouping: task.grouping, addendLengths: 3...4, forms: [], seed: 1)
        }
    }

    @Test("no question of the test is trained on, and each is asked once")
    func filtering() throws {
        let task = try AdditionTask(
            grouping: try DigitGrouping(parsing: "r2l:2"), addendLengths: 1...2, testCount: 100, seed: 1)
        #expect(task.matchedTest.count == 100 && task.mismatchedTest.count == 100)
        #expect(Set(task.matchedTest).count == 100)
        let tests = Set(task.matchedTest + task.mismatchedTest)
        let trained = (0..<5000).map { task.addition(at: $0) }
        #expect(!trained.contains { tests.contains($0) })
        #expect(task.addition(at: 17) == trained[17])
        expectLocatedError(field: "lengths") {
            try AdditionTask(grouping: try DigitGrouping(parsing: "1"), addendLengths: 0...2, seed: 1)
        }
        expectLocatedError(field: "lengths", problem: "few to train on") {
            try AdditionTask(grouping: try DigitGrouping(parsing: "1"), addendLengths: 1...1, seed: 1)
        }
        expectLocatedError(field: "digits") {
            try AdditionTask(grouping: try DigitGrouping(parsing: "r2l:4"), addendLengths: 1...2, seed: 1)
        }
    }

    @Test("a bench asks the same questions in every format")
    func bench() throws {
        let bench = ArithmeticBench(
            lengths: [try AdditionLengths(3, 3, 4), try AdditionLengths(2, 3, 3)], count: 20)
        let forms = try ["nosep", "comma_r2l"].map {
            ArithmeticPrompt.Form(style: try NumberStyle(named: $0), shots: 2)
        }
        // Knows the sum, and never writes commas.
        let runs = try forms.map { form in
            try bench.rows(form) { String($0.question.answer) + "\nnext line" }
        }
        #expect(runs[0].map(\.addition) == runs[1].map(\.addition))
        #expect(runs[0].count == 40)
        #expect(runs[0].allSatisfy { $0.score.isRight })
        #expect(runs[1].allSatisfy { $0.score.isRightNumber })
        #expect(runs[1].contains { !$0.score.isRightFormat })
    }
}
