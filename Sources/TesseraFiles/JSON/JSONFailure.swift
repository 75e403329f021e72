internal import TesseraCore

/// Where and why parsing stopped; small, so that throwing it costs nothing on the way.
struct JSONFailure: Error {
    /// The bytes before the place.
    var offset: Int
    /// What is wrong there.
    var problem: Problem

    enum Problem {
        case unexpectedEnd
        case unexpected(UInt8)
        case expected(StaticString)
        case afterTheEnd
        case controlCharacter
        case badEscape
        case loneSurrogate
        case notUTF8
        case badNumber
        case numberTooLarge
        case tooDeep
        case duplicateKey(String)
    }

    /// The error for people: counts lines and columns, in Unicode scalars, from 1.
    func located(in bytes: UnsafeRawBufferPointer, file: String?) -> LocatedError {
        let before = bytes[..<min(max(offset, 0), bytes.count)]
        let line = before.reduce(into: 1) { count, byte in count += byte == 0x0A ? 1 : 0 }
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let column = before[lineStart...].reduce(into: 1) { count, byte in
            count += byte & 0xC0 == 0x80 ? 0 : 1
        }
        return LocatedError(
            file: file, field: "line \(line), column \(column)", problem: words,
            remedy: file == nil ? "correct the JSON text" : "correct the file or fetch it again")
    }

    private var words: String {
        switch problem {
        case .unexpectedEnd: "the text ends in the middle of a value"
        case .unexpected(let byte):
            byte < 0x80 && byte > 0x20
                ? "unexpected character '\(Character(Unicode.Scalar(byte)))'"
                : "unexpected byte 0x\(String(byte, radix: 16, uppercase: true))"
        case .expected(let what): "expected \(what)"
        case .afterTheEnd: "something follows the end of the value"
        case .controlCharacter: "a control character stands in a string; it must be escaped"
        case .badEscape: "an escape in a string is not one of JSON's"
        case .loneSurrogate: "an escape gives half of a surrogate pair"
        case .notUTF8: "the text is not UTF-8"
        case .badNumber: "this is not a JSON number"
        case .numberTooLarge: "the number is too large for 64-bit floating point"
        case .tooDeep: "more than \(JSONParser.depthLimit) levels of arrays and objects"
        case .duplicateKey(let key): "the object that begins here holds the key \"\(key.prefix(80))\" twice"
        }
    }
}
