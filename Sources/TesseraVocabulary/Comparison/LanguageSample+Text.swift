public import TesseraCore

extension LanguageSample {
    /// The sample as one text, of which no more than about `limitInBytes` is read.
    ///
    /// Texts of JSON lines come one after another. Bytes that are not UTF-8 become U+FFFD.
    ///
    /// - Throws: `LocatedError` when a file cannot be read; `CancelledError` when stopped.
    public func text(limitInBytes: Int, cancellation: Cancellation = Cancellation()) throws -> String {
        switch content {
        case .text(let text): return text
        case .corpus(let corpus):
            var bytes: [UInt8] = []
            var reader = CorpusReader(corpus)
            while bytes.count < limitInBytes, let block = try reader.next() {
                try cancellation.check()
                try block.forEachText(of: corpus) { bytes += $0 }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
