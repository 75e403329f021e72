/// What Thai letters sound like: the Royal Thai General System of Transcription (Royal Institute, 1999), long vowels
/// doubled as in the names that Unicode gives the signs.
enum Thai {
    /// What a consonant sounds like before a vowel and after one; nil: it never ends a syllable.
    static let consonants: [UInt32: (before: String, after: String?)] = [
        0x0E01: ("k", "k"), 0x0E02: ("kh", "k"), 0x0E03: ("kh", "k"), 0x0E04: ("kh", "k"),
        0x0E05: ("kh", "k"), 0x0E06: ("kh", "k"), 0x0E07: ("ng", "ng"), 0x0E08: ("ch", "t"),
        0x0E09: ("ch", nil), 0x0E0A: ("ch", "t"), 0x0E0B: ("s", "t"), 0x0E0C: ("ch", nil),
        0x0E0D: ("y", "n"), 0x0E0E: ("d", "t"), 0x0E0F: ("t", "t"), 0x0E10: ("th", "t"),
        0x0E11: ("th", "t"), 0x0E12: ("th", "t"), 0x0E13: ("n", "n"), 0x0E14: ("d", "t"),
        0x0E15: ("t", "t"), 0x0E16: ("th", "t"), 0x0E17: ("th", "t"), 0x0E18: ("th", "t"),
        0x0E19: ("n", "n"), 0x0E1A: ("b", "p"), 0x0E1B: ("p", "p"), 0x0E1C: ("ph", nil),
        0x0E1D: ("f", nil), 0x0E1E: ("ph", "p"), 0x0E1F: ("f", "p"), 0x0E20: ("ph", "p"),
        0x0E21: ("m", "m"), 0x0E22: ("y", "i"), 0x0E23: ("r", "n"), 0x0E25: ("l", "n"),
        0x0E27: ("w", "o"), 0x0E28: ("s", "t"), 0x0E29: ("s", "t"), 0x0E2A: ("s", "t"), 0x0E2B: ("h", nil),
        0x0E2C: ("l", "n"), 0x0E2D: ("", nil), 0x0E2E: ("h", nil),
    ]
    /// Vowels that are written before their consonant.
    static let leading: [UInt32: String] = [
        0x0E40: "e", 0x0E41: "ae", 0x0E42: "o", 0x0E43: "ai", 0x0E44: "ai",
    ]
    /// Vowels that are written after their consonant, and the two letters that have their own.
    static let signs: [UInt32: String] = [
        0x0E24: "rue", 0x0E26: "lue", 0x0E30: "a", 0x0E31: "a", 0x0E32: "aa", 0x0E33: "am", 0x0E34: "i",
        0x0E35: "ii", 0x0E36: "ue", 0x0E37: "uee", 0x0E38: "u", 0x0E39: "uu", 0x0E45: "aa",
    ]
    static let sonorants: Set<UInt32> = [
        0x0E07, 0x0E0D, 0x0E19, 0x0E21, 0x0E22, 0x0E23, 0x0E25, 0x0E27,
    ]
    /// The consonants that are said together with an r or an l after them.
    static let stops: Set<UInt32> = [
        0x0E01, 0x0E02, 0x0E04, 0x0E15, 0x0E17, 0x0E1A, 0x0E1B, 0x0E1C, 0x0E1E, 0x0E1F,
    ]
    /// Of these, those that are said together with a w.
    static let velars: Set<UInt32> = [0x0E01, 0x0E02, 0x0E04]

    static let carrier: UInt32 = 0x0E2D
    static let hoHip: UInt32 = 0x0E2B
    static let yoYak: UInt32 = 0x0E22
    static let woWaen: UInt32 = 0x0E27
    static let roRuea: UInt32 = 0x0E23
    static let loLing: UInt32 = 0x0E25
    static let saraE: UInt32 = 0x0E40
    static let saraA: UInt32 = 0x0E30
    static let hanAkat: UInt32 = 0x0E31
    static let saraAa: UInt32 = 0x0E32
    static let saraI: UInt32 = 0x0E34
    static let saraIi: UInt32 = 0x0E35
    static let saraUee: UInt32 = 0x0E37
    static let saraU: UInt32 = 0x0E38
    static let shortener: UInt32 = 0x0E47
    static let silencer: UInt32 = 0x0E4C

    static func isTone(_ scalar: UInt32) -> Bool { (0x0E48...0x0E4B).contains(scalar) }
}

/// What stands around a place of Thai text.
extension RomanEngine {
    func scalar(at place: Int) -> UInt32 { scalars.indices.contains(place) ? scalars[place] : 0 }

    func isThaiConsonant(_ place: Int) -> Bool { Thai.consonants[scalar(at: place)] != nil }

    /// The place after the tone marks at `place`.
    func afterTones(_ place: Int) -> Int {
        var place = place
        while Thai.isTone(scalar(at: place)) { place += 1 }
        return place
    }

    /// The end of a consonant that a thanthakhat silences, with a vowel sign between or not; nil: it is said.
    func endOfSilent(from place: Int) -> Int? {
        let next = scalar(at: place + 1)
        if next == Thai.silencer { return place + 2 }
        let isSigned = next == Thai.saraI || next == Thai.saraU
        return isSigned && scalar(at: place + 2) == Thai.silencer ? place + 3 : nil
    }

    /// Whether a vowel is written after the consonant at `place`: a sign, or the carrier as the vowel o.
    func hasVowel(after place: Int) -> Bool {
        let next = afterTones(place + 1)
        let following = scalar(at: next)
        if Thai.signs[following] != nil || following == Thai.shortener { return true }
        guard following == Thai.carrier else { return false }
        let later = scalar(at: afterTones(next + 1))
        return Thai.signs[later] == nil && later != Thai.shortener && later != Thai.silencer
    }

    /// Whether the consonant at `place` is said and no vowel is written after it.
    func isBare(_ place: Int) -> Bool {
        isThaiConsonant(place) && !hasVowel(after: place) && endOfSilent(from: place) == nil
    }

    /// Whether the consonant at `place` is doubled ro ruea: the vowel a, with an n where no consonant ends its syllable.
    func isDoubleRo(_ place: Int) -> Bool {
        scalar(at: place) == Thai.roRuea && scalar(at: place + 1) == Thai.roRuea
    }

    /// Whether wo waen after the consonant at `place` is the vowel ua: between two consonants without a vowel.
    func hasUa(after place: Int) -> Bool {
        let next = afterTones(place + 1)
        return scalar(at: place) != Thai.woWaen && scalar(at: next) == Thai.woWaen && isBare(next)
            && !isDoubleRo(next + 1) && isBare(afterTones(next + 1))
    }

    /// Whether the consonant at `place` and the next may begin a syllable together.
    func beginsCluster(_ place: Int) -> Bool {
        let (first, second) = (scalar(at: place), scalar(at: place + 1))
        if first == Thai.hoHip { return Thai.sonorants.contains(second) }
        switch second {
        case Thai.roRuea, Thai.loLing: return Thai.stops.contains(first)
        case Thai.woWaen: return Thai.velars.contains(first)
        default: return false
        }
    }
}
