package import TesseraCore

/// A word-level vocabulary made ready to run: pieces are tokens as they are.
///
/// A piece that is none is the unknown token, or nothing when there is none: the reference fails on it.
package struct WordLevelModel: Sendable {
    private let vocabulary: Vocabulary
    private let unknown: TokenID?

    /// Makes the model ready.
    package init(_ definition: WordLevelDefinition) {
        vocabulary = definition.vocabulary
        unknown = definition.vocabulary.id(ofText: definition.unknownToken)
    }

    /// Appends the id of `piece`.
    package func encode(_ piece: UnsafeBufferPointer<UInt8>, into ids: inout [TokenID]) {
        if let id = id(of: piece) { ids.append(id) }
    }

    /// Appends the token of `piece`.
    package func encode(_ piece: UnsafeBufferPointer<UInt8>, into tokens: inout [ModelToken]) {
        if let id = id(of: piece) { tokens.append(ModelToken(id: id, start: 0, end: piece.count)) }
    }

    private func id(of piece: UnsafeBufferPointer<UInt8>) -> TokenID? {
        guard !piece.isEmpty else { return nil }
        return vocabulary.id(ofSpelling: UnsafeRawBufferPointer(piece)) ?? unknown
    }
}
