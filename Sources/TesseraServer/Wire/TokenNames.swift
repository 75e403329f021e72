package import TesseraCore

extension Tokenizer {
    /// The token as clients see it: its text, or `bytes:\xe4\xbd` where that is not text on its own.
    package func wireName(of id: TokenID) -> String {
        let bytes = bytes(of: id)
        if firstInvalidUTF8Offset(in: bytes) == nil { return String(decoding: bytes, as: UTF8.self) }
        return "bytes:" + bytes.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
