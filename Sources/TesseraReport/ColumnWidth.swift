/// The columns that `text` takes on a terminal with a fixed-width font.
///
/// East Asian wide and full-width characters and emoji take two (Unicode Standard Annex 11), combining marks,
/// format characters, Hangul vowels and finals none, everything else one. An emoji sequence takes the sum of its
/// parts without the joiners: terminals disagree about those.
public func columnWidth(of text: some StringProtocol) -> Int {
    var width = 0
    for scalar in text.unicodeScalars { width += columnWidth(of: scalar) }
    return width
}

/// The columns that one scalar takes: 0, 1 or 2.
public func columnWidth(of scalar: Unicode.Scalar) -> Int {
    let value = scalar.value
    if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) || value == 0xAD ? 0 : 1 }
    if (0x1160...0x11FF).contains(value) { return 0 }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if wideBlocks.contains(where: { $0.contains(value) }) { return 2 }
    // Regional indicators have emoji presentation and are narrow: two of them make one flag.
    return properties.isEmojiPresentation && !(0x1F1E6...0x1F1FF).contains(value) ? 2 : 1
}

/// The blocks of wide and full-width scalars other than emoji, unassigned ones between them included.
private let wideBlocks: [ClosedRange<UInt32>] = [
    0x1100...0x115F,  // Hangul initials
    0x2329...0x232A,  // angle brackets
    0x2E80...0x303E,  // radicals, ideographic description and punctuation
    0x3041...0x3247,  // kana, Bopomofo, Hangul letters, enclosed letters
    0x3250...0x4DBF,  // squared words, ideographs, extension A
    0x4E00...0xA4CF,  // ideographs, Yi
    0xA960...0xA97C,  // Hangul initials, extension A
    0xAC00...0xD7A3,  // Hangul syllables
    0xF900...0xFAFF,  // compatibility ideographs
    0xFE10...0xFE19,  // vertical forms
    0xFE30...0xFE6F,  // compatibility and small forms
    0xFF01...0xFF60,  // full-width forms
    0xFFE0...0xFFE6,  // full-width signs
    0x16FE0...0x18DFF,  // Tangut, Khitan
    0x1AFF0...0x1B2FF,  // kana supplements, Nüshu
    0x1F200...0x1F2FF,  // enclosed ideographs
    0x20000...0x2FFFD,  // ideographs, extensions B to F
    0x30000...0x3FFFD,  // ideographs, extensions G and later
]
