package import TesseraCore

/// The model of a definition alone: what becomes of a piece, whatever cut it.
package struct PieceModel: Sendable {
    private let program: TokenModelProgram
    private let scratch = ScratchPool()

    /// Builds the tables of `model`.
    ///
    /// - Throws: `LocatedError` naming what in `model` cannot work.
    package init(_ model: TokenModel) throws(LocatedError) { program = try TokenModelProgram(model) }

    /// The tokens of `piece`, which is spelled as tokens of the vocabulary are.
    package func tokens(of piece: [UInt8]) -> [TokenID] {
        var ids: [TokenID] = []
        var sampling: SamplingState?
        scratch.withScratch { scratch in
            piece.withUnsafeBufferPointer { program.encode($0, scratch, &sampling, into: &ids) }
        }
        return ids
    }
}

extension BytePairDefinition {
    /// For each merge its rank; equals share one.
    package var ranks: [Int] {
        var rank = 0
        return merges.indices.map { index in
            if index > 0, !ranksEqually(merges[index - 1].made, merges[index].made) { rank += 1 }
            return rank
        }
    }
}
