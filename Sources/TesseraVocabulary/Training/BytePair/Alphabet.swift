internal import TesseraCore

/// The characters of a corpus, and the symbols that words begin as.
///
/// A symbol is a character as it stands in a piece: with the prefix unless it is the first, with the suffix when it is
/// the last. Byte-level pieces have bytes for characters, each of its own spelling.
struct Alphabet: ~Copyable {
    /// How a character stands in a piece.
    enum Form: Int, CaseIterable {
        /// At the start, or anywhere when nothing is put before or after.
        case plain, continuing, last, continuingLast
    }

    /// How often each character occurs.
    private var counts = PlainList<Int>(zeros: 0x11_0000)
    /// For each character the forms in which it occurs, a bit for each.
    private var forms = PlainList<UInt8>(zeros: 0x11_0000)
    private let hasPrefix: Bool
    private let hasSuffix: Bool
    private let spellsBytes: Bool

    init(spellsBytes: Bool, hasPrefix: Bool, hasSuffix: Bool) {
        self.spellsBytes = spellsBytes
        self.hasPrefix = hasPrefix
        self.hasSuffix = hasSuffix
    }

    /// Notes the characters of a piece.
    ///
    /// - Returns: how many there are.
    mutating func note(_ piece: UnsafeBufferPointer<UInt8>, count: Int) -> Int {
        var length = 0
        forEachCharacter(of: piece) { character, form in
            length += 1
            counts.elements[Int(character)] &+= count
            forms.elements[Int(character)] |= 1 << UInt8(truncatingIfNeeded: form.rawValue)
        }
        return length
    }

    /// Takes a character in, however rare.
    mutating func require(_ character: UInt32) {
        if character < 0x11_0000 { counts.elements[Int(character)] = .max }
    }

    /// The characters, in order, without the rarest when there are more than `limit`.
    func kept(limit: Int?) -> [UInt32] {
        var all: [UInt32] = []
        for (character, count) in counts.buffer.enumerated() where count != 0 {
            all.append(UInt32(truncatingIfNeeded: character))
        }
        guard let limit, all.count > limit else { return all }
        let counts = counts.elements
        all.sort { (counts[Int($0)], $0) < (counts[Int($1)], $1) }
        return all.suffix(max(limit, 0)).sorted()
    }

    /// The forms other than the plain one in which `character` occurs.
    func otherForms(of character: UInt32) -> [Form] {
        Form.allCases.dropFirst().filter {
            forms[Int(character)] >> UInt8(truncatingIfNeeded: $0.rawValue) & 1 == 1
        }
    }

    /// Calls `body` with the characters of a piece and their forms.
    @inline(__always)
    func forEachCharacter(of piece: UnsafeBufferPointer<UInt8>, _ body: (UInt32, Form) -> Void) {
        var place = 0
        while place < piece.count {
            let start = place
            let character = spellsBytes ? UInt32(piece[place]) : decode(piece, at: place)
            place += spellsBytes ? 1 : max(1, UTF8.width(character))
            let continues = hasPrefix && start > 0
            let ends = hasSuffix && place >= piece.count
            body(character, ends ? (continues ? .continuingLast : .last) : (continues ? .continuing : .plain))
        }
    }

    /// The code point at `place` of a piece, which is well-formed UTF-8.
    @inline(__always)
    private func decode(_ piece: UnsafeBufferPointer<UInt8>, at place: Int) -> UInt32 {
        let lead = UInt32(piece[place])
        if lead < 0x80 { return lead }
        func next(_ offset: Int) -> UInt32 {
            place + offset < piece.count ? UInt32(piece[place + offset]) & 0x3F : 0
        }
        if lead < 0xE0 { return (lead & 0x1F) << 6 | next(1) }
        if lead < 0xF0 { return (lead & 0x0F) << 12 | next(1) << 6 | next(2) }
        return min((lead & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3), 0x10_FFFF)
    }
}

extension UTF8 {
    /// The bytes of `character`.
    fileprivate static func width(_ character: UInt32) -> Int {
        character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x1_0000 ? 3 : 4
    }
}
