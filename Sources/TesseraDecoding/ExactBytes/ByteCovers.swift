internal import TesseraCore

/// Tokenizations of a text whose last token is still open: a head that is settled, and all tokens that may follow it.
///
/// Stands for every cover of the text that begins with this head: one for each token of `ranks`, all of which spell
/// the rest of the text and go on.
struct ByteCovers {
    /// The head, from the beginning of the window.
    var head: [TokenID]

    /// The bytes of the window that the head spells.
    var headLength: Int

    /// The logarithm of the head's probability, up to a number that all covers share.
    var logMass: Double

    /// How likely each token follows the head, by rank; 0 for those that may not stand there.
    var weights: [Double]

    /// How likely the text ends behind the head.
    var end: Double

    /// The tokens that begin with the rest of the text.
    var ranks: Range<Int>

    /// The tokens that were found to be allowed.
    var approved: Set<Int> = []

    /// Opens the covers that begin with a head, from the scores of what may follow it.
    ///
    /// - Throws: `LocatedError` when no score is a number.
    init(
        head: [TokenID], headLength: Int, logMass: Double, logits: [Float], vocabulary: ByteVocabulary
    ) throws(LocatedError) {
        guard let maximum = logits.withUnsafeBufferPointer({ LogitRow($0).maximum() }), maximum.isFinite
        else {
            throw LocatedError(
                field: "logits", problem: "no score is a number",
                remedy: "the weights may be damaged: fetch or convert the model again")
        }
        var total = 0.0
        let masses = logits.map { logit in
            let mass = exponential(Double(logit) - Double(maximum))
            if mass > 0 { total += mass }
            return mass > 0 ? mass : 0
        }
        func share(_ id: TokenID) -> Double { Int(id) < masses.count ? masses[Int(id)] / total : 0 }
        weights = vocabulary.tokens.map(share)
        end = vocabulary.endOfText.reduce(0) { $0 + share($1) }
        ranks = vocabulary.tokens.indices
        (self.head, self.headLength, self.logMass) = (head, headLength, logMass)
    }
}
