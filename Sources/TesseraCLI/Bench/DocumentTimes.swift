internal import TesseraCore
internal import TesseraTokenizers

/// How long single documents take, each encoded by a call of its own into an array of its own.
struct DocumentTimes {
    /// Microseconds of the middle document, of that which 1 in 100 exceed, and of the slowest.
    private(set) var tails: [Double] = []

    /// Encodes each document of `text` once.
    init(_ documents: [Range<Int>], of text: UnsafeBufferPointer<UInt8>, _ tokenizer: PipelineTokenizer) {
        var nanoseconds: [Int64] = []
        nanoseconds.reserveCapacity(documents.count)
        let clock = ContinuousClock()
        for document in documents {
            let start = clock.now
            var ids: [TokenID] = []
            tokenizer.encode(UnsafeBufferPointer(rebasing: text[document]), special: .asTokens, into: &ids)
            let time = (clock.now - start).components
            nanoseconds.append(time.seconds * 1_000_000_000 + time.attoseconds / 1_000_000_000)
        }
        nanoseconds.sort()
        guard !nanoseconds.isEmpty else { return }
        tails = [50, 99, 100].map { Double(nanoseconds[(nanoseconds.count - 1) * $0 / 100]) / 1000 }
    }
}
