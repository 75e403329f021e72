internal import TesseraCore

/// Makes tokens seen lately less likely (Keskar et al., "CTRL", 2019, section 4.1).
///
/// As in transformers, a negative logit is multiplied and a positive one divided, and a token counts once however
/// often it was seen. Storage is one number per vocabulary entry, made at the first use.
struct RepetitionPenalty: Sendable {
    private var lastRound: [UInt32] = []
    private var round: UInt32 = 0

    /// Changes the logits of the tokens in `recent`; ids outside the row are passed over.
    mutating func apply(
        _ penalty: Float, to row: UnsafeMutableBufferPointer<Float>, recent: ArraySlice<TokenID>
    ) {
        if lastRound.count < row.count {
            lastRound += Array(repeating: 0, count: row.count - lastRound.count)
        }
        if round == .max {
            for index in lastRound.indices { lastRound[index] = 0 }
            round = 0
        }
        round += 1
        for token in recent {
            let index = Int(token)
            guard index < row.count, lastRound[index] != round else { continue }
            lastRound[index] = round
            row[index] = row[index] < 0 ? row[index] * penalty : row[index] / penalty
        }
    }
}
