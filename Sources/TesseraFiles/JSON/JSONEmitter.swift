/// Writes JSON piece by piece, for files too large to build a value of first.
///
/// The layout is that of serde_json's pretty printer, as in the `tokenizer.json` files of Hugging Face: two
/// spaces a level, each element on its own line, numbers in the shortest form that reads back the same.
package struct JSONEmitter {
    /// The text so far.
    package private(set) var bytes: [UInt8] = []

    private var depth = 0
    private var isFirst = true
    private var followsKey = false

    package init() {}

    /// Makes room for the text.
    package mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    /// Begins an object; members follow until `endObject`.
    package mutating func beginObject() { begin("{") }

    /// Ends the innermost object.
    package mutating func endObject() { end("}") }

    /// Begins an array; elements follow until `endArray`.
    package mutating func beginArray() { begin("[") }

    /// Ends the innermost array.
    package mutating func endArray() { end("]") }

    /// Writes a key; its value follows.
    package mutating func key(_ key: String) {
        var key = key
        key.withUTF8 { self.key(UnsafeRawBufferPointer($0)) }
    }

    /// Writes a key, given as UTF-8; its value follows.
    package mutating func key(_ key: UnsafeRawBufferPointer) {
        beginElement()
        quote(key)
        append(": ")
        followsKey = true
    }

    /// Writes a string, given as UTF-8.
    package mutating func string(_ string: UnsafeRawBufferPointer) {
        beginElement()
        quote(string)
    }

    /// Writes a whole number.
    package mutating func integer(_ value: Int) {
        beginElement()
        append(String(value))
    }

    /// Writes a number; what JSON cannot express, infinite or not a number, becomes null.
    package mutating func number(_ value: Double) {
        beginElement()
        append(value.isFinite ? Self.text(of: value) : "null")
    }

    /// Writes a value.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null, .bool:
            beginElement()
            append(value == .null ? "null" : value == true ? "true" : "false")
        case .integer(let number): integer(number)
        case .number(let number): self.number(number)
        case .string(var text): text.withUTF8 { string(UnsafeRawBufferPointer($0)) }
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let members):
            beginObject()
            for (key, member) in members {
                self.key(key)
                self.value(member)
            }
            endObject()
        }
    }

    // MARK: Layout

    private mutating func begin(_ bracket: StaticString) {
        beginElement()
        append(bracket)
        depth += 1
        isFirst = true
    }

    private mutating func end(_ bracket: StaticString) {
        depth -= 1
        if !isFirst { newLine() }
        append(bracket)
        isFirst = false
    }

    private mutating func beginElement() {
        if followsKey {
            followsKey = false
            return
        }
        guard depth > 0 else { return }
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        newLine()
    }

    private mutating func newLine() {
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: depth * 2))
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}

// MARK: Strings and numbers

extension JSONEmitter {
    private mutating func quote(_ text: UnsafeRawBufferPointer) {
        bytes.append(0x22)
        for byte in text {
            switch byte {
            case 0x22: append("\\\"")
            case 0x5C: append("\\\\")
            case 0x08: append("\\b")
            case 0x09: append("\\t")
            case 0x0A: append("\\n")
            case 0x0C: append("\\f")
            case 0x0D: append("\\r")
            case 0..<0x20: append("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        bytes.append(0x22)
    }

    /// The shortest digits of `value`, in full from 1e-5 to 1e16 and with an exponent otherwise.
    static func text(of value: Double) -> String {
        let parts = value.magnitude.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".")
        let fraction = mantissa.count > 1 && mantissa[1] != "0" ? String(mantissa[1]) : ""
        var digits = String(mantissa[0]) + fraction
        // The place of the point, counted from the first digit.
        var point = mantissa[0].utf8.count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        let leading = digits.prefix { $0 == "0" }.count
        if leading < digits.count {
            digits.removeFirst(leading)
            point -= leading
        }
        while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
        let sign = value.sign == .minus ? "-" : ""
        if value == 0 { return sign + "0.0" }
        if digits.count <= point, point <= 16 {
            return sign + digits + String(repeating: "0", count: point - digits.count) + ".0"
        }
        if point > 0, point <= 16 { return sign + digits.prefix(point) + "." + digits.dropFirst(point) }
        if point > -5, point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        let rest = digits.count > 1 ? "." + digits.dropFirst() : ""
        return sign + digits.prefix(1) + rest + "e\(point - 1)"
    }
}
