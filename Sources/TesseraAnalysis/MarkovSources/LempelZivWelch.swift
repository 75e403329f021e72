/// The dictionary that Lempel-Ziv-Welch builds while it reads.
///
/// Welch, "A technique for high-performance data compression", Computer 17(6), 1984: the longest known phrase is
/// written, and that phrase with the next symbol becomes known. Rajaraman et al., arXiv 2404.08335, section 4.1, stop
/// at d entries and encode greedily with what there is then.
public struct LempelZivWelch: Sendable {
    /// The entries that there are at most.
    public let limit: Int

    /// The entries: first the symbols, then phrases in order of discovery.
    ///
    /// Every prefix of an entry is one.
    public private(set) var entries: [[UInt8]]

    // The entry that an entry becomes with one more byte.
    private var extensions: [[UInt8: Int]]
    private let symbols: [UInt8: Int]
    private var phrase: Int?

    /// Begins with the symbols of `alphabet`, of which repetitions are left out.
    ///
    /// - Parameter limit: the entries to stop at; the alphabet stays whole even when it is larger.
    public init(alphabet: some Sequence<UInt8>, limit: Int) {
        var symbols: [UInt8: Int] = [:]
        entries = []
        for symbol in alphabet where symbols[symbol] == nil {
            symbols[symbol] = entries.count
            entries.append([symbol])
        }
        self.symbols = symbols
        self.limit = limit
        extensions = Array(repeating: [:], count: entries.count)
    }

    /// Whether no more entries are wanted.
    public var isFull: Bool { entries.count >= limit }

    /// Reads on; a symbol outside the alphabet ends the phrase.
    public mutating func read(_ text: some Sequence<UInt8>) {
        for byte in text {
            if isFull { return }
            guard let symbol = symbols[byte] else {
                phrase = nil
                continue
            }
            guard let known = phrase else {
                phrase = symbol
                continue
            }
            if let longer = extensions[known][byte] {
                phrase = longer
            } else {
                extensions[known][byte] = entries.count
                entries.append(entries[known] + [byte])
                extensions.append([:])
                phrase = symbol
            }
        }
    }

    /// Ends the text: the next one begins a phrase of its own.
    public mutating func endText() { phrase = nil }
}
