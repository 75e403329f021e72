import TesseraAnalysis
import TesseraCore
import Testing

/// What texts become, written down by hand after the standards that the rules name.
@Suite("Romanizer")
struct RomanizerTests {
    /// A language, a text and what it becomes.
    static let texts: [(language: String?, native: String, roman: String)] = [
        // Cyrillic: BGN/PCGN and national systems.
        ("rus", "Игорь Стравинский", "Igor Stravinsky"),
        ("rus", "Подъезд и объявление, Её Величество", "Podyezd i obyavleniye, Yeyo Velichestvo"),
        ("rus", "Щука, жёлтый, Хрущёв, ЦИК", "Shchuka, zhyoltyy, Khrushchyov, TsIK"),
        ("ukr", "Київ, Запоріжжя, Згурський", "Kyiv, Zaporizhzhya, Zghursky"),
        ("bul", "България, Щъркел", "Bulgaria, Shturkel"),
        ("srp", "Љубљана, Ђорђе, Његош", "Ljubljana, Djordje, Njegosh"),
        ("kaz", "Қазақстан Республикасы", "Qazaqstan Respublikasy"),
        // Greek, Armenian, Georgian, Coptic.
        (nil, "Ελλάδα και Κύπρος", "Ellada kai Kypros"),
        (nil, "Ευαγγέλιο, Μπάμπης, Ὀδυσσεύς", "Euangelio, Bambes, Odysseus"),
        (nil, "Հայաստանի Հանրապետություն", "Hayastani Hanrapetutyun"),
        (nil, "საქართველო", "sakhartvelo"),
        (nil, "ⲙⲉⲧⲣⲉⲙⲛⲭⲏⲙⲓ", "metremnkhemi"),
        // Hangul and kana.
        (nil, "대한민국 서울", "daehanmingug seoul"),
        ("jpn", "がっこう, とうきょう, シュークリーム", "gakkou, toukyou, shuukuriimu"),
        ("jpn", "ファイル, ティー, マッチ, ヴァイオリン", "fairu, tii, matchi, vaiorin"),
        // Abugidas.
        ("hin", "नेपाल, हिन्दी, ज़मीन", "nepaal, hindii, zamiin"),
        ("san", "नेपाल", "nepaala"),
        ("ben", "বাংলাদেশ", "baanglaadesh"),
        ("asm", "নৱেম্বৰ", "nawembar"),
        ("mni", "থাংজ", "thaangja"),
        ("guj", "ગુજરાત", "gujaraat"),
        ("pan", "ਪੰਜਾਬ, ਚੱਕ", "pamjaab, cakka"),
        ("tam", "தமிழ்நாடு", "tamilnaadu"),
        ("tel", "తెలుగు", "telugu"),
        ("kan", "ಕನ್ನಡ", "kannadda"),
        ("mal", "മലയാളം, ഡോളർ", "malayaallam, ddoollarr"),
        ("sin", "ශ්‍රී ලංකා", "srii lankaa"),
        ("mya", "မြန်မာ", "mranmaa"),
        ("khm", "កម្ពុជា", "kampucaa"),
        ("lao", "ລາວ", "laaw"),
        // Thai: vowels around clusters, a silent h, ua and double r inside; what no sign writes is left out.
        ("tha", "ภาษาไทย, เชียงใหม่, เหนือ", "phaasaathai, chiangmai, nuea"),
        ("tha", "เครื่อง, แพร่, เปลี่ยน, เกาะ", "khrueang, phrae, plian, ko"),
        ("tha", "หมู่, สวน, ตัว, ธรรม, สวรรค์", "muu, suan, tua, tham, swan"),
        ("tha", "กรุงเทพมหานคร, ตะวันตก", "krungthepmhaankhn, tawantk"),
        ("tha", "อังกฤษ, ออสเตรเลีย, ก็", "angkruet, ottenlia, ko"),
        ("tha", "มายา, ขาว, ศุกร์", "maayaa, khao, suk"),
        ("bod", "བོད་ལྗོངས། གཟའ་ཟླ་བ།", "bod·ljongs, gza·zla·ba,"),
        (nil, "ᜊᜌ᜔ᜊᜌᜒᜈ᜔", "baybayin"),
        (nil, "ꦗꦮ", "jawa"),
        (nil, "ᮞᮥᮔ᮪ᮓ", "sunda"),
        (nil, "ᬩᬮᬶ", "bali"),
        // Han, with numbers.
        ("zho", "北京，三万一千二百", "beijing, 31200"),
        ("zho", "一九九八年十二月", "1998nian12yue"),
        ("zho", "三万一", "31000"),
        // Scripts that leave vowels out.
        ("heb", "שלום, ג׳ירף", "shlvm, jyrf"),
        ("yid", "ייִדיש", "yidish"),
        ("ara", "العربية، ٢٠٢٤", "al'rbya, 2024"),
        ("fas", "ایران، خانه", "iran, khane"),
        (nil, "ܣܘܪܝܝܐ", "swryya"),
        // Syllabaries and alphabets by the names of their letters.
        ("amh", "ኢትዮጵያ።", "iteyopeyaa."),
        (nil, "ᏣᎳᎩ", "tsalagi"),
        (nil, "ދިވެހި", "dhivehi"),
        (nil, "ᱥᱟᱱᱛᱟᱲᱤ", "santarri"),
        (nil, "ⵜⴰⵎⴰⵣⵉⵖⵜ", "tamazight"),
        (nil, "ꕙꔤ", "vai"),
        (nil, "ꆈꌠꉙ", "nuosuhxop"),
        (nil, "ᠮᠣᠩᠭᠣᠯ", "monggol"),
        (nil, "𐌲𐌿𐍄", "gut"),
        (nil, "ᚠᚢᚦᚨᚱᚲ", "futhark"),
        // Latin letters, numbers, compatibility characters, and what has no sound.
        (nil, "Łódź, Ça, œuvre, Straße, Þór, ŋ", "Lodz, Ca, oeuvre, Strasse, Thor, ng"),
        (nil, "½ ① Ⅻ ² ﬁ ㌀ ｶﾞ", "1/2 1 XII 2 fi apaato ga"),
        (nil, "“Ж” — €5 😀", "“Zh” — €5 😀"),
    ]

