package import TesseraCore

/// A `TokenDecoder` made ready to run; `DecoderState` runs it.
package struct DecoderProgram: Sendable {
    /// What happens to the tokens, one step after another.
    enum Stage: Sendable {
        case byteLevel(ByteAlphabet)
        case wordPiece(prefix: [UInt8], cleansUp: Bool)
        case metaspace([UInt8], dropsFirst: Bool)
        case suffix([UInt8])
        case ctc(padding: [UInt8], wordDelimiter: [UInt8], cleansUp: Bool)
        case replace(PatternFinder, with: [UInt8])
        case fuse
        case strip([UInt8], start: Int, stop: Int)
        case byteFallback
        /// Spaces between tokens: what happens without a decoder.
        case spaces
    }

    let stages: [Stage]

    /// Makes `decoder` ready; without one, tokens are joined with spaces.
    ///
    /// - Throws: `LocatedError` naming the part that cannot work.
    package init(_ decoder: TokenDecoder?) throws(LocatedError) {
        var stages: [Stage] = []
        if let decoder { try Self.append(decoder, to: &stages) } else { stages = [.spaces] }
        self.stages = stages
    }

    private static func append(_ decoder: TokenDecoder, to stages: inout [Stage]) throws(LocatedError) {
        switch decoder {
        case .byteLevel: stages.append(.byteLevel(ByteAlphabet()))
        case .wordPiece(let prefix, let cleansUp):
            stages.append(.wordPiece(prefix: Array(prefix.utf8), cleansUp: cleansUp))
        case .metaspace(let replacement, let prepends, _):
            stages.append(.metaspace(Array(String(replacement).utf8), dropsFirst: prepends != .never))
        case .suffix(let suffix): stages.append(.suffix(Array(suffix.utf8)))
        case .ctc(let padding, let wordDelimiter, let cleansUp):
            stages.append(
                .ctc(
                    padding: Array(padding.utf8), wordDelimiter: Array(wordDelimiter.utf8), cleansUp: cleansUp
                ))
        case .replace(let pattern, let content):
            stages.append(.replace(try PatternFinder(pattern), with: Array(content.utf8)))
        case .fuse: stages.append(.fuse)
        case .strip(let content, let start, let stop):
            stages.append(.strip(Array(String(content).utf8), start: max(0, start), stop: max(0, stop)))
        case .byteFallback: stages.append(.byteFallback)
        case .sequence(let decoders):
            for decoder in decoders { try append(decoder, to: &stages) }
        }
    }
}
