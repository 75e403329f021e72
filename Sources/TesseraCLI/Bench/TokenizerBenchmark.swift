internal import Synchronization
internal import TesseraCore
internal import TesseraTokenizers

/// Measures how fast a tokenizer encodes a text cut into documents of one size.
struct TokenizerBenchmark {
    /// The most UTF-8 bytes of a document.
    var documentBytes: Int
    var threads: Int
    /// Passes over all documents; the first is the cold one.
    var passes: Int

    struct Result {
        var documentCount = 0
        var tokenCount = 0
        /// Tells lists of ids apart; see `checksum`.
        var checksum: UInt64 = 0
        /// Seconds of each pass, on the clock.
        var seconds: [Double] = []
        /// Seconds of each pass, of all processors together.
        var processorSeconds: [Double] = []
    }

    /// The documents of `text`: pieces of at most `documentBytes`, cut between code points.
    private func documents(of text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var documents: [Range<Int>] = []
        var start = 0
        while start < text.count {
            var end = min(start + documentBytes, text.count)
            while end > start + 1, end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
            documents.append(start..<end)
            start = end
        }
        return documents
    }

    func run(_ tokenizer: PipelineTokenizer, on text: [UInt8], cancellation: Cancellation) throws -> Result {
        try text.withUnsafeBufferPointer { text in
            let documents = documents(of: text)
            var result = Result(documentCount: documents.count)
            var ids: [TokenID] = []
            // One letter first, as for the peers: what is set up once is not encoding.
            _ = tokenizer.encode("a")
            for _ in 0..<passes {
                try cancellation.check()
                let processor = processorSeconds()
                let start = ContinuousClock.now
                ids = encode(documents, of: text, tokenizer)
                result.seconds.append((ContinuousClock.now - start).inSeconds)
                result.processorSeconds.append(processorSeconds() - processor)
            }
            result.tokenCount = ids.count
            result.checksum = checksum(ids)
            return result
        }
    }

    /// How many documents there are, and for each pass how long single ones take.
    ///
    /// - Throws: `CancelledError` when stopped.
    func tails(
        _ tokenizer: PipelineTokenizer, on text: [UInt8], cancellation: Cancellation
    ) throws -> (documentCount: Int, tails: [[Double]]) {
        try text.withUnsafeBufferPointer { text in
            let documents = documents(of: text)
            _ = tokenizer.encode("a")
            let tails = try (0..<passes).map { _ in
                try cancellation.check()
                return DocumentTimes(documents, of: text, tokenizer).tails
            }
            return (documents.count, tails)
        }
    }

    /// The ids of all documents, one after another, in an array that each pass makes anew.
    private func encode(
        _ documents: [Range<Int>], of text: UnsafeBufferPointer<UInt8>, _ tokenizer: PipelineTokenizer
    ) -> [TokenID] {
        guard threads > 1 else {
            var ids: [TokenID] = []
            ids.reserveCapacity(text.count / 3)
            for document in documents {
                tokenizer.encode(
                    UnsafeBufferPointer(rebasing: text[document]), special: .asTokens, into: &ids)
            }
            return ids
        }
        let text = SharedText(bytes: text)
        let block = max(1, documents.count / (8 * threads))
        let parts = Mutex<[Int: [TokenID]]>([:])
        forEachBlock(of: documents.count, blockSize: block, threads: threads) { range, _ in
            var ids: [TokenID] = []
            for document in documents[range] {
                tokenizer.encode(
                    UnsafeBufferPointer(rebasing: text.bytes[document]), special: .asTokens, into: &ids)
            }
            parts.withLock { $0[range.lowerBound] = ids }
        }
        let found = parts.withLock { $0 }
        var ids: [TokenID] = []
        ids.reserveCapacity(found.values.reduce(0) { $0 + $1.count })
        for start in found.keys.sorted() { ids += found[start] ?? [] }
        return ids
    }

    /// The sum of (id + 1) times the odd multiples of a constant, modulo 2^64, as `bench_tokenizer_peers.py` adds it.
    private func checksum(_ ids: [TokenID]) -> UInt64 {
        var sum: UInt64 = 0
        var place: UInt64 = 0x9E37_79B9_7F4A_7C15
        for id in ids {
            sum &+= (UInt64(id) + 1) &* place
            place &+= 2 &* 0x9E37_79B9_7F4A_7C15
        }
        return sum
    }
}

/// A text that several threads read.
///
/// Unchecked: nobody writes to it, and its owner waits until they are done.
private struct SharedText: @unchecked Sendable {
    let bytes: UnsafeBufferPointer<UInt8>
}
