public import TesseraCore
internal import TesseraFiles

/// A text that a network is measured on and not trained on.
public struct HeldOutText: Hashable, Sendable {
    /// Its tokens, without marks.
    public var tokens: [TokenID]

    /// Its bytes.
    public var byteCount: Int

    /// The bytes of its first token, which stay out of the measure when nothing stands before the text.
    public var firstTokenByteCount: Int

    /// Creates a text.
    public init(tokens: [TokenID], byteCount: Int, firstTokenByteCount: Int) {
        self.tokens = tokens
        self.byteCount = byteCount
        self.firstTokenByteCount = firstTokenByteCount
    }

    /// Encodes a text.
    public init(_ text: String, tokenizer: some Tokenizer) {
        let tokens = tokenizer.encode(text, special: .asText)
        self.init(
            tokens: tokens, byteCount: text.utf8.count,
            firstTokenByteCount: tokens.first.map { tokenizer.bytes(of: $0).count } ?? 0)
    }
}

/// What is held out of a corpus.
public enum HeldOut: Sendable {
    /// Nothing.
    case none

    /// Of the corpus itself, about this share.
    ///
    /// Each text of JSON lines, and each passage of some 2 kB of a plain file, is held out or not by its content alone, so
    /// that one which occurs twice is on one side.
    case share(Double)

    /// These files, whole.
    case files([String])
}

/// Held-out texts as one safetensors file: `tokens` of them all, and `token_counts`, `byte_counts` and
/// `first_token_byte_counts` with a number for each.
enum HeldOutFile {
    static func write(
        _ texts: [HeldOutText], metadata: [(key: String, value: String)], to path: String
    ) throws(LocatedError) {
        try writeSafetensors(
            [
                TensorData(name: "tokens", format: "I32", values: texts.flatMap(\.tokens)),
                TensorData(name: "token_counts", format: "I64", values: texts.map { Int64($0.tokens.count) }),
                TensorData(name: "byte_counts", format: "I64", values: texts.map { Int64($0.byteCount) }),
                TensorData(
                    name: "first_token_byte_counts", format: "I64",
                    values: texts.map { Int64($0.firstTokenByteCount) }),
            ], metadata: metadata, to: path)
    }

    static func read(_ path: String) throws(LocatedError) -> [HeldOutText] {
        func numbers(_ name: String) throws(LocatedError) -> [Int64] {
            let view = try wholeNumbers(name, "I64", in: path)
            return view.values(in: 0..<view.elementCount, as: Int64.self)
        }
        let view = try wholeNumbers("tokens", "I32", in: path)
        let tokens = view.values(in: 0..<view.elementCount, as: UInt32.self)
        let (counts, bytes) = (try numbers("token_counts"), try numbers("byte_counts"))
        let first = try numbers("first_token_byte_counts")
        var texts: [HeldOutText] = []
        var begin = 0
        // So that their sum is no larger than a number may be.
        let most = Int64.max / Int64(max(1, counts.count))
        for (index, count) in counts.enumerated() {
            guard count >= 0, count <= tokens.count - begin, bytes.indices.contains(index),
                first.indices.contains(index), (0...most).contains(bytes[index]),
                (0...bytes[index]).contains(first[index])
            else {
                throw LocatedError(
                    file: path, field: "tensor token_counts",
                    problem: "does not go with the other tensors", remedy: "start the run anew")
            }
            let end = begin + Int(count)
            texts.append(
                HeldOutText(
                    tokens: Array(tokens[begin..<end]), byteCount: Int(bytes[index]),
                    firstTokenByteCount: Int(first[index])))
            begin = end
        }
        return texts
    }
}
