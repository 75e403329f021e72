import TesseraCore
import TesseraFiles
import TesseraTestSupport

/// What a tokenizer's own library made of the thousand texts, as `Scripts/golden-tokenizers.py` wrote it: hashes.
struct ReferenceGolden {
    struct Answer {
        let ids: String
        /// Nil where the library gives no offsets.
        let offsets: String?
        /// `=` where the decoded text is the text itself; nil where the library loses some of it.
        let decoded: String?
        /// The ids with special tokens read as text and none added.
        let textIDs: String
    }

    /// The tokenizer's file below the folder of reference tokenizers.
    let file: String
    /// Whether `ids` have the tokens that the file puts around a text.
    let addsSpecialTokens: Bool
    /// Whether the library finds special tokens in a text.
    let findsSpecialTokens: Bool
    /// Spellings of special tokens for the texts that ask for some.
    let added: [String]
    let answers: [Answer]

    /// The names of all golden files.
    static let names = FileSystem.names(in: LogitsGolden.folder() + "/Tokenizers").compactMap { name in
        name.hasSuffix(".txt") ? String(name.dropLast(4)) : nil
    }.sorted()

    init(_ name: String) throws {
        let path = "\(LogitsGolden.folder())/Tokenizers/\(name).txt"
        let lines = try fileText(path).split(separator: "\n").map(String.init)
        let head = JSONField(try JSONValue(parsing: Array(lines[0].utf8), file: path), file: path)
        file = try head["file"].string()
        addsSpecialTokens = try head["special"].bool()
        findsSpecialTokens = try head["findsSpecial"].bool()
        added = try head["added"].array().indices.map { try head["added"][$0].string() }
        answers = lines.dropFirst().map { line in
            let columns = line.split(separator: " ").map(String.init)
            return Answer(
                ids: columns[0], offsets: columns[1] == "-" ? nil : columns[1],
                decoded: columns[2] == "-" ? nil : columns[2],
                textIDs: columns.count > 3 ? columns[3] : columns[0])
        }
    }
}

/// One of the thousand texts.
struct ReferenceText {
    let family: String
    private let pattern: String

    static let all: [ReferenceText] = {
        let lines = try? goldenLines("tokenizer-texts.jsonl")
        return (lines ?? []).compactMap { line in
            guard let family = try? line["family"].string(), let text = try? line["text"].string() else {
                return nil
            }
            return ReferenceText(family: family, pattern: text)
        }
    }()

    /// The text with the spellings of a tokenizer's special tokens in the places that name them.
    ///
    /// These are private characters: from U+10F000 on a spelling as it is, from U+10F400 on without its last
    /// character, from U+10F800 on without its first.
    func text(added: [String]) -> String {
        var result = String.UnicodeScalarView()
        for scalar in pattern.unicodeScalars {
            guard (0x10F000..<0x10FC00).contains(scalar.value) else {
                result.append(scalar)
                continue
            }
            guard !added.isEmpty else { continue }
            let spelling = Array(added[Int(scalar.value & 0x3FF) % added.count].unicodeScalars)
            switch scalar.value & 0x10FC00 {
            case 0x10F400: result.append(contentsOf: spelling.dropLast())
            case 0x10F800: result.append(contentsOf: spelling.dropFirst())
            default: result.append(contentsOf: spelling)
            }
        }
        return String(result)
    }
}

/// 48 bits of FNV-1a (the 64 folded), in base64.
func goldenHash(_ bytes: some Sequence<UInt8>) -> String {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let folded = (value >> 48) ^ (value & 0xFFFF_FFFF_FFFF)
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    return String((0..<8).map { digits[Int((folded >> UInt64(42 - 6 * $0)) & 63)] })
}

/// The hash of numbers as 32-bit little-endian words.
func goldenHash(words: some Sequence<UInt32>) -> String {
    goldenHash(
        words.lazy.flatMap { word in (0..<4).lazy.map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } })
}

/// The UTF-8 text of a file.
func fileText(_ path: String) throws -> String {
    let file = try MappedFile(path: path)
    return withExtendedLifetime(file) { String(decoding: file.bytes, as: UTF8.self) }
}
