public import TesseraCore

extension PipelineTokenizer {
    /// The ids of many texts, in their order, without those of the post-processor.
    ///
    /// - Parameters:
    ///   - texts: the texts.
    ///   - special: how the spelling of a special token inside a text is read.
    ///   - threads: how many threads work at once; nil: as many as there are cores.
    public func encodeBatch(
        _ texts: [String], special: SpecialTokenReading = .asTokens, threads: Int? = nil
    ) -> [[TokenID]] {
        mapBatch(texts.count, threads: threads) { index in encode(texts[index], special: special) }
    }

    /// The texts of many lists of tokens, in their order.
    ///
    /// - Parameter threads: how many threads work at once; nil: as many as there are cores.
    public func decodeBatch(_ lists: [[TokenID]], threads: Int? = nil) -> [String] {
        mapBatch(lists.count, threads: threads) { index in decode(lists[index]) }
    }

    /// What `transform` makes of `0..<count`, computed by several threads.
    func mapBatch<Element: Sendable>(
        _ count: Int, threads: Int?, _ transform: @Sendable (Int) -> Element
    ) -> [Element] {
        let threads = max(1, threads ?? availableCores())
        return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            let places = BatchPlaces(buffer.baseAddress)
            forEachBlock(of: count, blockSize: max(1, min(64, count / (4 * threads))), threads: threads) {
                block, _ in
                for index in block { places.put(transform(index), at: index) }
            }
            initialized = count
        }
    }
}

/// The memory of a batch's results.
///
/// Unchecked: every index is written once, by one thread, before anybody reads.
private struct BatchPlaces<Element>: @unchecked Sendable {
    private let start: UnsafeMutablePointer<Element>?

    init(_ start: UnsafeMutablePointer<Element>?) { self.start = start }

    func put(_ element: Element, at index: Int) { (start.map { $0 + index })?.initialize(to: element) }
}