    @Test("texts of many scripts", arguments: texts.indices)
    func text(index: Int) throws {
        let (language, native, roman) = Self.texts[index]
        #expect(try Romanizer(language: language).romanize(native) == roman)
    }

    @Test("ASCII alone on demand")
    func asciiOnly() throws {
        let romanizer = try Romanizer(asciiOnly: true)
        #expect(romanizer.romanize("“Ж” — €5 …") == "\"Zh\" - EUR5 ...")
        #expect(romanizer.romanize("😀") == "?")
        #expect(romanizer.romanize("བོད་ཡིག") == "bod yig")
    }

    @Test("a language that no rule knows is read like an unknown one")
    func unknownLanguage() throws {
        #expect(try Romanizer(language: "xyz").romanize("Жук") == Romanizer().romanize("Жук"))
    }

    @Test("a code that is none is refused", arguments: ["ru", "RUS", "русский", "", "rus "])
    func wrongCode(code: String) {
        #expect(throws: LocatedError.self) { try Romanizer(language: code) }
    }

    @Test("edges lead back to the text")
    func edges() throws {
        let edges = try Romanizer(language: "rus").edges("a Щука 東京")
        #expect(
            edges.map(\.text) == ["a ", "Shch", "u", "k", "a", " ", "dong", "jing"])
        #expect(edges[1].scalars == 2..<3)
        #expect(edges[1].bytes == 2..<4)
        #expect(edges[1].source == .name)
        #expect(edges[0].source == .ascii)
        // Two kana that are said as one are one edge.
        let kana = Romanizer().edges("きゃ")
        #expect(kana.map(\.text) == ["kya"])
        #expect(kana.first?.scalars == 0..<2)
        #expect(Romanizer().edges("").isEmpty)
    }

    @Test(
        "Han numerals: values, years, digits alone",
        arguments: [
            ("二十三", "23"), ("一百零五", "105"), ("一百二", "120"), ("十", "10"), ("二〇二四", "2024"),
            ("三亿五千万", "350000000"),
            ("百慕大", "baimuda"), ("九千九百九十九万九千九百九十九", "99999999"),
            // More than 64 bits: digit by digit.
            ("九百二十二億三千三百七十二万三百六十八億九", "902020303070203060809"),
        ])
    func numerals(native: String, roman: String) {
        #expect(Romanizer().romanize(native) == roman)
    }
}
