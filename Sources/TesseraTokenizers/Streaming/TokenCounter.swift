public import TesseraCore

/// Counts the tokens of a text that grows at its end, and may shrink there, without encoding it again each time.
///
/// `count` is at every moment that of `encode` for the whole text so far. The counter settles what no later text can
/// change (see `FinalCuts`): usually all but the last few words. Appending then costs time in what was appended,
/// asking for the count time in the text that is not settled, `unsettledByteCount`.
///
/// Some texts are never settled, so that each question costs time in the whole text since the last final place: one
/// word or one run of white space of any length; Unigram models that see a whole text as one piece (their sums of
/// scores depend on what comes before); normalizers with SentencePiece's character maps or with regular expressions,
/// and those of BERT outside ASCII; SentencePiece's word type; less-is-better, where nothing cuts the text.
///
/// ```swift
/// var counter = tokenizer.counter()
/// counter.append("Once upon ")
/// counter.append("a time")
/// print(counter.count)
/// ```
public struct TokenCounter: Sendable {
    private let tokenizer: PipelineTokenizer
    private let special: SpecialTokenReading
    private let cuts: FinalCuts
    /// The text that is kept: all that was not forgotten.
    private var text: [UInt8] = []
    /// Final places in `text`, some hundred bytes apart, the first at its start and the last where the unsettled text
    /// begins.
    private var places = [Place(position: 0, needed: 0, count: 0)]
    /// Up to where `text` has no final place behind the last one.
    private var searched = 0

    /// A place up to which the tokens are counted.
    private struct Place {
        var position: Int
        /// How much of the text must be there for the place to be final.
        var needed: Int
        /// The tokens before it.
        var count: Int
        /// The bytes of the character before it, and how many tokens it makes alone.
        var contextBytes = 0
        var contextCount = 0
    }

    /// The least distance between places that are kept, in bytes.
    private static let spacing = 256
    /// How much is encoded at each question rather than settled, in bytes: settling a few costs more than that.
    private let patience: Int
    /// How much is appended before final places are looked for, in bytes.
    private static let step = 4096

    /// Creates a counter for one text; takes some milliseconds for vocabularies with many added tokens.
    ///
    /// - Parameters:
    ///   - tokenizer: whose tokens are counted.
    ///   - special: how the spelling of a special token inside the text is read.
    public init(tokenizer: PipelineTokenizer, special: SpecialTokenReading = .asTokens) {
        self.init(tokenizer: tokenizer, special: special, patience: 64)
    }

    /// Creates a counter that settles what it can as soon as more than `patience` bytes are not settled.
    package init(tokenizer: PipelineTokenizer, special: SpecialTokenReading, patience: Int) {
        self.tokenizer = tokenizer
        self.special = special
        self.patience = patience
        cuts = FinalCuts(tokenizer)
    }

    /// The number of tokens of the text so far, without those of the post-processor.
    ///
    /// Takes time in `unsettledByteCount`.
    public var count: Int { count(to: text.count) }

    /// How many bytes at the end of the text are encoded at each question: more than a few when they may still be cut
    /// otherwise.
    public var unsettledByteCount: Int { text.count - last.position }

    /// Appends text.
    public mutating func append(_ more: String) {
        var more = more
        more.withUTF8 { append(contentsOf: $0) }
    }

    /// Appends bytes of UTF-8, which may end inside a character; until its rest comes it counts as U+FFFD, like
    /// everything that is not UTF-8.
    public mutating func append(bytes: some Collection<UInt8>) {
        let isAppended: Void? = bytes.withContiguousStorageIfAvailable { append(contentsOf: $0) }
        if isAppended == nil { Array(bytes).withUnsafeBufferPointer { append(contentsOf: $0) } }
    }

    private mutating func append(contentsOf bytes: UnsafeBufferPointer<UInt8>) {
        var start = 0
        while start < bytes.count {
            let end = min(start + Self.step, bytes.count)
            text.append(contentsOf: bytes[start..<end])
            start = end
            if unsettledByteCount > patience { settle() }
        }
    }

    /// Removes bytes at the end; a character of which a part is left counts as U+FFFD.
    ///
    /// Takes time in some hundred bytes besides.
    ///
    /// - Returns: how many were removed: no more than are kept.
    @discardableResult
    public mutating func removeLast(_ byteCount: Int) -> Int {
        let removed = min(max(0, byteCount), text.count - places[0].needed)
        guard removed > 0 else { return 0 }
        text.removeLast(removed)
        while places.count > 1, last.needed > text.count { places.removeLast() }
        searched = last.position
        if unsettledByteCount > patience { settle() }
        return removed
    }

    /// Starts a new, empty text.
    public mutating func removeAll() {
        text.removeAll(keepingCapacity: true)
        places = [Place(position: 0, needed: 0, count: 0)]
        searched = 0
    }

    /// Gives up the memory of the settled text, a byte for each of its bytes; it can no longer be removed.
    public mutating func forgetSettledText() {
        settle()
        var place = last
        let kept = place.position - place.contextBytes
        guard kept > 0 else { return }
        text.removeFirst(kept)
        place.position -= kept
        place.needed -= kept
        searched = max(searched - kept, place.position)
        places = [place]
    }

    private var last: Place { places[places.count - 1] }

    /// The tokens before `end`.
    private func count(to end: Int) -> Int {
        let last = last
        let start = last.position - last.contextBytes
        return last.count + tokenCount(start..<end) - last.contextCount
    }

    private func tokenCount(_ range: Range<Int>) -> Int {
        guard !range.isEmpty else { return 0 }
        var ids: [TokenID] = []
        text.withUnsafeBufferPointer {
            tokenizer.encode(UnsafeBufferPointer(rebasing: $0[range]), special: special, into: &ids)
        }
        return ids.count
    }

    /// Looks for the last final place and settles what stands before it.
    private mutating func settle() {
        let from = last.position - last.contextBytes
        let found = text.withUnsafeBufferPointer { bytes -> (place: Int, left: Int, right: Int)? in
            let text = UTF8Text(bytes)
            var place = text.count - 1
            while place > searched, place > last.position {
                if cuts.isFinal(text, at: place, from: from) {
                    return (place, place - text.startOfScalar(before: place), text.scalar(at: place).length)
                }
                place -= 1
            }
            return nil
        }
        guard let found else {
            // The last character may have been cut short.
            searched = max(searched, text.count - 4)
            return
        }
        var place = Place(
            position: found.place, needed: found.place + found.right, count: count(to: found.place))
        place.contextBytes = found.left
        place.contextCount = tokenCount(found.place - found.left..<found.place)
        if places.count > 1, last.position - places[places.count - 2].position < Self.spacing {
            places[places.count - 1] = place
        } else {
            places.append(place)
        }
        searched = max(place.position, text.count - 4)
    }
}

extension PipelineTokenizer {
    /// A counter for a text that is given in parts; see `TokenCounter`.
    public func counter(special: SpecialTokenReading = .asTokens) -> TokenCounter {
        TokenCounter(tokenizer: self, special: special)
    }
}
