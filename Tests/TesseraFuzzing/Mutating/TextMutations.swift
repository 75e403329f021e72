/// Changes of text by its words, signs and lines.
enum TextMutations {
    /// Changes `bytes` once.
    static func mutate(
        _ bytes: inout [UInt8], donor: [UInt8], vocabulary: [String] = [], _ random: inout FuzzRandom
    ) {
        var tokens = Self.tokens(of: bytes)
        guard !tokens.isEmpty, !random.oneIn(6) else {
            ByteMutations.mutate(&bytes, donor: donor, &random)
            return
        }
        let place = random.below(tokens.count)
        switch random.below(vocabulary.isEmpty ? 7 : 10) {
        case 0: tokens.remove(at: place)
        case 1: tokens.swapAt(place, random.below(tokens.count))
        case 2: tokens.insert(tokens[random.below(tokens.count)], at: place)
        case 3:
            let others = Self.tokens(of: donor)
            guard !others.isEmpty else { break }
            tokens.replaceSubrange(
                random.range(in: tokens.count), with: others[random.range(in: others.count)])
        case 4:
            let chunk = Array(tokens[random.range(in: tokens.count)].prefix(64))
            let times = random.oneIn(20) ? 1000 : 1 + random.below(30)
            tokens.insert(contentsOf: (0..<times).flatMap { _ in chunk }, at: place)
        case 5: tokens[place] = Array(String(random.one(of: ByteMutations.strangeNumbers)).utf8)
        case 6: tokens[place] = random.one(of: OddTexts.all)
        default: tokens.insert(Array(random.one(of: vocabulary).utf8), at: place)
        }
        bytes = Array(tokens.joined())
    }

    /// Changes lines once.
    static func mutateLines(_ bytes: inout [UInt8], donor: [UInt8], _ random: inout FuzzRandom) {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        let others = donor.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        let place = random.below(lines.count)
        switch random.below(8) {
        case 0: lines.remove(at: place)
        case 1: lines.swapAt(place, random.below(lines.count))
        case 2: lines.insert(lines[random.below(lines.count)], at: place)
        case 3: lines.insert(random.one(of: others), at: place)
        case 4: lines.removeSubrange(random.range(in: lines.count))
        case 5: lines += Array(repeating: lines[place], count: random.oneIn(10) ? 3000 : random.below(20))
        default: mutate(&lines[place], donor: random.one(of: others), &random)
        }
        bytes = Array(lines.joined(separator: [0x0A]))
    }

    /// Words, numbers, and every other byte alone; code points stay whole.
    private static func tokens(of bytes: [UInt8]) -> [[UInt8]] {
        var tokens: [[UInt8]] = []
        var isInWord = false
        for byte in bytes {
            let isWord =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x5F
            if !tokens.isEmpty, byte & 0xC0 == 0x80 || (isWord && isInWord) {
                tokens[tokens.count - 1].append(byte)
            } else {
                tokens.append([byte])
            }
            isInWord = isWord
        }
        return tokens
    }
}
