internal import TesseraCore

/// A list of keys with a value each, and questions that name a key and are not answered.
///
/// Tokens: the keys, the values, what fills the list, and the question mark. The list is pairs and filling in any order,
/// two of filling for each three pairs. As answers are never shown, a second question has nothing but the list to look at.
struct KeyedList {
    static let keyCount = 128
    static let valueCount = 64
    static let fillingCount = 16
    /// The token in front of a key that is asked for.
    static let question = TokenID(keyCount + valueCount + fillingCount)
    static let vocabularySize = keyCount + valueCount + fillingCount + 1

    /// The list.
    let tokens: [TokenID]
    /// The keys that are in it, in their order there.
    let keys: [TokenID]
    /// Their values.
    let values: [TokenID]

    /// Draws a list of `pairCount` pairs, at most as many as there are keys.
    init(pairCount: Int, random: CounterRandom) {
        let pairCount = min(max(pairCount, 1), Self.keyCount)
        func order(_ count: Int, _ stream: UInt64) -> [Int] {
            (0..<count).sorted { random.bits(at: $0, stream: stream) < random.bits(at: $1, stream: stream) }
        }
        let keys = order(Self.keyCount, 0).prefix(pairCount).map { TokenID($0) }
        let values = (0..<pairCount).map {
            TokenID(Self.keyCount + Int(random.bits(at: $0, stream: 1) % UInt64(Self.valueCount)))
        }
        let items = order(pairCount + pairCount * 2 / 3, 2)
        tokens = items.flatMap { item -> [TokenID] in
            if item < pairCount { return [keys[item], values[item]] }
            let filling = random.bits(at: item, stream: 3) % UInt64(Self.fillingCount)
            return [TokenID(Self.keyCount + Self.valueCount + Int(filling))]
        }
        let listed = items.filter { $0 < pairCount }
        (self.keys, self.values) = (listed.map { keys[$0] }, listed.map { values[$0] })
    }
}
