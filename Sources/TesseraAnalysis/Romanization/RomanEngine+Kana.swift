extension RomanEngine {
    private static let smallTsu: Set<UInt32> = [0x3063, 0x30C3]
    private static let longVowel: UInt32 = 0x30FC
    /// What the small kana stand for: the vowel, after a y where there is one.
    private static let smallVowels: [UInt32: String] = [
        0x3041: "a", 0x3043: "i", 0x3045: "u", 0x3047: "e", 0x3049: "o", 0x3083: "ya", 0x3085: "yu",
        0x3087: "yo",
        0x308E: "wa",
    ]

    /// What the small kana at `place` stands for; nil: it is no small kana.
    private func smallVowel(at place: Int) -> String? {
        guard place < scalars.count else { return nil }
        let scalar = scalars[place]
        return Self.smallVowels[(0x30A1...0x30EE).contains(scalar) ? scalar - 0x60 : scalar]
    }

    /// Romanizes the kana at `place` with the small ones after it; nil: the table knows all there is.
    mutating func kana(at place: Int) -> Int? {
        let scalar = scalars[place]
        if Self.smallTsu.contains(scalar) {
            if place + 1 < scalars.count, isKanaLetter(scalars[place + 1]) {
                // The doubled letter belongs to this kana, the rest to the next.
                let sound = table.text(of: scalars[place + 1])
                guard let first = sound.first, !Self.vowels.contains(first) else {
                    return end(place, place + 1, .rule)
                }
                output.append(first == UInt8(ascii: "c") ? UInt8(ascii: "t") : first)
            }
            return end(place, place + 1, .rule)
        }
        if scalar == Self.longVowel {
            if let last = output.last, Self.vowels.contains(last) { output.append(last) }
            return end(place, place + 1, .rule)
        }
        guard isKanaLetter(scalar), let small = smallVowel(at: place + 1), smallVowel(at: place) == nil else {
            return nil
        }
        let sound = table.text(of: scalar)
        guard sound.count > 1, sound.last.map(Self.vowels.contains) == true else { return nil }
        let onset = sound.dropLast()
        if small.utf8.count > 1 {
            // ki and ya: kya; shi and ya: sha.
            guard sound.last == UInt8(ascii: "i") else { return nil }
            output += onset
            let isPalatal =
                onset.elementsEqual("sh".utf8) || onset.elementsEqual("ch".utf8)
                || onset.elementsEqual("j".utf8)
            output += small.utf8.dropFirst(isPalatal ? 1 : 0)
        } else {
            output += onset
            write(small)
        }
        return end(place, place + 2, .rule)
    }

    private func isKanaLetter(_ scalar: UInt32) -> Bool {
        (0x3041...0x3096).contains(scalar) || (0x30A1...0x30FA).contains(scalar)
    }
}
