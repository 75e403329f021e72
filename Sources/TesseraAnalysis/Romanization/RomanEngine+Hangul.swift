extension RomanEngine {
    /// Writes a Hangul syllable by the arithmetic of the Unicode Standard (section 3.12) and the short names of Jamo,
    /// as in the names of the syllables.
    mutating func writeHangul(_ scalar: UInt32) {
        let index = Int(scalar) - 0xAC00
        writeSound(Self.leads[index / 588])
        for byte in Self.middles[index % 588 / 28] { output.append(byte) }
        for byte in Self.tails[index % 28] { output.append(byte) }
    }

    private static let leads = [
        "g", "gg", "n", "d", "dd", "r", "m", "b", "bb", "s", "ss", "", "j", "jj", "c", "k", "t", "p", "h",
    ].map { Array($0.utf8) }
    private static let middles = [
        "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "weo", "we", "wi",
        "yu",
        "eu", "yi", "i",
    ].map { Array($0.utf8) }
    private static let tails = [
        "", "g", "gg", "gs", "n", "nj", "nh", "d", "l", "lg", "lm", "lb", "ls", "lt", "lp", "lh", "m", "b",
        "bs", "s",
        "ss", "ng", "j", "c", "k", "t", "p", "h",
    ].map { Array($0.utf8) }
}
