/// What Thai letters sound like (Royal Thai General System, long vowels doubled).
private enum Thai {
    /// What a consonant sounds like before a vowel, and after one.
    static let consonants: [UInt32: (before: String, after: String)] = [
        0x0E01: ("k", "k"), 0x0E02: ("kh", "k"), 0x0E03: ("kh", "k"), 0x0E04: ("kh", "k"),
        0x0E05: ("kh", "k"),
        0x0E06: ("kh", "k"), 0x0E07: ("ng", "ng"), 0x0E08: ("ch", "t"), 0x0E09: ("ch", "t"),
        0x0E0A: ("ch", "t"),
        0x0E0B: ("s", "t"), 0x0E0C: ("ch", "t"), 0x0E0D: ("y", "n"), 0x0E0E: ("d", "t"), 0x0E0F: ("t", "t"),
        0x0E10: ("th", "t"), 0x0E11: ("th", "t"), 0x0E12: ("th", "t"), 0x0E13: ("n", "n"), 0x0E14: ("d", "t"),
        0x0E15: ("t", "t"), 0x0E16: ("th", "t"), 0x0E17: ("th", "t"), 0x0E18: ("th", "t"), 0x0E19: ("n", "n"),
        0x0E1A: ("b", "p"), 0x0E1B: ("p", "p"), 0x0E1C: ("ph", "p"), 0x0E1D: ("f", "p"), 0x0E1E: ("ph", "p"),
        0x0E1F: ("f", "p"), 0x0E20: ("ph", "p"), 0x0E21: ("m", "m"), 0x0E22: ("y", "i"), 0x0E23: ("r", "n"),
        0x0E25: ("l", "n"), 0x0E27: ("w", "o"), 0x0E28: ("s", "t"), 0x0E29: ("s", "t"), 0x0E2A: ("s", "t"),
        0x0E2B: ("h", ""), 0x0E2C: ("l", "n"), 0x0E2D: ("", ""), 0x0E2E: ("h", ""),
    ]
    static let leading: [UInt32: String] = [
        0x0E40: "e", 0x0E41: "ae", 0x0E42: "o", 0x0E43: "ai", 0x0E44: "ai",
    ]
    static let signs: [UInt32: String] = [
        0x0E30: "a", 0x0E31: "a", 0x0E32: "aa", 0x0E33: "am", 0x0E34: "i", 0x0E35: "ii", 0x0E36: "ue",
        0x0E37: "uue",
        0x0E38: "u", 0x0E39: "uu", 0x0E45: "aa",
    ]
    static let carrier: UInt32 = 0x0E2D
    static let yoYak: UInt32 = 0x0E22
    static let woWaen: UInt32 = 0x0E27
    static let roRuea: UInt32 = 0x0E23
    static let loLing: UInt32 = 0x0E25
    static let shortener: UInt32 = 0x0E47
    static let silencer: UInt32 = 0x0E4C

    static func isTone(_ scalar: UInt32) -> Bool { (0x0E48...0x0E4B).contains(scalar) }
}

extension RomanEngine {
    /// Romanizes the Thai syllable, or the end of one, at `place`; nil: the table knows all there is.
    ///
    /// A vowel that is written before its consonant is said after it, so both are one edge.
    mutating func thai(at place: Int) -> Int? {
        let scalar = scalars[place]
        if let vowel = Thai.leading[scalar] {
            guard isThaiConsonant(place + 1) else {
                write(vowel)
                return end(place, place + 1, .rule)
            }
            return thaiSyllable(from: place, consonant: place + 1, leading: scalar, vowel)
        }
        guard Thai.consonants[scalar] != nil else {
            guard let sign = Thai.signs[scalar] else { return nil }
            write(sign)
            return end(place, place + 1, .rule)
        }
        if let silent = endOfSilent(from: place) { return end(place, silent, .rule) }
        return thaiSyllable(from: place, consonant: place, leading: nil, "")
    }

    private func isThaiConsonant(_ place: Int) -> Bool {
        place < scalars.count && Thai.consonants[scalars[place]] != nil
    }

    private func scalar(at place: Int) -> UInt32 { place < scalars.count ? scalars[place] : 0 }

    /// The place after the tone marks at `place`.
    private func afterTones(_ place: Int) -> Int {
        var place = place
        while place < scalars.count, Thai.isTone(scalars[place]) { place += 1 }
        return place
    }

