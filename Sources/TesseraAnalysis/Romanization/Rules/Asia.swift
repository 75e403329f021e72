// swift-format-ignore-file

extension RomanRules {
    /// Scripts of India by the names of their letters (Hunterian with long vowels doubled).
    static let indic = """
        ।=. ॥=. ॰=.
        # Letters with a nukta, for the sounds of Persian and English.
        ~U+0958=k ~U+0959=kh ~U+095A=gh ~U+095B=z ~U+095C=dd ~U+095D=ddh ~U+095E=f ~U+095F=y
        ~कU+093C=k ~खU+093C=kh ~गU+093C=gh ~जU+093C=z ~डU+093C=dd ~ढU+093C=ddh ~फU+093C=f ~यU+093C=y
        ~ਸU+0A3C=sh ~ਜU+0A3C=z ~U+0A36=sh ~U+0A5B=z ~U+0A5E=f
        # Bengali and Assamese say ch and ng, and a vowel with a candrabindu through the nose.
        [ben,asm,mni] ~চ=ch ~ছ=chh ং=ng ঁ=n
        # Assamese wa, which Unicode names after its shape.
        ~ৱ=w
        ~U+0B5F=y ~U+09DF=y ~U+09DC=rr ~U+09DD=rrh ~ডU+09BC=rr ~ঢU+09BC=rrh +U+0D57=au
        # Sinhala letters that are named after where they are spoken.
        ~ඤ=ny ~ඥ=jny ~ඞ=ng
        # Tamil writes one letter for voiced and voiceless.
        ~ன=n ~ண=n ~ள=l ~ழ=l ~ற=r ~ட=d ~ட்ட=tt ~ஃப=f
        """

    /// Myanmar: the anusvara is n, tones are silent.
    static let myanmar = """
        U+1036=n U+1037= U+1038=
        """

    /// Khmer: two vowels whose names have y, and pa where a sign makes it one.
    static let khmer = """
        +U+17B9=oe +U+17BA=oe
        ~បU+17C9=p
        """

    /// Tibetan punctuation, and the two letters that mostly carry vowels; `tibetan(at:)` does the rest.
    static let tibetan = """
        ་=· ༌= །=, ༎=.
        [ascii] ་=_
        འ=' ཨ=
        """

    /// Lao as it is written, letter by letter, after the names of the letters; the semivowel is the y that it is a form of.
    static let lao = """
        ກ=k ຂ=kh ຄ=kh ງ=ng ຈ=c ສ=s ຊ=s ຍ=ny ດ=d ຕ=t ຖ=th ທ=th ນ=n ບ=b ປ=p ຜ=ph ຝ=f ພ=ph ຟ=f ມ=m ຢ=y ຣ=l ລ=l ວ=w ຫ=h
        ອ=o ຮ=h ະ=a ັ=a າ=aa ຳ=am ິ=i ີ=ii ຶ=y ື=yy ຸ=u ູ=uu ົ=o ເ=e ແ=ei ໂ=o ໃ=ay ໍ=oo ຯ=... ໄ=ai ໆ= ໝ=m ໜ=n ຼ=l ຽ=y ໌=
        """

    /// Ethiopic punctuation: the syllables have their names.
    static let ethiopic = """
        ።=. ፣=, ፤=; ፥=: ፦=: ፧=? ፡=_
        """

    /// Hangul letters that stand alone, by their short names.
    static let hangul = """
        ㄱ=g ㄲ=gg ㄴ=n ㄷ=d ㄸ=dd ㄹ=r ㅁ=m ㅂ=b ㅃ=bb ㅅ=s ㅆ=ss ㅇ=ng ㅈ=j ㅉ=jj ㅊ=c ㅋ=k ㅌ=t ㅍ=p ㅎ=h
        ㅏ=a ㅐ=ae ㅑ=ya ㅒ=yae ㅓ=eo ㅔ=e ㅕ=yeo ㅖ=ye ㅗ=o ㅘ=wa ㅙ=wae ㅚ=oe ㅛ=yo ㅜ=u ㅝ=weo ㅞ=we ㅟ=wi ㅠ=yu ㅡ=eu
        ㅢ=yi ㅣ=i
        """

