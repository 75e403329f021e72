// swift-format-ignore-file

internal import TesseraAnalysis

/// A way to write one language or script in Latin letters that people agreed upon, as the rules of a romanizer.
///
/// Written for this study from the standards, without diacritics, which romanizing Latin text takes away.
struct HandMadeScheme {
    let name: String
    /// The script of the names that it is tried on.
    let script: String
    let locales: [String]
    /// What it makes of something.
    let example: (native: String, latin: String)
    /// Rules in the form of `RomanRule.parse`.
    let rules: String

    private static let misspelled = "hand-made schemes that do not spell their example"
    static let thresholds: [Threshold] = [.none(misspelled)]

    /// Checks all of them.
    static func report(to result: inout StudyResult) {
        result.measure(
            misspelled,
            count: all.count { $0.romanizer(language: nil).romanize($0.example.native) != $0.example.latin })
    }

    /// A romanizer that has its rules alone, over the names of Unicode.
    func romanizer(language: String?) -> Romanizer {
        Romanizer(language: language, asciiOnly: false, ruleTexts: [rules])
    }

    static let all = [iso9, iso843, iso9985, georgian, hepburn, hunterian]

    static let iso9 = HandMadeScheme(
        name: "ISO 9", script: "Cyrillic", locales: "ru uk bg be sr mk kk ky mn tg".split(separator: " ").map(String.init),
        example: ("Игорь Стравинский", "Igor Stravinskij"),
        rules: """
            а=a б=b в=v г=g д=d е=e ё=e ж=z з=z и=i й=j к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=h ц=c ч=c ш=s щ=s
            ъ= ы=y ь= э=e ю=u я=a і=i ї=i є=e ґ=g ў=u ј=j љ=l њ=n ћ=c ђ=d џ=d ѓ=g ќ=k ѕ=z ѐ=e ѝ=i
            ә=a ғ=g қ=k ң=n ө=o ұ=u ү=u һ=h ӣ=i ӯ=u ҷ=c ҳ=h
            """)

    static let iso843 = HandMadeScheme(
        name: "ISO 843, transcription", script: "Greek", locales: ["el"],
        example: ("Αυστραλία", "Afstralia"),
        rules: """
            α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o
            ά=a έ=e ή=i ί=i ό=o ύ=y ώ=o ϊ=i ϋ=y ΐ=i ΰ=y ου=ou ού=ou γγ=ng γξ=nx γχ=nch
            αυ=av αύ=av ευ=ev εύ=ev ηυ=iv ηύ=iv
            [>θκξπσςτφχψ] αυ=af αύ=af ευ=ef εύ=ef ηυ=if ηύ=if
            [^] μπ=b
            """)

    static let iso9985 = HandMadeScheme(
        name: "ISO 9985", script: "Armenian", locales: ["hy"],
        example: ("Հայաստան", "Hayastan"),
        rules: """
            ա=a բ=b գ=g դ=d ե=e զ=z է=e ը=e թ=t ժ=z ի=i լ=l խ=x ծ=c կ=k հ=h ձ=j ղ=g ճ=c մ=m յ=y ն=n շ=s ո=o չ=c պ=p ջ=j
            ռ=r ս=s վ=v տ=t ր=r ց=c ւ=w փ=p ք=k օ=o ֆ=f ու=u և=ew
            """)

    static let georgian = HandMadeScheme(
        name: "national system of 2002", script: "Georgian", locales: ["ka"],
        example: ("საქართველო", "sakartvelo"),
        rules: """
            ა=a ბ=b გ=g დ=d ე=e ვ=v ზ=z თ=t ი=i კ=k' ლ=l მ=m ნ=n ო=o პ=p' ჟ=zh რ=r ს=s ტ=t' უ=u ფ=p ქ=k ღ=gh ყ=q' შ=sh
            ჩ=ch ც=ts ძ=dz წ=ts' ჭ=ch' ხ=kh ჯ=j ჰ=h
            """)

