// swift-format-ignore-file

extension RomanRules {
    /// Cyrillic after BGN/PCGN, without diacritics; the official national systems for languages that have one.
    static let cyrillic = """
        а=a б=b в=v г=g д=d е=e ё=yo ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch
        ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya
        і=i ї=yi є=ye ґ=g ў=u ј=j љ=lj њ=nj ћ=c ђ=dj џ=dzh ѓ=gj ќ=kj ѕ=dz ѐ=e ѝ=i
        ә=a ғ=g қ=k ң=n ө=o ұ=u ү=u һ=h җ=zh ӣ=i ӯ=u ҷ=j ҳ=h ҡ=k ҙ=z ҫ=s ӑ=a ӗ=e ӱ=u ӳ=u ӧ=o ӓ=a ӝ=zh ӟ=dz ӥ=i
        ӵ=ch ѣ=e ѳ=f ѵ=i ѡ=o ѧ=ya ѫ=u ѩ=ya ѭ=yu ѯ=ks ѱ=ps ѥ=ye ꙗ=ya ӡ=dz ҕ=gh ҧ=p ҭ=t ҵ=ts ҽ=ch ҿ=ch ҩ=o ӷ=gh
        ӄ=k ӈ=n ӆ=l ӎ=m ҝ=g ҟ=q ҹ=j ӏ= ӹ=y ӭ=e ӛ=a ӫ=o ԝ=w ԛ=q
        кх=kh дж=dzh
        # Russian: e after vowels and signs, and at the start.
        [rus ^] е=ye ие=ie
        [rus <аеёиоуэюяъь] е=ye
        [rus,ukr,bel,mon $] ий=y
        # Ukrainian (resolution 55 of 2010, ya and yu everywhere) and Belarusian.
        [ukr] г=h и=y й=i є=ie зг=zgh
        [ukr <іи] й=y
        [ukr <и] ї=i
        [bel] г=h й=j
        # Bulgarian (Transliteration Act of 2009), Macedonian and Serbian (their Latin alphabets).
        [bul] ъ=u щ=sht
        [bul,srp,mkd] х=h ц=c
        [bul,kaz,mon,tgk] й=i
        [bul,mon <и] й=y
        [bul $] ия=ia
        # Kazakh (the Latin alphabet of 2021), Kyrgyz and Tajik.
        [kaz] ж=j дж=dj қ=q х=h у=u уы=wy
        [kir] ы=i
        [tgk] ғ=gh
        """

    /// Greek after ISO 843 and the United Nations, without diacritics.
    static let greek = """
        α=a β=v γ=g δ=d ε=e ζ=z η=e θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o
        ά=a έ=e ή=e ί=i ό=o ύ=y ώ=o ϊ=i ϋ=y ΐ=i ΰ=y ϐ=v ϑ=th ϕ=f ϖ=p ϰ=k ϱ=r ϲ=s ϵ=e ϝ=w ϟ=q ϡ=ss ϙ=q ϻ=s
        ου=ou ού=ou γκ=ng γγ=ng γχ=nch γξ=nx μπ=mb ντ=nd
        αυ=au ευ=eu αύ=au εύ=eu ηυ=eu
        [^] μπ=b ντ=d γκ=g
        [<ρλ] μπ=b
        """

    /// Armenian after ISO 9985, without diacritics.
    static let armenian = """
        ա=a բ=b գ=g դ=d ե=e զ=z է=e ը=e թ=t ժ=zh ի=i լ=l խ=kh ծ=ts կ=k հ=h ձ=dz ղ=gh ճ=tch մ=m յ=y ն=n շ=sh ո=o չ=ch պ=p
        ջ=j ռ=r ս=s վ=v տ=t ր=r ց=c ւ=w փ=p ք=k օ=o ֆ=f ու=u և=ev
        [^] ե=ye
        """

    /// Georgian after ISO 9984, aspirates with h.
    static let georgian = """
        ა=a ბ=b გ=g დ=d ე=e ვ=v ზ=z თ=t ი=i კ=k ლ=l მ=m ნ=n ო=o პ=p ჟ=zh რ=r ს=s ტ=t უ=u ფ=ph ქ=kh ღ=gh ყ=q შ=sh ჩ=ch
        ც=ts ძ=dz წ=ts ჭ=ch ხ=x ჯ=j ჰ=h ჱ=e ჲ=y ჳ=w ჴ=q ჵ=o ჶ=f ჷ=e ჸ=' ჹ=g
        """

    /// Hebrew: the consonants, as no vowels are written.
    static let hebrew = """
        א=a ב=v ג=g ד=d ה=h ו=v ז=z ח=ch ט=t י=y כ=k ך=k ל=l מ=m ם=m נ=n ן=n ס=s ע=' פ=f ף=f צ=ts ץ=ts ק=q ר=r ש=sh ת=t
        # Yiddish (YIVO).
        [yid] א=a אי=i או=u ק=k אַ=a אָ=o ב=b בֿ=v ו=u וּ=u וו=v ווי=vi ױ=oy וי=oy ח=kh י=i יי=ey ײ=ey ײַ=ay כ=kh ך=kh כּ=k ע=e פּ=p פ=p
        [yid] ייִ=yi פֿ=f ף=f ת=s תּ=t זש=zh טש=tsh דזש=dzh יִ=i ײ=ey וואַ=va וואָ=vo
        [yid ^] י=y
        ־=- ג׳=j ז׳=zh צ׳=ch ץ׳=ch ד׳=dh ת׳=th
        """

    /// Arabic: the letters, as most vowels are not written.
    static let arabic = """
        ا=a آ=a أ=a إ=i ٱ=a ب=b ت=t ث=th ج=j ح=h خ=kh د=d ذ=dh ر=r ز=z س=s ش=sh ص=s ض=d ط=t ظ=z ع=' غ=gh ف=f ق=q ك=k
        ل=l م=m ن=n ه=h و=w ي=y ى=a ة=a ء=' ؤ=w ئ=y پ=p چ=ch ژ=zh گ=g ک=k ی=i ہ=h ے=e ٹ=tt ڈ=dd ڑ=rr ں=n ھ=h ڤ=v
        ە=e ۆ=o ێ=e ڵ=l ڕ=r ۇ=u ۈ=u ۋ=w ې=e ى=i ڭ=ng ھ=h ة=a ټ=t ډ=d ړ=r ږ=zh ښ=sh ڼ=n ۍ=y ې=e ځ=dz څ=ts ګ=g
        ـ= ،=, ؛=; ؟=? ۔=. ٪=% ٫=. ٬=,
        U+064E=a U+064F=u U+0650=i U+064B=an U+064C=un U+064D=in
        [ara] ى=a
        [ara,fas,urd] ئ=ye
        [ckb,uig ^] ئ=
        [ckb] وو=u
        [uig] و=o خ=x
        [fas,pus,urd] ذ=z ض=z ث=s
        [fas] و=v ع=
        [fas <ا >ی] ئ=
        [fas ^] ع=a
        [fas,urd ^] ای=i
        [fas $ !<او] ه=e
        [fas] هٔ=eye
        """
}
