internal import CIntrinsics

/// Cuts ASCII text as the expressions of cl100k_base, Llama 3 and Qwen 2 do, up to 64 characters at a time.
///
/// Where those expressions cut hangs on the classes of a few neighbouring characters: letters, digits, line breaks, other
/// white space, and the rest. With a bit for each character a class is a number, and a rule such as "before a digit that
/// follows none" is arithmetic on numbers. Text with other characters, or that goes on for 64 without a place where a
/// match ends whatever follows, is left to the automaton of the expression.
struct BitCutter: Sendable {
    /// How many characters are looked at.
    static let width = 64

    /// Whether every digit is a piece, and not three of them.
    private let cutsEachDigit: Bool

    /// The cutter for an expression, in Oniguruma's notation; nil for those that cut in another way.
    init?(_ expression: String) {
        switch expression {
        case KnownExpressions.cl100k, KnownExpressions.llama3(digits: #"\p{N}{1,3}"#):
            cutsEachDigit = false
        case KnownExpressions.llama3(digits: #"\p{N}"#), KnownExpressions.qwen35, KnownExpressions.bailing:
            cutsEachDigit = true
        default: return nil
        }
    }

    /// Cuts the text at `bytes`, of which `width` are readable, and where a match begins.
    ///
    /// - Parameters:
    ///   - position: the place of the first byte.
    ///   - places: where the cuts are written, counted from `position`; has room for `width` of them, which may all
    ///     be written.
    /// - Returns: how many there are. In front of the last a match ends whatever follows. Zero when none is known, and
    ///   less where that is because much of the text is not ASCII.
    @inline(__always)
    func cut(_ bytes: UnsafePointer<UInt8>, at position: Int, into places: UnsafeMutablePointer<Int>) -> Int {
        let classes = ascii_classes_at(bytes)
        // A bit that is not known to be of a class is of none.
        let known = classes.foreign == 0 ? .max : 1 &<< UInt64(classes.foreign.trailingZeroBitCount) &- 1
        let (letters, digits) = (classes.letters & known, classes.digits & known)
        let (breaks, spaces) = (classes.breaks & known, classes.spaces & known)
        let others = known & ~(letters | digits | breaks | spaces)
        let visible = letters | digits | others

        // What begins a match whatever came before the character in front of it, and whatever follows.
        let sure =
            (spaces & (visible << 1) | others & ((letters | digits) << 1) | digits & (letters << 1)
                | letters & (digits << 1)) & ~1
        if sure == 0 { return classes.foreign.nonzeroBitCount > Self.width / 8 ? -1 : 0 }
        let last = UInt64(63 &- sure.leadingZeroBitCount)

        // One symbol in front of letters is of their piece, unless it goes on from others or a blank.
        let openers = others & ~((others | classes.blanks) << 1)
        var cuts = openers | digits & ~(digits << 1)
        cuts |= letters & ((digits | breaks | others & ~openers) << 1)
        // The last white space in front of something visible is of its piece, or a piece.
        cuts |= spaces & (visible << 1 | (spaces << 1) & (visible >> 1))
        cuts |= breaks & ((letters | digits) << 1)
        cuts |= indents(spaces, breaks, others)
        cuts |= cutsEachDigit ? digits & (digits << 1) : thirds(digits)
        cuts = (cuts & ~1) & (.max &>> (63 &- last))
        let quotes = classes.quotes & openers & (letters >> 1) & (1 &<< last &- 1)
        if quotes != 0 { cuts |= contractions(quotes, bytes) }
        return Self.write(cuts, at: position, to: places)
    }

    /// The white space behind line breaks that begins a piece: where no more line breaks follow it, which would take it
    /// in, and where symbols took the line breaks.
    @inline(__always)
    private func indents(_ spaces: UInt64, _ breaks: UInt64, _ others: UInt64) -> UInt64 {
        let indents = spaces & (breaks << 1)
        // Adding the first bit of a run carries to the one behind its last.
        let behindTaken = (breaks &+ (breaks & (others << 1))) & ~breaks
        var loose = indents & ~behindTaken
        if (spaces &+ loose) & ~spaces & breaks == 0 { return indents }
        var taken: UInt64 = 0
        while loose != 0 {
            let first = loose & (~loose &+ 1)
            if (spaces &+ first) & ~spaces & breaks != 0 { taken |= first }
            loose &= loose &- 1
        }
        return indents & ~taken
    }

    /// Every third digit of a run but the first.
    @inline(__always)
    private func thirds(_ digits: UInt64) -> UInt64 {
        let fourths = digits & (digits << 1) & (digits << 2) & (digits << 3)
        if fourths == 0 { return 0 }
        var thirds: UInt64 = 0
        var next = digits & ~(digits << 1)
        while next != 0 {
            next = (next << 3) & fourths
            thirds |= next
        }
        return thirds
    }

    /// The ends of the contractions that begin with `quotes`: 's, 't, 'd, 'm, 're, 've, 'll.
    @inline(never)
    private func contractions(_ quotes: UInt64, _ bytes: UnsafePointer<UInt8>) -> UInt64 {
        var ends: UInt64 = 0
        var rest = quotes
        while rest != 0 {
            let place = rest.trailingZeroBitCount
            switch (bytes[place &+ 1] | 0x20, bytes[place &+ 2] | 0x20) {
            case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "d"), _),
                (UInt8(ascii: "m"), _):
                ends |= 1 &<< UInt64(place &+ 2)
            case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
                (UInt8(ascii: "l"), UInt8(ascii: "l")):
                ends |= 1 &<< UInt64(place &+ 3)
            default: break
            }
            rest &= rest &- 1
        }
        return ends
    }

    /// Writes the places of the bits of `cuts` by fours.
    @inline(__always)
    private static func write(_ cuts: UInt64, at position: Int, to places: UnsafeMutablePointer<Int>) -> Int {
        let count = cuts.nonzeroBitCount
        var rest = cuts
        var done = 0
        repeat {
            for offset in 0..<4 {
                places[done &+ offset] = position &+ rest.trailingZeroBitCount
                rest &= rest &- 1
            }
            done &+= 4
        } while done < count
        return count
    }
}
