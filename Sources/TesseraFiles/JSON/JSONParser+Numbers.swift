// Numbers: whole numbers of up to 18 digits and short decimals directly, all others through the standard library,
// which rounds correctly.

extension JSONParser {
    /// Reads the number whose sign or first digit is next.
    mutating func number() throws(JSONFailure) -> JSONValue {
        let start = position
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }

        var digits = Digits()
        let leading = position
        passDigits(&digits)
        let wholeDigits = position - leading
        guard wholeDigits > 0, wholeDigits == 1 || bytes[leading] != UInt8(ascii: "0") else {
            throw JSONFailure(offset: start, problem: .badNumber)
        }

        var fractionDigits = 0
        var exponent = 0
        var isWhole = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            let fraction = position
            passDigits(&digits)
            fractionDigits = position - fraction
            isWhole = false
            guard fractionDigits > 0 else { throw JSONFailure(offset: start, problem: .badNumber) }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            isWhole = false
            guard let value = passExponent() else { throw JSONFailure(offset: start, problem: .badNumber) }
            exponent = value
        }

        if isWhole, digits.count <= 18, !(isNegative && digits.value == 0) {
            let value = Int(digits.value)
            return .integer(isNegative ? -value : value)
        }
        if let magnitude = digits.exactly(timesTenTo: exponent - fractionDigits) {
            return .number(isNegative ? -magnitude : magnitude)
        }
        return try slowNumber(start, isWhole: isWhole)
    }

    private func slowNumber(_ start: Int, isWhole: Bool) throws(JSONFailure) -> JSONValue {
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int(text), value != 0 { return .integer(value) }
        guard let value = Double(text) else { throw JSONFailure(offset: start, problem: .badNumber) }
        guard value.isFinite else { throw JSONFailure(offset: start, problem: .numberTooLarge) }
        return .number(value)
    }

    private mutating func passDigits(_ digits: inout Digits) {
        while position < bytes.count {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit < 10 else { return }
            digits.append(digit)
            position += 1
        }
    }

    /// Reads what follows the `e`; exponents beyond any double's stop growing.
    private mutating func passExponent() -> Int? {
        var isNegative = false
        if position < bytes.count,
            bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+")
        {
            isNegative = bytes[position] == UInt8(ascii: "-")
            position += 1
        }
        var value = 0
        let start = position
        while position < bytes.count {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = min(value * 10 + Int(digit), 100_000)
            position += 1
        }
        return position > start ? (isNegative ? -value : value) : nil
    }
}

/// The digits of a number, whole and fraction together.
private struct Digits {
    /// Their value while there are at most 18.
    private(set) var value: UInt64 = 0
    private(set) var count = 0

    @inline(__always)
    mutating func append(_ digit: UInt8) {
        value = value &* 10 &+ UInt64(digit)
        count += 1
    }

    /// The double nearest to `value × 10ˣ`, where one rounding suffices: both factors are exact doubles.
    ///
    /// Clinger, "How to read floating point numbers accurately" (PLDI 1990), the fast case.
    func exactly(timesTenTo exponent: Int) -> Double? {
        guard count <= 18, value <= 1 << 53, (-22...22).contains(exponent) else { return nil }
        let power = Self.powersOfTen[abs(exponent)]
        return exponent < 0 ? Double(value) / power : Double(value) * power
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
