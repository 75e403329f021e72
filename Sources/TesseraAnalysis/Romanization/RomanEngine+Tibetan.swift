extension RomanEngine {
    /// Romanizes a Tibetan syllable from `place` on (extended Wylie's reading of where the vowel stands).
    ///
    /// A syllable has one vowel. Where no sign writes it, it is `a` after the root: after the letters that stand one
    /// below the other, and else after the first letter of one or two, or the second of a syllable that begins with a
    /// prefix.
    mutating func tibetan(at place: Int) -> Int? {
        var next = place
        while next < scalars.count, (0x0F40...0x0FBC).contains(scalars[next]), next - place < 64 { next += 1 }
        guard next > place else { return nil }
        /// The letters on the line, and where each ends with what stands below and around it.
        var stacks: [(start: Int, end: Int)] = []
        /// The first stack with a vowel sign.
        var vowelStack: Int?
        var stacked: Int?
        for index in place..<next {
            if (0x0F40...0x0F6C).contains(scalars[index]) || stacks.isEmpty {
                stacks.append((index, index + 1))
            } else {
                stacks[stacks.count - 1].end = index + 1
                if (0x0F90...0x0FBC).contains(scalars[index]), stacked == nil { stacked = stacks.count - 1 }
                if kind(at: index) == .vowelSign, vowelStack == nil { vowelStack = stacks.count - 1 }
            }
        }
        let hasVowel = vowelStack != nil
        // A last 'a without a vowel only says that the letter before it has one.
        let last = stacks[stacks.count - 1]
        let isSilent =
            stacks.count > 1 && !hasVowel && last.end - last.start == 1 && scalars[last.start] == Self.smallA
        var root: Int?
        if !hasVowel {
            if isSilent {
                root = stacks.count - 2
            } else if let stacked {
                root = stacked
            } else {
                root = Self.rootPlace(stacks.map { scalars[$0.start] })
            }
        } else if stacks.count > 1, vowelStack == stacks.count - 1, scalars[last.start] == Self.smallA {
            // A case ending or a diphthong on a syllable of its own: ya and 'i.
            root = stacked ?? Self.rootPlace(stacks.dropLast().map { scalars[$0.start] })
        }
        for (number, stack) in stacks.enumerated() {
            for index in stack.start..<stack.end {
                // 'a is written where something comes before it in the syllable, or no vowel follows.
                let isUnwritten =
                    scalars[index] == Self.smallA
                    && (isSilent && number == stacks.count - 1
                        || number == 0 && stack.end > stack.start + 1 && hasVowel)
                if !isUnwritten { write(table.lookUp(scalars[index]).entry.range) }
                let isLast = index + 1 == stack.end
                let isBareCarrier = scalars[index] == Self.carrier && isLast
                if isLast, number == root || isBareCarrier { output.append(UInt8(ascii: "a")) }
                _ = end(index, index + 1, .name)
            }
        }
        return next
    }

    /// Which of the letters of a syllable without signs the vowel follows.
    private static func rootPlace(_ letters: [UInt32]) -> Int {
        switch letters.count {
        case ...2: 0
        case 3:
            prefixes.contains(letters[0]) && !(suffixes.contains(letters[1]) && letters[2] == 0x0F66) ? 1 : 0
        default: 1
        }
    }

    /// The letter that carries a vowel at the start, and alone is a.
    private static let carrier: UInt32 = 0x0F68
    /// 'a.
    private static let smallA: UInt32 = 0x0F60
    /// ga, da, ba, ma and 'a.
    private static let prefixes: Set<UInt32> = [0x0F42, 0x0F51, 0x0F56, 0x0F58, 0x0F60]
    /// The suffixes that a second suffix sa follows: ga, nga, ba, ma.
    private static let suffixes: Set<UInt32> = [0x0F42, 0x0F44, 0x0F56, 0x0F58]
}
