extension RomanEngine {
    /// Romanizes the Thai syllable, or the part of one, at `place`; nil: the table knows all there is.
    ///
    /// A vowel that is written before its consonant is said after it, so both are one edge. The vowel that no sign
    /// writes is left out: whether it is an o or an a depends on the word, and so does where words end.
    mutating func thai(at place: Int) -> Int? {
        let scalar = scalars[place]
        if let vowel = Thai.leading[scalar] {
            guard isThaiConsonant(place + 1) else {
                write(vowel)
                return end(place, place + 1, .rule)
            }
            return leadingSyllable(at: place, scalar, vowel)
        }
        guard let sound = Thai.consonants[scalar] else {
            guard let sign = Thai.signs[scalar] else { return nil }
            write(sign)
            return endOpen(place, place + 1)
        }
        if let silent = endOfSilent(from: place) {
            // What is silent between a vowel and a consonant keeps neither from the other: kard.
            return place == openSyllableEnd ? endOpen(place, silent) : end(place, silent, .rule)
        }
        let next = afterTones(place + 1)
        let following = self.scalar(at: next)
        if let vowel = Thai.signs[following] {
            return signedSyllable(at: place, sound.before, following, vowel)
        }
        if hasVowel(after: place) {
            // The carrier as a vowel, shortened or not; ko, which is shortened and has no other.
            write(sound.before)
            output.append(UInt8(ascii: "o"))
            let isShort = following == Thai.shortener
            return endOpen(
                place, afterTones(next + (isShort && self.scalar(at: next + 1) == Thai.carrier ? 2 : 1)))
        }
        if hasUa(after: place) {
            write(sound.before)
            write("ua")
            return endOpen(place, afterTones(next + 1))
        }
        if isDoubleRo(place) {
            guard isBare(place + 2) else {
                write("an")
                return end(place, place + 2, .rule)
            }
            output.append(UInt8(ascii: "a"))
            return endOpen(place, place + 2)
        }
        if place == openSyllableEnd, !isDoubleRo(next), let after = sound.after {
            write(after)
            return end(place, next, .rule)
        }
        // Ho hip before a sonorant only says the tone, unless it stands in a syllable without a written vowel.
        if scalar == Thai.hoHip, place != bareOnsetEnd, beginsCluster(place),
            endOfSilent(from: place + 1) == nil,
            !isBare(place + 1) || isBare(afterTones(place + 2))
        {
            return end(place, place + 1, .rule)
        }
        write(sound.before)
        bareOnsetEnd = next
        // Of two consonants without a written vowel the second ends the syllable.
        let count = bareCount(from: place)
        guard count > 0, count % 2 == 0, let second = Thai.consonants[self.scalar(at: next)],
            let after = second.after
        else { return end(place, next, .rule) }
        write(after)
        return end(place, afterTones(next + 1), .rule)
    }

    /// How many consonants without a written vowel follow each other from `place` on.
    ///
    /// Those that begin the next syllable are left out; 32 at most, so that time stays linear.
    private func bareCount(from place: Int) -> Int {
        var (place, count) = (place, 0)
        while count < 32, isBare(place), !hasUa(after: place), !isDoubleRo(place), !isDoubleRo(place + 1),
            !(beginsCluster(place) && hasVowel(after: place + 1))
        {
            place = afterTones(place + 1)
            count += 1
        }
        return count
    }

    /// Notes an edge that ends with a vowel: the consonant after it may end the syllable.
    private mutating func endOpen(_ start: Int, _ next: Int) -> Int {
        openSyllableEnd = next
        return end(start, next, .rule)
    }

    /// A consonant and the vowel that is written after it.
    private mutating func signedSyllable(at place: Int, _ onset: String, _ sign: UInt32, _ vowel: String)
        -> Int
    {
        write(onset)
        var next = afterTones(afterTones(place + 1) + 1)
        let following = scalar(at: next)
        switch (sign, following) {
        case (Thai.hanAkat, Thai.woWaen):
            write("ua")
            next += 1
        case (Thai.saraUee, Thai.carrier):
            write(vowel)
            next += 1
        case (Thai.hanAkat, Thai.yoYak) where isBare(next), (Thai.saraAa, Thai.yoYak) where isBare(next):
            write("ai")
            next += 1
        case (Thai.saraAa, Thai.woWaen) where isBare(next):
            write("ao")
            next += 1
        default:
            write(vowel)
        }
        return endOpen(place, next)
    }

    /// One or two consonants and the vowel that is written before them, or around them.
    private mutating func leadingSyllable(at place: Int, _ leading: UInt32, _ leadingVowel: String) -> Int {
        var consonant = place + 1
        if isSaidTogether(consonant, after: leading) {
            if scalars[consonant] != Thai.hoHip { write(Thai.consonants[scalars[consonant]]?.before ?? "") }
            consonant += 1
        }
        write(Thai.consonants[scalars[consonant]]?.before ?? "")
        var vowel = leadingVowel
        var next = afterTones(consonant + 1)
        let sign = scalar(at: next)
        let second = afterTones(next + 1)
        if leading == Thai.saraE {
            if sign == Thai.saraIi, scalar(at: second) == Thai.yoYak {
                (vowel, next) = ("ia", second + 1)
            } else if sign == Thai.saraUee, scalar(at: second) == Thai.carrier {
                (vowel, next) = ("uea", second + 1)
            } else if sign == Thai.saraAa {
                let isShort = scalar(at: next + 1) == Thai.saraA
                (vowel, next) = (isShort ? "o" : "ao", next + (isShort ? 2 : 1))
            } else if sign == Thai.saraI {
                (vowel, next) = ("oe", next + 1)
            } else if sign == Thai.carrier, Thai.signs[scalar(at: next + 1)] == nil {
                (vowel, next) = ("oe", next + 1)
            } else if sign == Thai.yoYak, isBare(next) {
                (vowel, next) = ("oei", next + 1)
            }
        } else if leadingVowel == "ai", sign == Thai.yoYak, isBare(next) {
            next += 1
        }
        if [Thai.saraA, Thai.shortener].contains(scalar(at: next)) { next = afterTones(next + 1) }
        write(vowel)
        return endOpen(place, next)
    }

    /// Whether two consonants begin a syllable together after a vowel that is written before them.
    ///
    /// What follows the second shows it: a tone mark, the rest of the vowel, or another consonant.
    private func isSaidTogether(_ place: Int, after leading: UInt32) -> Bool {
        guard beginsCluster(place), isThaiConsonant(place + 1), endOfSilent(from: place + 1) == nil else {
            return false
        }
        let next = afterTones(place + 2)
        let bearsTone = next > place + 2
        let isHigh = scalars[place] == Thai.hoHip
        let sign = scalar(at: next)
        let second = scalar(at: afterTones(next + 1))
        if leading == Thai.saraE {
            switch sign {
            case Thai.saraI, Thai.shortener: return true
            case Thai.saraIi: return second == Thai.yoYak
            case Thai.saraUee: return second == Thai.carrier
            case Thai.saraAa: return bearsTone || isHigh || second == Thai.saraA
            default: break
            }
        } else if sign == Thai.shortener || sign == Thai.saraA {
            return true
        }
        guard !hasVowel(after: place + 1) else { return false }
        return bearsTone || isHigh || leading != Thai.saraE && isBare(next)
    }
}
