internal import TesseraCore

/// The tokens `<0x00>` to `<0xFF>` that stand for bytes of text without tokens.
struct ByteTokens: Sendable {
    /// For each byte its token.
    private let ids: [TokenID?]

    /// The same without order, for `contains(_:)`.
    private let all: Set<TokenID>

    /// Whether every byte has one: no text is unknown then.
    let isComplete: Bool

    /// Looks the tokens up in `vocabulary`.
    init(_ vocabulary: Vocabulary) {
        ids = (UInt8.min ... .max).map { vocabulary.id(of: Self.spelling(of: $0)) }
        isComplete = !ids.contains(nil)
        all = Set(ids.compactMap { $0 })
    }

    /// The token of `byte`.
    @inline(__always)
    subscript(byte: UInt8) -> TokenID? { ids[Int(byte)] }

    /// Whether all of `bytes` have tokens.
    func cover(_ bytes: UnsafeRawBufferPointer) -> Bool {
        isComplete || bytes.allSatisfy { ids[Int($0)] != nil }
    }

    /// Whether `id` is one of them.
    func contains(_ id: TokenID) -> Bool { all.contains(id) }

    /// The spelling of the token of `byte`.
    static func spelling(of byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]] + Array(">".utf8)
    }

    /// The byte that `spelling` names; nil when it is not of the form.
    static func byte(spelledBy spelling: some Collection<UInt8>) -> UInt8? {
        let bytes = Array(spelling)
        guard bytes.count == 6, bytes.starts(with: "<0x".utf8), bytes[5] == UInt8(ascii: ">"),
            let high = digit(bytes[3]), let low = digit(bytes[4])
        else { return nil }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
