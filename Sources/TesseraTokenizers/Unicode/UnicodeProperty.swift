/// The sets that expressions name: `\p{L}`, `\p{Han}`, `\s`, `\d`, `\w`.
///
/// Of Unicode 16.0, which Oniguruma in Hugging Face tokenizers 0.23.3 and Rust's regex-syntax in tiktoken 0.14 have.
package enum UnicodeProperty {
    /// The property White_Space: `\s`.
    package static let whitespace = CodePointSet(ordered: [
        0x09...0x0D, 0x20...0x20, 0x85...0x85, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
        0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000,
    ])

    /// Decimal digits: `\d`.
    package static let decimal = categories(["Nd"])

    /// Word characters: letters, marks, decimal numbers, connectors, and what else is Alphabetic.
    package static let word = categories(["L", "M", "Nd", "Nl", "Pc"]).union(alphabeticSymbols)

    /// Oniguruma's `\w`: it also has the numbers of Latin-1.
    package static let wordOfOniguruma = word.union(
        CodePointSet(ordered: [0xB2...0xB3, 0xB9...0xB9, 0xBC...0xBE]))

    /// fancy-regex's `\w`: it also has the joiners (Unicode Technical Standard 18, annex C).
    package static let wordOfFancyRegex = word.union(CodePointSet(ordered: [0x200C...0x200D]))

    /// The circled and squared letters: Alphabetic by Other_Alphabetic, though symbols by category.
    private static let alphabeticSymbols = CodePointSet(ordered: [
        0x24B6...0x24E9, 0x1F130...0x1F149, 0x1F150...0x1F169, 0x1F170...0x1F189,
    ])

    /// Numeric characters of Unicode 17.0, by which `Digits` splits: Rust's `char::is_numeric` in the same release.
    package static let numeric17 = set(ofRuns: UnicodeData.numeric17)

    /// The property of this name; nil when there is none.
    ///
    /// The name is a general category ("L", "Lu", "Letter"), a script ("Han", "script=Han") or one of a few others;
    /// letter case, spaces, hyphens and underscores do not count.
    package static func named(_ name: String) -> CodePointSet? {
        let key = folded(name)
        let value = key.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if value.count == 2 {
            switch String(value[0]) {
            case "SCRIPT", "SC": return script(String(value[1]))
            case "GENERALCATEGORY", "GC", "CATEGORY": return category(String(value[1]))
            default: return nil
            }
        }
        if let set = category(key) ?? script(key) { return set }
        switch key {
        case "ANY": return .all
        case "ASCII": return CodePointSet(ordered: [0...0x7F])
        case "ASSIGNED": return categories(["Cn"]).inverted
        case "WHITESPACE", "SPACE", "WSPACE": return whitespace
        case "WORD": return wordOfOniguruma
        case "LOWERCASE", "LOWER": return Self.set(ofRuns: UnicodeData.lowercase)
        case "UPPERCASE", "UPPER": return Self.set(ofRuns: UnicodeData.uppercase)
        case "EMOJI": return Self.set(ofRuns: UnicodeData.emoji)
        case "ALNUM": return alphabetic.union(decimal)
        case "ALPHABETIC", "ALPHA": return alphabetic
        case "BLANK": return categories(["Zs"]).union(CodePointSet(0x09))
        case "GRAPH": return categories(["Cc", "Cs", "Cn"]).union(whitespace).inverted
        case "PRINT": return categories(["Cc", "Cs", "Cn", "Zl", "Zp"]).inverted
        case "XDIGIT", "ASCIIHEXDIGIT", "AHEX":
            return CodePointSet(ordered: [0x30...0x39, 0x41...0x46, 0x61...0x66])
        default: return nil
        }
    }

    /// The class of this name between `[:` and `:]`; nil when there is none.
    static func posix(_ name: String) -> CodePointSet? {
        switch name {
        case "punct": categories(["P", "S"])
        case "word": word
        case "alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "space", "upper",
            "xdigit",
            "ascii":
            named(name)
        default: nil
        }
    }

    /// Letters, letter numbers, and the marks and symbols that Other_Alphabetic adds.
    private static var alphabetic: CodePointSet { Self.set(ofRuns: UnicodeData.alphabetic) }

    /// Upper case, without what names may be written with.
    private static func folded(_ name: String) -> String {
        var made = ""
        for scalar in name.unicodeScalars where scalar != " " && scalar != "_" && scalar != "-" {
            made.unicodeScalars.append(
                (0x61...0x7A).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value) - 32) : scalar)
        }
        return made
    }
}