    static let hepburn = HandMadeScheme(
        name: "Hepburn", script: "Kana", locales: ["ja"],
        example: ("スウェーデン チェッコ", "suweden chekko"),
        rules: """
            ア=a イ=i ウ=u エ=e オ=o カ=ka キ=ki ク=ku ケ=ke コ=ko サ=sa シ=shi ス=su セ=se ソ=so タ=ta チ=chi ツ=tsu テ=te ト=to
            ナ=na ニ=ni ヌ=nu ネ=ne ノ=no ハ=ha ヒ=hi フ=fu ヘ=he ホ=ho マ=ma ミ=mi ム=mu メ=me モ=mo ヤ=ya ユ=yu ヨ=yo
            ラ=ra リ=ri ル=ru レ=re ロ=ro ワ=wa ヲ=o ン=n ・=_ ガ=ga ギ=gi グ=gu ゲ=ge ゴ=go ザ=za ジ=ji ズ=zu ゼ=ze ゾ=zo
            ダ=da ヂ=ji ヅ=zu デ=de ド=do バ=ba ビ=bi ブ=bu ベ=be ボ=bo パ=pa ピ=pi プ=pu ペ=pe ポ=po ヴ=vu
            キャ=kya キュ=kyu キョ=kyo シャ=sha シュ=shu ショ=sho チャ=cha チュ=chu チョ=cho ニャ=nya ニュ=nyu ニョ=nyo
            ヒャ=hya ヒュ=hyu ヒョ=hyo ミャ=mya ミュ=myu ミョ=myo リャ=rya リュ=ryu リョ=ryo ギャ=gya ギュ=gyu ギョ=gyo
            ジャ=ja ジュ=ju ジョ=jo ビャ=bya ビュ=byu ビョ=byo ピャ=pya ピュ=pyu ピョ=pyo
            シェ=she ジェ=je チェ=che ティ=ti ディ=di トゥ=tu ドゥ=du デュ=dyu テュ=tyu ファ=fa フィ=fi フェ=fe フォ=fo フュ=fyu
            ウィ=wi ウェ=we ウォ=wo ヴァ=va ヴィ=vi ヴェ=ve ヴォ=vo ツァ=tsa ツェ=tse ツォ=tso クア=kua クァ=kwa グァ=gwa イェ=ye
            [!^] ー=
            [>カキクケコ] ッ=k
            [>ガギグゲゴ] ッ=g
            [>サシスセソ] ッ=s
            [>ザジズゼゾ] ッ=z
            [>タチツテト] ッ=t
            [>ダヂヅデド] ッ=d
            [>バビブベボ] ッ=b
            [>パピプペポ] ッ=p
            [>フ] ッ=f
            """)

    static let hunterian = HandMadeScheme(
        name: "Hunterian", script: "Devanagari", locales: ["hi", "mr", "ne"],
        example: ("भारत", "bharat"),
        rules: """
            अ=a आ=a इ=i ई=i उ=u ऊ=u ऋ=ri ए=e ऐ=ai ओ=o औ=au ऑ=o ऍ=e
            +ा=a +ि=i +ी=i +ु=u +ू=u +ृ=ri +े=e +ै=ai +ो=o +ौ=au +ॉ=o +ॅ=e ं=n ँ=n ः=h
            ~क=k ~ख=kh ~ग=g ~घ=gh ~ङ=n ~च=ch ~छ=chh ~ज=j ~झ=jh ~ञ=n ~ट=t ~ठ=th ~ड=d ~ढ=dh ~ण=n ~त=t ~थ=th ~द=d ~ध=dh ~न=n
            ~प=p ~फ=ph ~ब=b ~भ=bh ~म=m ~य=y ~र=r ~ल=l ~व=v ~श=sh ~ष=sh ~स=s ~ह=h ~ळ=l ~ज्ञ=gy
            ~क़=q ~ख़=kh ~ग़=g ~ज़=z ~ड़=r ~ढ़=rh ~फ़=f ~य़=y
            ~U+0958=q ~U+0959=kh ~U+095A=g ~U+095B=z ~U+095C=r ~U+095D=rh ~U+095E=f ~U+095F=y
            """)
}
