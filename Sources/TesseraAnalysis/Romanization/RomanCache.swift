/// Words and what they became, for one romanizer: a table where a word has one place, and the last one there stays.
struct RomanCache: Sendable {
    private static let slotCount = 8_192
    private static let longestWord = 40
    private static let longestText = 56

    /// For each slot the lengths of the word and of its text; zero: the slot is empty.
    private var lengths = [(word: UInt8, text: UInt8)](repeating: (0, 0), count: slotCount)
    private var words = [UInt8](repeating: 0, count: slotCount * longestWord)
    private var texts = [UInt8](repeating: 0, count: slotCount * longestText)

    /// Appends what `word` became to `output`; false: it is not known.
    func append(_ word: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> Bool {
        guard word.count <= Self.longestWord else { return false }
        let slot = Self.slot(of: word)
        let (wordLength, textLength) = lengths[slot]
        guard Int(wordLength) == word.count else { return false }
        let start = slot * Self.longestWord
        let isKnown = words.withUnsafeBufferPointer {
            UnsafeBufferPointer(rebasing: $0[start..<start + word.count]).elementsEqual(word)
        }
        guard isKnown else { return false }
        let textStart = slot * Self.longestText
        texts.withUnsafeBufferPointer {
            output += UnsafeBufferPointer(rebasing: $0[textStart..<textStart + Int(textLength)])
        }
        return true
    }

    /// Remembers that `word` became `text`, unless either is long.
    mutating func remember(_ word: UnsafeBufferPointer<UInt8>, as text: [UInt8]) {
        guard word.count <= Self.longestWord, text.count <= Self.longestText else { return }
        let slot = Self.slot(of: word)
        lengths[slot] = (UInt8(word.count), UInt8(text.count))
        for (index, byte) in word.enumerated() { words[slot * Self.longestWord + index] = byte }
        for (index, byte) in text.enumerated() { texts[slot * Self.longestText + index] = byte }
    }

    private static func slot(of word: UnsafeBufferPointer<UInt8>) -> Int {
        let raw = UnsafeRawBufferPointer(word)
        var hash = UInt64(word.count)
        var place = 0
        while place + 8 <= raw.count {
            hash = (hash ^ raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
            place += 8
        }
        while place < raw.count {
            hash = (hash ^ UInt64(raw[place])) &* 0x9E37_79B9_7F4A_7C15
            place += 1
        }
        return Int(truncatingIfNeeded: (hash ^ hash >> 32) & UInt64(slotCount - 1))
    }
}
