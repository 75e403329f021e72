public import TesseraCore

/// The tokenizer that a `TokenizerDefinition` describes.
///
/// A value that any number of threads may use at once; copies share their tables. Byte-level BPE, which most models
/// use, takes a fast path; everything else runs the parts one after another, as the reference does, and so does the
/// fast path's text that a normalizer changes. Encoding takes time linear in the text, up to a logarithm of the
/// longest piece.
public struct PipelineTokenizer: Tokenizer {
    /// What it was made of.
    public let definition: TokenizerDefinition

    /// What is put around a single text.
    public let template: TokenTemplate

    let path: EncodingPath
    let matcher: AddedTokenMatcher
    private let addedTokens: [TokenID: AddedToken]
    private let addedIDs: [[UInt8]: TokenID]
    private let decoder: SpellingDecoder

    /// Builds the tables of a tokenizer.
    ///
    /// - Parameter file: the file that `definition` came from, for errors.
    /// - Throws: `LocatedError` naming the part that cannot work.
    public init(_ definition: TokenizerDefinition, file: String? = nil) throws(LocatedError) {
        self.definition = definition
        template = definition.postProcessor?.singleTemplate ?? TokenTemplate()
        do throws(LocatedError) {
            path = try EncodingPath(definition)
        } catch {
            throw LocatedError(
                file: error.file ?? file, field: error.field, problem: error.problem, remedy: error.remedy)
        }
        matcher = AddedTokenMatcher(definition.addedTokens)
        addedTokens = Dictionary(
            definition.addedTokens.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        addedIDs = Dictionary(
            definition.addedTokens.map { ($0.content, $0.id) }, uniquingKeysWith: { first, _ in first })
        decoder = try SpellingDecoder(definition.decoder)
        let used = definition.model.vocabulary.count
        vocabularySize = definition.addedTokens.reduce(used) { max($0, Int($1.id) + 1) }
    }

    /// The number of ids, used or not.
    public let vocabularySize: Int

    public var specialTokens: SpecialTokens { definition.specialTokens }

    /// Makes now what encoding makes when it has seen some 32 KiB of text: a table that saves merging the words that are
    /// one token.
    ///
    /// Takes some milliseconds, about a third of what loading took; changes no result. Call it where the first texts
    /// must not wait, as in a server.
    public func prepare() { path.prepare() }

    public func encode(
        _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading, into ids: inout [TokenID]
    ) {
        withValidUTF8(text) { path.encode($0, matcher: matcher, special: special, into: &ids) }
    }

    /// The tokens of a text with the part of the text that each came from, without those of the post-processor.
    ///
    /// Slower than `encode`, which gives the same ids.
    ///
    /// - Parameters:
    ///   - text: UTF-8 bytes. Where they are ill-formed, ranges count the text with U+FFFD in their place.
    ///   - special: how the spelling of a special token inside `text` is read.
    public func encodeWithOffsets(
        _ text: UnsafeBufferPointer<UInt8>, special: SpecialTokenReading = .asTokens
    ) -> [TokenSpan] {
        withValidUTF8(text) { path.encodeWithOffsets($0, matcher: matcher, special: special) }
    }

    /// The tokens of a text with the part of the text that each came from, without those of the post-processor.
    public func encodeWithOffsets(_ text: String, special: SpecialTokenReading = .asTokens) -> [TokenSpan] {
        var text = text
        return text.withUTF8 { encodeWithOffsets($0, special: special) }
    }

    public func bytes(of id: TokenID) -> [UInt8] {
        if let added = addedTokens[id] { return added.content }
        let spelling = definition.model.vocabulary.spelling(of: id)
        guard !spelling.isEmpty else { return [] }
        return decoder.bytes(of: spelling)
    }

    public func makeTextDecoder() -> any TextDecoder { decoder.makeTextDecoder(self) }

    public func spelling(of id: TokenID) -> String? {
        let spelling = bytesOfSpelling(of: id)
        return spelling.isEmpty ? nil : String(decoding: spelling, as: UTF8.self)
    }

    /// Calls `body` with the spelling of `id`; empty for ids that nobody uses.
    func withSpelling(of id: TokenID, _ body: (UnsafeRawBufferPointer) -> Void) {
        if let added = addedTokens[id] { return added.content.withUnsafeBytes(body) }
        let vocabulary = definition.model.vocabulary
        guard Int(id) < vocabulary.count else { return body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        vocabulary.withSpelling(of: Int(id), body)
    }

    /// The spelling of `id`; empty for ids that nobody uses.
    func bytesOfSpelling(of id: TokenID) -> [UInt8] {
        addedTokens[id]?.content ?? definition.model.vocabulary.spelling(of: id)
    }

    public func id(ofSpelling spelling: String) -> TokenID? {
        addedIDs[Array(spelling.utf8)] ?? definition.model.vocabulary.id(ofText: spelling)
    }

    /// Whether `id` is a special token: one that means something other than its text.
    public func isSpecial(_ id: TokenID) -> Bool { addedTokens[id]?.isSpecial ?? false }

    /// The bytes that have no token: a byte-level tokenizer drops them, as its reference does.
    ///
    /// Empty for other tokenizers.
    public var bytesWithoutToken: [UInt8] {
        switch path {
        case .byteLevel(let encoder), .normalizedByteLevel(let encoder, _, _): encoder.model.bytesWithoutToken
        case .general: []
        }
    }
}
