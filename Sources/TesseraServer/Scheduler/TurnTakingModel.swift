internal import TesseraCore

/// A model that waits for its turn at the cores with every piece that it reads, so that the passes of others come in
/// between.
struct TurnTakingModel<Model: CausalModel>: CausalModel {
    let model: Model
    let cores: Cores

    /// The most tokens that are read in a turn.
    let pieceTokens: Int

    /// Whether nothing more is to be read.
    let isStopped: @Sendable () -> Bool

    var vocabularySize: Int { model.vocabularySize }
    var contextLength: Int { model.contextLength }

    func makeCache(capacity: Int) throws(LocatedError) -> Model.Cache {
        try model.makeCache(capacity: capacity)
    }

    func read(
        _ tokens: [TokenID], cache: Model.Cache, rows: LogitRows, logits: inout [Float]
    ) throws(LocatedError) {
        // Rows of all tokens come from one reading.
        let most = rows == .all ? tokens.count : max(1, pieceTokens)
        let before = cache.count
        var start = 0
        repeat {
            guard !isStopped() else {
                cache.truncate(to: before)
                throw LocatedError(problem: "the server is shutting down")
            }
            let end = min(tokens.count, start + most)
            do throws(LocatedError) {
                try cores.use { () throws(LocatedError) in
                    try model.read(
                        Array(tokens[start..<end]), cache: cache, rows: end == tokens.count ? rows : .none,
                        logits: &logits)
                }
            } catch {
                cache.truncate(to: before)
                throw error
            }
            start = end
        } while start < tokens.count
    }
}
