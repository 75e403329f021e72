internal import Synchronization
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraTokenizers

/// What tokens are replaced by, made ready with the first question.
final class ServedReplacements: Sendable {
    private let made = Mutex<KindReplacer?>(nil)

    /// The replacer of a tokenizer, always the same one.
    ///
    /// - Throws: `APIError` for a vocabulary with fewer than two tokens of text.
    func ready(_ tokenizer: PipelineTokenizer) throws(APIError) -> KindReplacer {
        do throws(LocatedError) {
            return try made.withLock { made throws(LocatedError) in
                if let made { return made }
                let new = try KindReplacer(tokenizer, isSpecial: tokenizer.isSpecial)
                made = new
                return new
            }
        } catch {
            throw APIError(error)
        }
    }
}
