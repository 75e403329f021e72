/// "BertNormalizer": cleaning, spaces around Chinese characters, accents and case, in this order.
struct BertNormalization: Sendable {
    private let cleansText: Bool
    private let spacesChinese: Bool
    private let lowercases: Bool
    private let decomposition: UnicodeNormalization?

    init(cleansText: Bool, spacesChinese: Bool, stripsAccents: Bool, lowercases: Bool) {
        self.cleansText = cleansText
        self.spacesChinese = spacesChinese
        self.lowercases = lowercases
        decomposition = stripsAccents ? UnicodeNormalization(.canonicalDecomposed) : nil
    }

    func apply(to text: inout AlignedText) {
        let traits = CharacterTraits.table
        if cleansText {
            text.mapScalars { scalar in
                switch scalar {
                case 0x20..<0x7F: .keep
                case 0, 0xFFFD: .drop
                case 0x09, 0x0A, 0x0D: .replace(0x20)
                default:
                    traits[scalar].contains(.other) ? .drop : isWhiteSpace(scalar) ? .replace(0x20) : .keep
                }
            }
        }
        if spacesChinese { text.spaceChinese() }
        if let decomposition {
            decomposition.apply(to: &text)
            text.mapScalars { $0 >= 0x80 && traits[$0].contains(.nonspacingMark) ? .drop : .keep }
        }
        if lowercases { text.lowercase() }
    }
}

extension AlignedText {
    /// Puts spaces around the ideographs that BERT splits.
    fileprivate mutating func spaceChinese() {
        guard withText({ $0.contains(where: isChinese) }) else { return }
        rewrite { source, rewriter in
            var copied = 0
            var position = 0
            while position < source.count {
                let (scalar, length) = source.scalar(at: position)
                if isChinese(scalar) {
                    rewriter.copy(copied..<position)
                    rewriter.append(0x20, from: position)
                    rewriter.append(scalar, from: position)
                    rewriter.append(0x20, from: position)
                    copied = position + length
                }
                position += length
            }
            rewriter.copy(copied..<source.count)
        }
    }
}

/// The blocks of CJK ideographs, as in BERT's release; it starts one of them at U+2B920 where Unicode has U+2B820.
private func isChinese(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
        0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
        true
    default: false
    }
}