    /// Kana after Hepburn, long vowels doubled.
    static let kana = """
        し=shi ち=chi つ=tsu ふ=fu じ=ji ぢ=ji づ=zu ん=n を=o
        ｶﾞ=ga ｷﾞ=gi ｸﾞ=gu ｹﾞ=ge ｺﾞ=go ｻﾞ=za ｼﾞ=ji ｽﾞ=zu ｾﾞ=ze ｿﾞ=zo ﾀﾞ=da ﾁﾞ=ji ﾂﾞ=zu ﾃﾞ=de ﾄﾞ=do ﾊﾞ=ba ﾋﾞ=bi ﾌﾞ=bu
        ﾍﾞ=be ﾎﾞ=bo ﾊﾟ=pa ﾋﾟ=pi ﾌﾟ=pu ﾍﾟ=pe ﾎﾟ=po ｳﾞ=vu
        シ=shi チ=chi ツ=tsu フ=fu ジ=ji ヂ=ji ヅ=zu ン=n ヲ=o ヴ=vu ウィ=wi ウェ=we ウォ=wo
        """

    /// Scripts whose letters have names of their own.
    static let others = """
        # Coptic, whose letters are Greek's and seven more.
        ⲏ=e ⲑ=th ⲟ=o ⲣ=r ⲩ=u ⲫ=ph ⲭ=kh ⲯ=ps ⲝ=ks ⲱ=o ϣ=sh ϥ=f ϧ=kh ϩ=h ϫ=j ϭ=c ϯ=ti
        # Thaana: the carrier of vowels, and letters whose names begin otherwise.
        އ= ހ=h ށ=sh ނ=n ރ=r ބ=b ޅ=lh ކ=k ވ=v މ=m ފ=f ދ=dh ތ=th ލ=l ގ=g ޏ=gn ސ=s ޑ=d ޒ=z ޓ=t ޔ=y ޕ=p ޖ=j ޗ=ch
        ޘ=th ޙ=h ޚ=kh ޛ=dh ޜ=z ޝ=sh ޞ=s ޟ=d ޠ=t ޡ=z ޢ= ޣ=gh ޤ=q ޥ=w
        U+07A6=a U+07A7=aa U+07A8=i U+07A9=ee U+07AA=u U+07AB=oo U+07AC=e U+07AD=ey U+07AE=o U+07AF=oa U+07B0=
        # Ol Chiki names letters by how they sound after a vowel.
        ᱚ=o ᱛ=t ᱜ=g ᱝ=ng ᱞ=l ᱟ=a ᱠ=k ᱡ=j ᱢ=m ᱣ=w ᱤ=i ᱥ=s ᱦ=h ᱧ=ny ᱨ=r ᱩ=u ᱪ=ch ᱫ=d ᱬ=nn ᱭ=y ᱮ=e ᱯ=p ᱰ=dd ᱱ=n ᱲ=rr
        ᱳ=o ᱴ=tt ᱵ=b ᱶ=v ᱷ=h ᱸ=n ᱹ= ᱺ=n ᱻ= ᱼ=- ᱽ=
        # Tifinagh: vowels and the two letters that are written with a sign.
        ⴰ=a ⵉ=i ⵓ=u ⴻ=e ⵄ=' ⵢ=y ⵡ=w ⵯ=w
        """

    /// Punctuation that becomes ASCII always.
    static let punctuation = """
        、=,_ 。=. 《=" 》=" （=_( ）=)_ ，=,_ ．=. ：=: ；=; ！=! ？=? ＝== ・=_ ‐=- ꞌ=' ʼ='
        """
}
