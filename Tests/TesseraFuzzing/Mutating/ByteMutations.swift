/// Changes that know nothing of a format.
enum ByteMutations {
    /// Numbers at which arithmetic breaks.
    static let strangeNumbers: [UInt64] = [
        0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000,
        0xFFFF_FFFF,
        0x1_0000_0000, 0x3FFF_FFFF_FFFF_FFFF, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max - 1, .max,
    ]

    /// Changes `bytes` once.
    static func mutate(_ bytes: inout [UInt8], donor: [UInt8], _ random: inout FuzzRandom) {
        guard !bytes.isEmpty else {
            bytes = Array(donor.prefix(1 + random.below(64)))
            return
        }
        let place = random.below(bytes.count)
        switch random.below(12) {
        case 0: bytes[place] ^= 1 << UInt8(random.below(8))
        case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: bytes.removeSubrange(random.range(in: bytes.count))
        case 3:
            let chunk = Array(bytes[random.range(in: bytes.count)])
            bytes.insert(contentsOf: chunk, at: place)
        case 4:
            let chunk = Array(bytes[random.range(in: bytes.count)].prefix(256))
            let times = random.oneIn(20) ? 2000 : 2 + random.below(30)
            bytes.insert(contentsOf: (0..<times).flatMap { _ in chunk }, at: place)
        case 5: bytes.removeLast(1 + random.below(bytes.count))
        case 6 where !donor.isEmpty:
            bytes = Array(bytes[..<place]) + Array(donor[random.below(donor.count)...])
        case 7 where !donor.isEmpty:
            bytes.replaceSubrange(
                random.range(in: bytes.count), with: donor[random.range(in: donor.count)])
        case 8: overwrite(&bytes, at: place, with: random.one(of: strangeNumbers), &random)
        case 9:
            let text = random.one(of: OddTexts.all)
            bytes.insert(contentsOf: text.prefix(random.oneIn(10) ? 100_000 : 64), at: place)
        case 10: bytes.swapAt(place, random.below(bytes.count))
        default: bytes[place] = bytes[place] &+ UInt8(truncatingIfNeeded: 1 + random.below(4)) &- 2
        }
    }

    /// Writes a little-endian number of 1, 2, 4 or 8 bytes over what is there.
    static func overwrite(
        _ bytes: inout [UInt8], at place: Int, with number: UInt64, _ random: inout FuzzRandom
    ) {
        let width = 1 << random.below(4)
        for index in 0..<width where place + index < bytes.count {
            bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
        }
    }
}

/// Texts at which readers break.
enum OddTexts {
    static let all: [[UInt8]] =
        [
            "", " ", "\u{2581}", "\u{0}", "\u{FEFF}", "\u{FFFD}", "\u{FFFF}", "\u{10FFFF}", "e\u{301}\u{323}",
            "é",
            "Ġ", "Ċ", "</w>", "##", "<0x41>", "<0x-1>", "<0xFFF>", "<0x>", "<unk>", "<s>", "[UNK]", "\r\n",
            "\n",
            "\u{85}", "\u{2028}", "İ", "ſ", "ﬃ", "각", "👩‍👧", "\u{202E}", "-1", "1e999", "0x10", "+1", "½", "²",
            "a b", " a", "a ", "#version: 0.2", "%n%s", "../../x", "\\", "\"", "'", "{{", "}}", "{%", "%}",
        ].map { Array($0.utf8) }
        + [
            [0xFF], [0xC3], [0xC3, 0x28], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xC0, 0x80], [UInt8](repeating: 0x61, count: 5000), [UInt8](repeating: 0x20, count: 5000),
            [UInt8](repeating: 0x28, count: 3000), [UInt8](repeating: 0x5B, count: 3000),
        ]
}
