/// A step of a normalizer, as far as it tells what becomes of a character whatever stands around it.
enum NormalizingStep: Sendable {
    /// Changes ASCII by this table, where zero stands for what cannot be told; leaves nothing else alone for certain.
    case ascii([UInt8])
    /// A normalization form: characters stay that nothing composes with and nothing is ordered around.
    case form(NormalizationData.Flags)
    /// Puts a character in the place of another.
    case character(UInt32, becomes: UInt32)
    /// Changes texts that these characters are part of.
    case around([UInt32])
    /// Nothing is known.
    case opaque

    /// What becomes of `scalar` next to another of which this tells as well; nil: that depends on more.
    func image(of scalar: UInt32) -> UInt32? {
        switch self {
        case .ascii(let table):
            scalar < 0x80 && table[Int(scalar)] != 0 ? UInt32(table[Int(scalar)]) : nil
        case .form(let obstacle):
            scalar < 0x80 || NormalizationData.shared.flags(of: scalar).isDisjoint(with: obstacle)
                ? scalar : nil
        case .character(let from, let to): scalar == from ? to : scalar
        case .around(let scalars): scalars.contains(scalar) ? nil : scalar
        case .opaque: nil
        }
    }
}

extension NormalizingStep {
    /// The steps of `normalizer`; those that only add or drop at the ends of a text are left out.
    static func steps(of normalizer: Normalizer?) -> [NormalizingStep] {
        switch normalizer {
        case nil, .strip?, .prepend?: []
        case .sequence(let several)?: several.flatMap { steps(of: $0) }
        case .bert(_, _, _, let lowercases)?: [.ascii(printable(lowercases: lowercases))]
        case .stripAccents?, .nmt?: [.ascii(printable(lowercases: false))]
        case .lowercase?: [.ascii(printable(lowercases: true))]
        case .unicode(let form)?: [.form(obstacle(form).union(.nonstarter))]
        case .precompiled(let bytes)?: [precompiled(bytes)]
        case .replace(.string(let text), let content)?: [replace(text, content)]
        case .replace(.expression, _)?, .byteLevel?: [.opaque]
        case .sentencePiece(let specification)?: [sentencePiece(specification)]
        }
    }

    /// Space and the printable ASCII characters, optionally in lowercase; zero for all others.
    private static func printable(lowercases: Bool) -> [UInt8] {
        (UInt8.min..<0x80).map { byte in
            guard (0x20...0x7E).contains(byte) else { return 0 }
            return lowercases && (0x41...0x5A).contains(byte) ? byte + 0x20 : byte
        }
    }

    private static func obstacle(_ form: UnicodeForm) -> NormalizationData.Flags {
        switch form {
        case .canonicalComposed: .changesComposed
        case .canonicalDecomposed: .decomposes
        case .compatibleComposed: .changesComposedCompatibly
        case .compatibleDecomposed: .decomposesCompatibly
        }
    }

    /// Printable ASCII characters that no sequence of the map begins with are clusters of their own.
    private static func precompiled(_ bytes: [UInt8]) -> NormalizingStep {
        guard let map = try? CharacterMap(bytes) else { return .opaque }
        var table = printable(lowercases: false)
        for byte in table.indices where map.mayBegin(with: UInt8(byte)) { table[byte] = 0 }
        return .ascii(table)
    }

    private static func replace(_ text: String, _ content: String) -> NormalizingStep {
        let (old, new) = (text.unicodeScalars.map(\.value), content.unicodeScalars.map(\.value))
        if old.count == 1, new.count == 1 { return .character(old[0], becomes: new[0]) }
        return .around(old)
    }

    /// A map's sequences may be of any length, and a space at the end moves with the end.
    private static func sentencePiece(_ specification: SentencePieceNormalization) -> NormalizingStep {
        guard specification.characterMap.isEmpty, !specification.treatsWhitespaceAsSuffix else {
            return .opaque
        }
        return .character(0x20, becomes: specification.escapesWhitespace ? 0x2581 : 0x20)
    }
}

extension Normalizer {
    /// Whether white space at the ends of a text, or a run of it, is treated otherwise than elsewhere.
    var dropsWhiteSpace: Bool {
        switch self {
        case .strip: true
        case .sentencePiece(let specification): specification.removesExtraWhitespace
        case .sequence(let several): several.contains { $0.dropsWhiteSpace }
        default: false
        }
    }
}
