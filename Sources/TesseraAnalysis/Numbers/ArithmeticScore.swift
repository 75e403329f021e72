internal import TesseraCore
internal import TesseraTokenizers

/// What a model's answer to an addition is worth: the right number and the right format apart.
public struct ArithmeticScore: Hashable, Sendable {
    /// The number that the answer names; nil: it names none or several.
    public let number: UInt64?
    /// The digits of it, as they stand in the answer: `007` is not `7`.
    public let digits: String?
    /// Whether it is the sum.
    public let isRightNumber: Bool
    /// Whether it is written in the style that was asked for.
    public let isRightFormat: Bool

    /// Whether the answer names exactly one number.
    public var isValid: Bool { digits != nil }
    /// Whether number and format are right.
    public var isRight: Bool { isRightNumber && isRightFormat }

    /// Scores the first line of an answer: what stands before its last `=` restates the question and does not count.
    ///
    /// - Parameter style: how the sum should be written; a number with any known separator is read.
    public init(of answer: String, to addition: Addition, style: NumberStyle) {
        let line = answer.drop { $0.isNewline || $0 == " " }.prefix { !$0.isNewline }
        let start = line.lastIndex(of: "=").map { line.index(after: $0) } ?? line.startIndex
        let found = Self.numbers(in: Array(line[start...].utf8), style)
        guard found.count == 1, let only = found.first else {
            (number, digits, isRightNumber, isRightFormat) = (nil, nil, false, false)
            return
        }
        digits = only.digits
        number = UInt64(only.digits)
        isRightNumber = only.digits.utf8.elementsEqual(String(addition.answer).utf8)
        isRightFormat = (try? style.write(only.digits)).map { $0.utf8.elementsEqual(only.text.utf8) } ?? false
    }

    /// The numbers of a text: runs of digits, those with the same known separator between them as one.
    private static func numbers(in bytes: [UInt8], _ style: NumberStyle) -> [(text: String, digits: String)] {
        let separators = ([style.separator] + NumberStyle.separators.map(\.text)).filter { !$0.isEmpty }
            .map { Array($0.utf8) }
        func isDigit(_ place: Int) -> Bool {
            place < bytes.count && bytes[place] >= 0x30 && bytes[place] <= 0x39
        }
        var numbers: [(text: String, digits: String)] = []
        var place = 0
        while place < bytes.count {
            guard isDigit(place) else {
                place += 1
                continue
            }
            let start = place
            var digits: [UInt8] = []
            var separator: [UInt8]?
            while true {
                while isDigit(place) {
                    digits.append(bytes[place])
                    place += 1
                }
                let next = separators.first { mark in
                    (separator ?? mark) == mark && bytes[place...].starts(with: mark)
                        && isDigit(place + mark.count)
                }
                guard let next else { break }
                separator = next
                place += next.count
            }
            numbers.append(
                (
                    String(decoding: bytes[start..<place], as: UTF8.self),
                    String(decoding: digits, as: UTF8.self)
                ))
        }
        return numbers
    }
}
