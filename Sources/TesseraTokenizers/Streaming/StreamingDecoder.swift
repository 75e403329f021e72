public import TesseraCore

/// Turns tokens into text one by one, never splitting a character's code points.
///
/// The pieces, joined and ended with `finish()`, are the text that decoding all tokens at once gives. Each call
/// costs time in the length of its token only: at most three bytes wait for the rest of their code point.
public struct StreamingDecoder: Sendable {
    private var decoder: (any TextDecoder)?
    private var waiting: [UInt8] = []

    /// Creates a decoder for one text.
    public init(tokenizer: any Tokenizer) {
        decoder = tokenizer.makeTextDecoder()
    }

    /// Creates a decoder for one text that comes as bytes.
    public init() {}

    /// Takes the next token and returns the text that is certain now; it may be empty.
    public mutating func append(_ id: TokenID) -> String {
        decoder?.append(id, to: &waiting)
        return certainText()
    }

    /// Takes the next bytes and returns the text that is certain now; it may be empty.
    public mutating func append(bytes: some Sequence<UInt8>) -> String {
        waiting.append(contentsOf: bytes)
        return certainText()
    }

    private mutating func certainText() -> String {
        let complete = waiting.count - lengthOfUnfinishedScalar(waiting)
        guard complete > 0 else { return "" }
        let text = String(decoding: waiting[..<complete], as: UTF8.self)
        waiting.removeFirst(complete)
        return text
    }

    /// Ends the text: bytes still waiting become U+FFFD.
    public mutating func finish() -> String {
        decoder?.finish(to: &waiting)
        let text = String(decoding: waiting, as: UTF8.self)
        waiting.removeAll(keepingCapacity: true)
        return text
    }
}

/// How many bytes at the end begin a code point that further bytes could complete: 0 to 3.
///
/// Ill-formed beginnings count as complete: they become U+FFFD at once, as in one-shot decoding.
package func lengthOfUnfinishedScalar(_ bytes: [UInt8]) -> Int {
    for length in 1...3 where length <= bytes.count {
        let lead = bytes[bytes.count - length]
        if lead & 0xC0 == 0x80 { continue }
        let whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1
        guard length < whole, (0xC2...0xF4).contains(lead) else { return 0 }
        guard length > 1 else { return 1 }
        // The second byte has a narrower range after E0, ED, F0 and F4.
        let second: ClosedRange<UInt8> =
            switch lead {
            case 0xE0: 0xA0...0xBF
            case 0xED: 0x80...0x9F
            case 0xF0: 0x90...0xBF
            case 0xF4: 0x80...0x8F
            default: 0x80...0xBF
            }
        return second.contains(bytes[bytes.count - length + 1]) ? length : 0
    }
    return 0
}
