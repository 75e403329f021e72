internal import TesseraTokenizers

/// What each code point sounds like: names of Unicode, readings of Unihan, and over them the rules that people wrote.
///
/// Its data is `RomanTable+Data.swift`; `RomanRules` changes it for one language.
struct RomanTable: Sendable {
    /// What a code point does in its word.
    enum Kind: UInt8, Sendable {
        /// Stays as it is; an end of words.
        case unknown
        /// Stays as it is unless ASCII is asked for; an end of words.
        case kept
        /// Becomes its text always, and is an end of words: white space, and punctuation with an equal in ASCII.
        case separator
        /// Has a sound of its own.
        case text
        /// A consonant of an abugida, which the vowel `a` follows unless a sign says otherwise.
        case consonant
        /// The same with the vowel `o`, as half of Khmer's.
        case roundConsonant
        /// A consonant written under or around the one before, whose vowel it takes over.
        case subjoined
        /// The vowel of the consonant before.
        case vowelSign
        /// Takes the vowel of the consonant before away.
        case killer
        /// A digit.
        case digit
        /// Has no vowel to say, and mostly no sound: accents, joiners.
        case mark
    }

    /// The kind of a code point and where its text stands.
    struct Entry: Sendable {
        var kind: Kind
        var length: UInt8
        var start: UInt32

        var range: Range<Int> { Int(start)..<Int(start) + Int(length) }
    }

    private(set) var entries: [Entry]
    /// The texts of all entries, one after another, in UTF-8.
    private(set) var texts: [UInt8]
    /// For each run of `blockSize` code points where its numbers begin in `numbers`.
    private var places: [UInt32]
    /// For each code point of the blocks the number of its entry; `ruleFlag` is added where rules begin with it.
    private var numbers: [UInt16]

    private static let ruleFlag: UInt16 = 0x8000
    static let unknown = Entry(kind: .unknown, length: 0, start: 0)

    /// The entry of a code point; `hasRules`: rules begin with it, which go before.
    @inline(__always)
    func lookUp(_ scalar: UInt32) -> (entry: Entry, hasRules: Bool) {
        let place = Int(scalar) / Self.blockSize
        guard place < places.count else { return (Self.unknown, false) }
        let number = numbers[Int(places[place]) + Int(scalar) % Self.blockSize]
        return (entries[Int(number & ~Self.ruleFlag)], number & Self.ruleFlag != 0)
    }

    /// The text of a code point; empty where it has none.
    func text(of scalar: UInt32) -> ArraySlice<UInt8> { texts[lookUp(scalar).entry.range] }

    /// The table of the program, without rules.
    static let ofNames = RomanTable()

    private init() {
        entries = [Self.unknown]
        texts = []
        places = []
        numbers = []
        var composed: [(number: Int, parts: [UInt32])] = []
        let data = UnsafeBufferPointer(
            start: Self.entryTexts.utf8Start, count: Self.entryTexts.utf8CodeUnitCount)
        for part in data.split(separator: 0x1E, omittingEmptySubsequences: false) {
            guard let letter = part.first else { continue }
            let text = part.dropFirst()
            if letter == UInt8(ascii: "e") {
                composed.append(
                    (entries.count, String(decoding: text, as: UTF8.self).unicodeScalars.map(\.value)))
                entries.append(Self.unknown)
                continue
            }
            let start = UInt32(texts.count)
            texts += text
            entries.append(
                Entry(kind: Self.kind(of: letter), length: UInt8(clamping: text.count), start: start))
        }
        let blockNumbers = PackedNumbers(Self.blocks).map { UInt16(clamping: $0) }
        numbers = blockNumbers
        var index = PackedNumbers(Self.index)
        while let length = index.next(), let block = index.next() {
            places += repeatElement(block * UInt32(Self.blockSize), count: Int(length))
        }
        self.composed = composed
    }

    private static func kind(of letter: UInt8) -> Kind {
        switch letter {
        case UInt8(ascii: "p"): .text
        case UInt8(ascii: "c"): .consonant
        case UInt8(ascii: "o"): .roundConsonant
        case UInt8(ascii: "s"): .subjoined
        case UInt8(ascii: "v"): .vowelSign
        case UInt8(ascii: "k"): .killer
        case UInt8(ascii: "d"): .digit
        case UInt8(ascii: "x"): .kept
        case UInt8(ascii: "z"): .separator
        default: .mark
        }
    }

    /// Entries that are made of other code points, and of which; `compose()` says their sound.
    private var composed: [(number: Int, parts: [UInt32])]

    /// Gives a code point another sound.
    mutating func set(_ scalar: UInt32, to text: [UInt8], kind: Kind) {
        let start = UInt32(texts.count)
        texts += text
        entries.append(Entry(kind: kind, length: UInt8(clamping: text.count), start: start))
        let number = UInt16(clamping: entries.count - 1)
        setNumber(of: scalar) { _ in number }
    }

    /// Notes that rules begin with a code point.
    mutating func markRules(at scalar: UInt32) {
        setNumber(of: scalar) { $0 | Self.ruleFlag }
    }

    /// Whether the block of a code point is its own already, by the place of the block.
    private var ownBlocks: Set<Int> = []

    private mutating func setNumber(of scalar: UInt32, _ change: (UInt16) -> UInt16) {
        let place = Int(scalar) / Self.blockSize
        guard place < places.count else { return }
        if ownBlocks.insert(place).inserted {
            let start = Int(places[place])
            places[place] = UInt32(numbers.count)
            numbers += numbers[start..<start + Self.blockSize]
        }
        let position = Int(places[place]) + Int(scalar) % Self.blockSize
        numbers[position] = change(numbers[position])
    }

    /// Says the sounds of composed code points by those of their parts, once all rules are in.
    mutating func compose() {
        for (number, parts) in composed {
            let start = texts.count
            var kind = Kind.text
            for (index, part) in parts.enumerated() {
                if part < 0x80 {
                    texts.append(UInt8(part))
                    continue
                }
                let entry = lookUp(part).entry
                if index == 0 { kind = entry.kind }
                if index > 0, entry.kind != .mark, kind != .text {
                    // More than a letter and its marks: the letters speak for themselves.
                    if kind == .consonant { texts.append(UInt8(ascii: "a")) }
                    kind = .text
                }
                texts += texts[entry.range]
                if index > 0, entry.kind == .consonant { texts.append(UInt8(ascii: "a")) }
                if index > 0, entry.kind == .roundConsonant { texts.append(UInt8(ascii: "o")) }
            }
            let length = texts.count - start
            if kind == .unknown, length == 0 { continue }
            entries[number] = Entry(
                kind: kind == .unknown ? .text : kind, length: UInt8(clamping: length), start: UInt32(start))
        }
    }
}
