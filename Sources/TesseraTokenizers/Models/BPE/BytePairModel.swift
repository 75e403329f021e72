internal import TesseraCore

/// Byte-level byte-pair encoding of one piece of text.
struct BytePairModel: Sendable {
    /// The vocabulary, whose spellings use `ByteAlphabet`.
    let vocabulary: Vocabulary

    /// The merges.
    let pairs: PairTable

    /// Whether a piece that is a token as a whole becomes it without looking at the merges.
    let ignoresMerges: Bool

    /// The bytes that have no token; encoding drops them, as the reference does without an unknown token.
    private(set) var bytesWithoutToken: [UInt8]

    /// For each byte its token, or `noToken`.
    private var byteTokens: [TokenID]
    private var unknownToken: TokenID?
    private let alphabet: ByteAlphabet

    private static let noToken = TokenID.max

    /// The model of `definition`, whose vocabulary spells bytes.
    init(_ definition: BytePairDefinition) {
        let vocabulary = definition.vocabulary
        let alphabet = ByteAlphabet()
        self.vocabulary = vocabulary
        self.alphabet = alphabet
        pairs = PairTable(definition)
        ignoresMerges = definition.ignoresMerges
        unknownToken = definition.unknownToken
        var byteTokens = (UInt8.min ... .max).map { byte in
            var spelling: [UInt8] = []
            alphabet.appendSpelling(of: byte, to: &spelling)
            return spelling.withUnsafeBytes { vocabulary.id(ofSpelling: $0) } ?? Self.noToken
        }
        bytesWithoutToken = (UInt8.min ... .max).filter { byteTokens[Int($0)] == Self.noToken }
        if let unknownToken {
            for byte in bytesWithoutToken { byteTokens[Int(byte)] = unknownToken }
            bytesWithoutToken = []
        }
        self.byteTokens = byteTokens
    }

    /// Calls `body` with an encoder of pieces for one call of `encode`.
    @inline(__always)
    func withEncoder<Result>(_ scratch: EncoderScratch, _ body: (PieceEncoder) -> Result) -> Result {
        pairs.withView { pairs in
            byteTokens.withUnsafeBufferPointer { byteTokens in
                body(
                    PieceEncoder(
                        model: self, merger: WordMerger(pairs: pairs), byteTokens: byteTokens,
                        scratch: scratch))
            }
        }
    }

    /// Encodes pieces of text, using the same memory for all.
    struct PieceEncoder {
        fileprivate let model: BytePairModel
        fileprivate let merger: WordMerger
        fileprivate let byteTokens: UnsafeBufferPointer<TokenID>
        fileprivate let scratch: EncoderScratch

        /// Appends the tokens of `range` of `text`.
        @inline(__always)
        func append(_ range: Range<Int>, of text: UTF8Text, to ids: inout [TokenID]) {
            let start = text.start + range.lowerBound
            let count = range.count
            if count == 1, byteTokens[Int(start[0])] != BytePairModel.noToken {
                ids.append(byteTokens[Int(start[0])])
                return
            }
            guard count <= WordCache.longestWord else {
                return merge(start, count: count, key: nil, into: &ids)
            }
            let key = WordCache.key(start, count: count, readable: text.count - range.lowerBound)
            if let tokens = scratch.cache.tokens(key) {
                for id in tokens { ids.append(id) }
            } else {
                merge(start, count: count, key: key, into: &ids)
            }
        }

        @inline(never)
        private func merge(
            _ start: UnsafePointer<UInt8>, count: Int, key: WordCache.Key?, into ids: inout [TokenID]
        ) {
            if model.ignoresMerges, let id = wholeToken(start, count: count) {
                ids.append(id)
                if let key { withUnsafePointer(to: id) { scratch.cache.insert(key, $0, count: 1) } }
                return
            }
            guard count <= WordMerger.longestScan else { return mergeLong(start, count: count, into: &ids) }
            var symbols = 0
            for index in 0..<count {
                let id = byteTokens[Int(start[index])]
                if id == BytePairModel.noToken { continue }
                scratch.ids[symbols] = id
                symbols += 1
            }
            let tokens = merger.scan(scratch.ids, ranks: scratch.ranks, count: symbols)
            ids.append(contentsOf: UnsafeBufferPointer(start: scratch.ids, count: tokens))
            if let key { scratch.cache.insert(key, scratch.ids, count: tokens) }
        }

        private func mergeLong(_ start: UnsafePointer<UInt8>, count: Int, into ids: inout [TokenID]) {
            // Places are 32 bits wide. A piece of two gigabytes would need forty of scratch: it is cut instead.
            var done = 0
            while done < count {
                let length = min(count - done, 1 << 31)
                scratch.symbols.removeAll(keepingCapacity: true)
                for index in done..<(done + length) {
                    let id = byteTokens[Int(start[index])]
                    if id != BytePairModel.noToken { scratch.symbols.append(id) }
                }
                let tokens = scratch.symbols.withUnsafeMutableBufferPointer {
                    merger.merge($0, links: &scratch.links)
                }
                ids.append(contentsOf: scratch.symbols[..<tokens])
                done += length
            }
        }

        private func wholeToken(_ start: UnsafePointer<UInt8>, count: Int) -> TokenID? {
            scratch.spelling.removeAll(keepingCapacity: true)
            for index in 0..<count { model.alphabet.appendSpelling(of: start[index], to: &scratch.spelling) }
            return scratch.spelling.withUnsafeBytes { model.vocabulary.id(ofSpelling: $0) }
        }
    }

    /// How many bytes of text `id` takes: an unknown token takes one.
    func tokenByteCount(of id: TokenID) -> Int {
        id == unknownToken
            ? 1
            : vocabulary.withSpelling(of: Int(id)) { alphabet.byteCount(of: $0) }
    }

    /// Whether `byte` has a token.
    func hasToken(_ byte: UInt8) -> Bool { byteTokens[Int(byte)] != Self.noToken }
}