    /// The end of a consonant that a thanthakhat silences, with a vowel sign between or not.
    private func endOfSilent(from place: Int) -> Int? {
        if scalar(at: place + 1) == Thai.silencer { return place + 2 }
        if [0x0E34, 0x0E38].contains(scalar(at: place + 1)), scalar(at: place + 2) == Thai.silencer {
            return place + 3
        }
        return nil
    }

    /// Whether a vowel follows the consonant at `place`: a sign, or the carrier as the vowel o.
    private func hasVowel(after place: Int) -> Bool {
        let next = afterTones(place + 1)
        let following = scalar(at: next)
        if Thai.signs[following] != nil || following == Thai.shortener { return true }
        guard following == Thai.carrier else { return false }
        let later = scalar(at: afterTones(next + 1))
        return Thai.signs[later] == nil && scalars[place] != Thai.carrier
    }

    private mutating func thaiSyllable(
        from start: Int, consonant: Int, leading: UInt32?, _ leadingVowel: String
    ) -> Int {
        guard let sound = Thai.consonants[scalars[consonant]] else { return end(start, consonant + 1, .rule) }
        var next = afterTones(consonant + 1)
        if let leading {
            write(sound.before)
            var vowel = leadingVowel
            let sign = scalar(at: next)
            if leading == 0x0E40 {
                // The vowels that are written around the consonant.
                let second = scalar(at: afterTones(next + 1))
                if sign == 0x0E35, second == Thai.yoYak {
                    (vowel, next) = ("ia", afterTones(next + 1) + 1)
                } else if sign == 0x0E37, second == Thai.carrier {
                    (vowel, next) = ("uea", afterTones(next + 1) + 1)
                } else if sign == 0x0E32 {
                    let isShort = scalar(at: next + 1) == 0x0E30
                    (vowel, next) = (isShort ? "o" : "ao", next + (isShort ? 2 : 1))
                } else if sign == 0x0E34 {
                    (vowel, next) = ("oe", next + 1)
                } else if sign == Thai.carrier, Thai.signs[scalar(at: next + 1)] == nil {
                    (vowel, next) = ("oe", next + 1)
                }
            }
            if [0x0E30, Thai.shortener].contains(scalar(at: next)) { next = afterTones(next + 1) }
            write(vowel)
            return end(start, next, .rule)
        }
        let sign = scalar(at: next)
        if let vowel = Thai.signs[sign] {
            write(sound.before)
            next = afterTones(next + 1)
            if sign == 0x0E31, scalar(at: next) == Thai.woWaen {
                write("ua")
                return end(start, next + 1, .rule)
            }
            if sign == 0x0E37, scalar(at: next) == Thai.carrier { next += 1 }
            write(vowel)
            return end(start, next, .rule)
        }
        if sign == Thai.shortener {
            write(sound.before)
            return end(start, next + 1, .rule)
        }
        if hasVowel(after: consonant) {
            write(sound.before)
            output.append(UInt8(ascii: "o"))
            return end(start, afterTones(next + 1), .rule)
        }
        if let last = output.last, Self.vowels.contains(last),
            place(consonant, endsSyllableAfterVowelAt: start - 1)
        {
            write(scalars[consonant] == Thai.carrier ? "o" : sound.after)
            return end(start, next, .rule)
        }
        write(scalars[consonant] == Thai.carrier ? "o" : sound.before)
        // Two consonants without a vowel have an o between, unless the second begins a syllable as r, l or w.
        if isThaiConsonant(next), endOfSilent(from: next) == nil {
            let isCluster =
                hasVowel(after: next) && [Thai.roRuea, Thai.loLing, Thai.woWaen].contains(scalars[next])
            if !hasVowel(after: next) {
                output.append(UInt8(ascii: "o"))
            } else if !isCluster {
                output.append(UInt8(ascii: "a"))
            }
        }
        return end(start, next, .rule)
    }

    /// Whether the consonant at `place` belongs to the syllable whose vowel was written before.
    private func place(_ place: Int, endsSyllableAfterVowelAt before: Int) -> Bool {
        guard before >= 0, (0x0E00...0x0E7F).contains(scalars[before]) else { return false }
        return true
    }
}
