extension RomanEngine {
    /// Whether the consonant at `place` keeps the vowel that it carries unless a sign says otherwise.
    ///
    /// It loses it to a vowel sign, to a virama and to a consonant below it; and at the end of a word in the
    /// languages of northern India, which do not say it there unless two consonants stand before it.
    func keepsVowel(at place: Int, _ kind: RomanTable.Kind) -> Bool {
        var next = place + 1
        while next < scalars.count {
            let (entry, _) = table.lookUp(scalars[next])
            guard entry.kind == .mark, entry.length == 0 else { break }
            next += 1
        }
        switch self.kind(at: next) {
        case .vowelSign, .killer, .subjoined: return false
        default: break
        }
        guard dropsFinalVowel, (0x0900...0x0AFF).contains(scalars[place]), !isInWord(next) else {
            return true
        }
        // Two consonants in a row: a virama between them, or an addak before.
        return place == 0 || !isInWord(place - 1) || self.kind(at: place - 1) == .killer
            || scalars[place - 1] == 0x0A71
    }
}
