/// Numbers laid down in the program's read-only data as printable characters.
///
/// A number is a row of base-32 digits, high first, each a character from "0" on; all but its last digit have 32
/// added. `Scripts/generate-unicode.py` writes them.
package struct PackedNumbers: Sequence, IteratorProtocol {
    private var position: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>

    package init(_ text: StaticString) {
        position = text.utf8Start
        end = text.utf8Start + text.utf8CodeUnitCount
    }

    /// The next number; nil at the end.
    package mutating func next() -> UInt32? {
        guard position < end else { return nil }
        var value: UInt32 = 0
        while position < end {
            let digit = UInt32(position.pointee &- 0x30)
            position += 1
            value = value << 5 | digit & 31
            if digit < 32 { break }
        }
        return value
    }
}
