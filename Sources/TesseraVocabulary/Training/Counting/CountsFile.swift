internal import TesseraCore

/// The lines of a counts file: `piece<TAB>count`, sorted by the bytes of the piece.
///
/// A piece is written as it is but for control characters, the backslash and bytes that are not UTF-8, which become
/// `\t`, `\n`, `\r`, `\\` and `\xHH`; so does a `#` at its head, since lines that begin with it say what was counted.
/// Files may be put one after another, sorted, cut and joined by line: the counts of equal pieces are added.
enum CountsFile {
    /// What the lines at the head say: how text was cut, and how much.
    struct Header: Hashable, Sendable {
        /// The parts that cut, as text; files with different ones do not go together.
        var cutting: String
        /// How many texts were cut.
        var texts = 0
        /// The bytes of these texts.
        var bytes = 0

        /// - Throws: `LocatedError` when there is so much text that counts of pairs could pass 63 bits.
        func check() throws(LocatedError) {
            guard bytes <= CountsFile.mostBytes else {
                throw LocatedError(
                    field: "counts", problem: "more than 2^61 bytes of text cannot be counted",
                    remedy: "train on a part of it")
            }
        }
    }

    /// The most bytes of text, and of all pieces as often as they occur: twice as many still are a 64-bit count.
    static let mostBytes = 1 << 61

    static let mark = "#tessera-counts"

    /// The line at the head, with its end.
    static func line(_ header: Header) -> [UInt8] {
        Array("\(mark)\t1\t\(header.texts)\t\(header.bytes)\t\(header.cutting)\n".utf8)
    }

    /// Appends the line of a piece, with its end.
    static func append(_ piece: UnsafeBufferPointer<UInt8>, count: Int, to output: inout [UInt8]) {
        let needsCare =
            piece.contains { $0 < 0x20 || $0 == 0x5C || $0 >= 0x7F } || piece.first == UInt8(ascii: "#")
        if needsCare { appendEscaped(piece, to: &output) } else { output.append(contentsOf: piece) }
        output.append(0x09)
        output.append(contentsOf: String(count).utf8)
        output.append(0x0A)
    }

    private static func appendEscaped(_ piece: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        let isText = firstInvalidUTF8Offset(in: piece) == nil
        for (index, byte) in piece.enumerated() {
            switch byte {
            case 0x09: output.append(contentsOf: #"\t"#.utf8)
            case 0x0A: output.append(contentsOf: #"\n"#.utf8)
            case 0x0D: output.append(contentsOf: #"\r"#.utf8)
            case 0x5C: output.append(contentsOf: #"\\"#.utf8)
            case 0x23 where index == 0, 0..<0x20, 0x7F,
                0x80... where !isText:
                output.append(contentsOf: #"\x"#.utf8)
                output.append(hexDigits[Int(byte >> 4)])
                output.append(hexDigits[Int(byte & 15)])
            default: output.append(byte)
            }
        }
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    /// What a line says.
    enum Line: Equatable {
        case header(Header)
        case piece(count: Int)
        case empty
    }

    /// Reads a line without its end; the bytes of a piece go into `piece`.
    ///
    /// - Returns: nil when it is none of a counts file.
    static func read(_ line: UnsafeBufferPointer<UInt8>, piece: inout [UInt8]) -> Line? {
        if line.isEmpty { return .empty }
        if line[0] == UInt8(ascii: "#") { return header(line).map(Line.header) }
        guard let tab = line.lastIndex(of: 0x09), tab > 0, tab + 1 < line.count, line.count - tab <= 19 else {
            return nil
        }
        var count = 0
        for byte in line[(tab + 1)...] {
            guard (0x30...0x39).contains(byte) else { return nil }
            count = count * 10 + Int(byte - 0x30)
        }
        guard count > 0 else { return nil }
        piece.removeAll(keepingCapacity: true)
        var place = 0
        while place < tab {
            guard line[place] == 0x5C else {
                piece.append(line[place])
                place += 1
                continue
            }
            guard place + 1 < tab else { return nil }
            switch line[place + 1] {
            case UInt8(ascii: "t"): piece.append(0x09)
            case UInt8(ascii: "n"): piece.append(0x0A)
            case UInt8(ascii: "r"): piece.append(0x0D)
            case 0x5C: piece.append(0x5C)
            case UInt8(ascii: "x"):
                guard place + 3 < tab, let high = hexValue(line[place + 2]),
                    let low = hexValue(line[place + 3])
                else {
                    return nil
                }
                piece.append(high << 4 | low)
                place += 2
            default: return nil
            }
            place += 2
        }
        return .piece(count: count)
    }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - 0x30
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - 0x37
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - 0x57
        default: nil
        }
    }

    private static func header(_ line: UnsafeBufferPointer<UInt8>) -> Header? {
        let fields = line.split(separator: 0x09, maxSplits: 4, omittingEmptySubsequences: false)
        func text(_ index: Int) -> String { String(decoding: fields[index], as: UTF8.self) }
        guard fields.count == 5, text(0) == mark, text(1) == "1", let texts = Int(text(2)),
            let bytes = Int(text(3)),
            texts >= 0, bytes >= 0
        else { return nil }
        return Header(cutting: text(4), texts: texts, bytes: bytes)
    }
}
