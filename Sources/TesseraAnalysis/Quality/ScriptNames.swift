internal import TesseraTokenizers

/// Says which script a character is of.
struct ScriptNames: Sendable {
    /// How scripts are told apart.
    let rule: ScriptRule
    /// The scripts that were found, by the numbers of `Reading.script`.
    private(set) var names: [String] = []
    /// For each code point what it says, as far as it was asked for; vocabularies ask for few, and often.
    private var known = [Reading?](repeating: nil, count: 0x110000)
    private var numbers: [String: UInt8] = [:]
    private let blank = UnicodeProperty.categories(["Cc", "Cn", "Co", "Cs"])

    /// The script of each run of code points, in order; empty for the rule by names.
    private let runs: [(range: ClosedRange<UInt32>, name: String)]

    init(_ rule: ScriptRule) {
        self.rule = rule
        runs = rule == .property ? Self.propertyRuns : []
    }

    /// What a character says about the script of its token.
    enum Reading: Equatable {
        /// It is a letter, a mark or an ideograph of the script of this number in `names`.
        case script(UInt8)
        /// It is of the script of what stands beside it: a mark.
        case inherited
        /// It is of no script: a digit, punctuation.
        case none
        /// It has no name: a control character, unassigned or private.
        case nameless
    }

    mutating func reading(of scalar: Unicode.Scalar) -> Reading {
        if let reading = known[Int(scalar.value)] { return reading }
        let reading = firstReading(of: scalar)
        known[Int(scalar.value)] = reading
        return reading
    }

    private mutating func firstReading(of scalar: Unicode.Scalar) -> Reading {
        if blank.contains(scalar.value) { return .nameless }
        switch rule {
        case .property:
            guard let name = property(of: scalar.value) else { return .none }
            return name == "Inherited" ? .inherited : .script(number(of: name))
        case .firstWordOfName:
            guard let name = scalar.properties.name else { return .nameless }
            let first = String(name.prefix { $0 != " " })
            return Self.listed.contains(first) ? .script(number(of: first)) : .none
        }
    }

    /// The number of a script; there are fewer than 200.
    private mutating func number(of name: String) -> UInt8 {
        if let number = numbers[name] { return number }
        let number = UInt8(clamping: names.count)
        names.append(name)
        numbers[name] = number
        return number
    }

    private func property(of scalar: UInt32) -> String? {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].range.upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        return low < runs.count && runs[low].range.contains(scalar) ? runs[low].name : nil
    }

    private static let propertyRuns: [(range: ClosedRange<UInt32>, name: String)] = scripts.split(
        separator: " "
    )
    .flatMap { name -> [(range: ClosedRange<UInt32>, name: String)] in
        let set = UnicodeProperty.named("script=\(name)")
        return (set?.ranges ?? []).map { ($0, String(name)) }
    }
    .sorted { $0.range.lowerBound < $1.range.lowerBound }

    /// The scripts of Unicode 16.0 but Common.
    private static let scripts = """
        Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali Bhaiksuki \
        Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee \
        Chorasmian Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra Duployan \
        Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Garay Georgian Glagolitic Gothic Grantha Greek Gujarati \
        Gunjala_Gondi Gurmukhi Gurung_Khema Han Hangul Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana \
        Imperial_Aramaic Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi \
        Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Kirat_Rai Lao Latin Lepcha Limbu Linear_A \
        Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic Manichaean Marchen Masaram_Gondi Medefaidrin \
        Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar \
        Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong Ogham Ol_Chiki Ol_Onal \
        Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic \
        Old_Uyghur Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang \
        Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng Soyombo Sundanese \
        Sunuwar Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana \
        Thai Tibetan Tifinagh Tirhuta Todhri Toto Tulu_Tigalari Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi \
        Zanabazar_Square
        """

    /// The first words of names that Qtok takes for scripts.
    private static let listed = Set(
        """
        ADLAM ARABIC ARABIC-INDIC ARMENIAN BALINESE BAMUM BATAK BENGALI BLACK-LETTER BOPOMOFO BRAILLE BUGINESE CANADIAN \
        CHAKMA CHAM CHEROKEE CJK COPTIC CYRILLIC DESERET DEVANAGARI DINGBAT EGYPTIAN ETHIOPIC GEORGIAN GLAGOLITIC \
        GOTHIC GREEK GUJARATI GURMUKHI HALFWIDTH HANGUL HEBREW HIRAGANA INSCRIPTIONAL JAVANESE KAITHI KANGXI KANNADA \
        KATAKANA KHMER LAO LATIN LEPCHA LIMBU LISU MALAYALAM MANDAIC MEETEI MODI MONGOLIAN MYANMAR NKO OGHAM OL OLD \
        ORIYA PHAGS-PA PHOENICIAN RUNIC SAMARITAN SHAVIAN SINHALA SUNDANESE SYRIAC TAGALOG TAGBANWA TAI TAMIL TELUGU \
        THAANA THAI TIBETAN TIFINAGH YI
        """.split(separator: " ").map(String.init))
}

/// How the script of a character is told.
public enum ScriptRule: String, Hashable, Sendable, CaseIterable {
    /// By Unicode's property Script; marks take the script of what they stand on.
    case property
    /// By the first word of the character's name, where that is one of seventy: as the published tables do, with their
    /// oddities (a list of quirks is in `VocabularyReport.init`).
    case firstWordOfName = "name"
}
