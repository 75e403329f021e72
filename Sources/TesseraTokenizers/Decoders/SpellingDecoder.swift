internal import TesseraCore

/// How a tokenizer turns spellings into text: byte by byte, or by the general program.
enum SpellingDecoder: Sendable {
    /// Each spelling stands for the same bytes everywhere.
    case byteLevel(ByteAlphabet)
    case general(DecoderProgram)

    /// - Throws: `LocatedError` naming the part that cannot work.
    init(_ decoder: TokenDecoder?) throws(LocatedError) {
        if case .byteLevel? = decoder?.single {
            self = .byteLevel(ByteAlphabet())
        } else {
            self = .general(try DecoderProgram(decoder))
        }
    }

    /// The bytes of a token inside a text, with something before it.
    func bytes(of spelling: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .byteLevel(let alphabet): spelling.withUnsafeBytes { alphabet.appendBytes(of: $0, to: &bytes) }
        case .general(let program):
            if program.fallsBackToBytes, let byte = spelling.byteOfSpelling { return [byte] }
            // What follows a token that stands at the start is decoded as inside a text.
            var state = DecoderState(program)
            var before: [UInt8] = []
            [UInt8(ascii: "a")].withUnsafeBytes { state.append($0, to: &bytes) }
            spelling.withUnsafeBytes { state.append($0, to: &bytes) }
            state.finish(to: &bytes)
            var alone = DecoderState(program)
            [UInt8(ascii: "a")].withUnsafeBytes { alone.append($0, to: &before) }
            alone.finish(to: &before)
            bytes.removeFirst(min(before.count, bytes.count))
        }
        return bytes
    }

    func makeTextDecoder(_ tokenizer: PipelineTokenizer) -> any TextDecoder {
        switch self {
        // An added token is its text even where that could spell bytes, which the reference takes it for.
        case .byteLevel: ByteConcatenation(tokenizer: tokenizer)
        case .general(let program): ProgramTextDecoder(tokenizer: tokenizer, state: DecoderState(program))
        }
    }
}

extension DecoderProgram {
    /// Whether tokens such as `<0x0A>` stand for bytes.
    fileprivate var fallsBackToBytes: Bool {
        stages.contains { if case .byteFallback = $0 { true } else { false } }
    }
}

extension TokenDecoder {
    /// The one decoder that this is.
    fileprivate var single: TokenDecoder {
        if case .sequence(let steps) = self, steps.count == 1 { steps[0].single } else { self }
    }
}

private struct ProgramTextDecoder: TextDecoder {
    let tokenizer: PipelineTokenizer
    var state: DecoderState

    mutating func append(_ id: TokenID, to bytes: inout [UInt8]) {
        // Ids that nobody uses are no tokens at all.
        tokenizer.withSpelling(of: id) { if !$0.isEmpty { state.append($0, to: &bytes) } }
    }

    mutating func finish(to bytes: inout [UInt8]) { state.finish(to: &bytes) }
}
