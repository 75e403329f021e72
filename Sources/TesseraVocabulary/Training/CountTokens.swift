internal import Synchronization
public import TesseraCore
public import TesseraTokenizers

/// How many tokens a tokenizer makes of a corpus, without special ones.
///
/// - Throws: `LocatedError` when a file cannot be read; `CancelledError` when stopped.
public func countTokens(
    of corpus: Corpus, with definition: TokenizerDefinition, threads: Int = availableCores(),
    progress: Progress = .ignored, cancellation: Cancellation = Cancellation()
) throws -> Int {
    let tokenizer = try PipelineTokenizer(definition)
    let reader = Mutex(CorpusReader(corpus))
    let total = Atomic(0)
    let failure = Mutex<(any Error)?>(nil)
    forEachBlock(of: max(threads, 1), blockSize: 1, threads: threads) { _, _ in
        do {
            var ids: [TokenID] = []
            while let block = try reader.withLock({ try $0.next() }) {
                try cancellation.check()
                var count = 0
                try block.forEachText(of: corpus) { text in
                    ids.removeAll(keepingCapacity: true)
                    tokenizer.encode(text, special: .asText, into: &ids)
                    count += ids.count
                }
                total.wrappingAdd(count, ordering: .relaxed)
                progress.report("encoding", reader.withLock { $0.fileBytesRead }, of: nil, unit: "bytes")
            }
        } catch {
            failure.withLock { if $0 == nil { $0 = error } }
        }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    return total.load(ordering: .relaxed)
}