extension UnicodeProperty {
    /// The union of general categories, by their one- or two-letter names.
    package static func categories(_ names: [String]) -> CodePointSet {
        var mask: UInt32 = 0
        for (index, name) in GeneralCategory.names.enumerated()
        where names.contains(where: { name.hasPrefix($0) }) {
            mask |= 1 << UInt32(index)
        }
        return CategoryRuns.shared.set(mask)
    }

    private static let longNames: [String: String] = [
        "LETTER": "L", "CASEDLETTER": "LC", "UPPERCASELETTER": "Lu", "LOWERCASELETTER": "Ll",
        "TITLECASELETTER": "Lt", "MODIFIERLETTER": "Lm", "OTHERLETTER": "Lo", "MARK": "M",
        "COMBININGMARK": "M",
        "NONSPACINGMARK": "Mn", "SPACINGMARK": "Mc", "ENCLOSINGMARK": "Me", "NUMBER": "N",
        "DECIMALNUMBER": "Nd",
        "DIGIT": "Nd", "LETTERNUMBER": "Nl", "OTHERNUMBER": "No", "PUNCTUATION": "P", "PUNCT": "P",
        "CONNECTORPUNCTUATION": "Pc", "DASHPUNCTUATION": "Pd", "OPENPUNCTUATION": "Ps",
        "CLOSEPUNCTUATION": "Pe", "INITIALPUNCTUATION": "Pi", "FINALPUNCTUATION": "Pf",
        "OTHERPUNCTUATION": "Po",
        "SYMBOL": "S", "MATHSYMBOL": "Sm", "CURRENCYSYMBOL": "Sc", "MODIFIERSYMBOL": "Sk",
        "OTHERSYMBOL": "So",
        "SEPARATOR": "Z", "SPACESEPARATOR": "Zs", "LINESEPARATOR": "Zl", "PARAGRAPHSEPARATOR": "Zp",
        "OTHER": "C",
        "CONTROL": "Cc", "CNTRL": "Cc", "FORMAT": "Cf", "SURROGATE": "Cs", "PRIVATEUSE": "Co",
        "UNASSIGNED": "Cn",
    ]

    /// A general category by any of its names, folded.
    private static func category(_ key: String) -> CodePointSet? {
        let name = longNames[key] ?? key
        if name == "LC" || name == "L&" { return categories(["Lu", "Ll", "Lt"]) }
        if name.utf8.count == 1 {
            return GeneralCategory.names.contains { $0.hasPrefix(name) } ? categories([name]) : nil
        }
        guard
            let exact = GeneralCategory.names.first(where: {
                $0.utf8.elementsEqual(name.utf8) || folded($0) == name
            })
        else { return nil }
        return categories([exact])
    }

    /// A script by any of its names, folded.
    private static func script(_ key: String) -> CodePointSet? {
        let place = UnicodeData.scriptNames.firstIndex { names in
            "\(names)".split(separator: " ").contains { $0 == key }
        }
        guard let place else { return nil }
        var ranges: [ClosedRange<UInt32>] = []
        var start: UInt32 = 0
        var numbers = PackedNumbers(UnicodeData.scripts)
        while let length = numbers.next(), let script = numbers.next() {
            if script == UInt32(place) { ranges.append(start...(start + length - 1)) }
            start += length
        }
        return CodePointSet(ordered: ranges)
    }

    /// Every second of runs that are, in turn, out of a set and in it.
    private static func set(ofRuns text: StaticString) -> CodePointSet {
        var ranges: [ClosedRange<UInt32>] = []
        var start: UInt32 = 0
        var isIn = false
        for length in PackedNumbers(text) {
            if isIn, length > 0 { ranges.append(start...(start + length - 1)) }
            start += length
            isIn.toggle()
        }
        return CodePointSet(ordered: ranges)
    }
}
