"""Texts of our own (CC0) in many languages, scripts and notations, for the golden files of tokenizers."""

# One or two sentences of our own in each script, about water and the sun.
SCRIPTS = """
The sun rises over the harbour, and nobody's boat is ready; we'll wait, they've said, I'm sure it'd help.
Die Sonne geht über dem Hafen auf, und das Wasser glitzert wie tausend Münzen. Größe: 12,5 m².
Le soleil se lève sur le port : l'eau brille, n'est-ce pas ? Ça coûte 3 € l'été.
El sol sale sobre el puerto. ¿Quién bebe el agua? ¡Nadie, mañana será otro día!
O sol nasce sobre o porto; a água não está fria.
Słońce wschodzi nad portem, a woda lśni jak źdźbło trawy.
Mặt trời mọc trên bến cảng, nước lấp lánh như bạc.
Güneş limanın üzerinde doğuyor; ışık suya düşüyor. İstanbul'da hava ılık.
Солнце встаёт над гаванью, и вода блестит как серебро. 42 лодки ждут.
Сонце сходить над гаванню, їжа й вода є для всіх.
Ο ήλιος ανατέλλει πάνω από το λιμάνι και το νερό λάμπει.
Արևը ծագում է նավահանգստի վրա, և ջուրը փայլում է։
მზე ამოდის ნავსადგურზე და წყალი ბრწყინავს.
השמש זורחת מעל הנמל, והמים נוצצים. שָׁלוֹם לכולם
تشرق الشمس فوق الميناء، والماء يلمع كالفضة. السَّلامُ عليكم ٣٤٥
خورشید بر فراز بندر می‌درخشد و آب می‌تابد. ۶۷۸
سورج بندرگاہ پر نکلتا ہے اور پانی چمکتا ہے۔
सूरज बंदरगाह पर उगता है और पानी चमकता है। १२३ नावें
সূর্য বন্দরের উপর ওঠে আর জল ঝিকমিক করে। ৪৫৬
ਸੂਰਜ ਬੰਦਰਗਾਹ ਉੱਤੇ ਚੜ੍ਹਦਾ ਹੈ ਅਤੇ ਪਾਣੀ ਚਮਕਦਾ ਹੈ।
સૂરજ બંદર પર ઊગે છે અને પાણી ચમકે છે.
ସୂର୍ଯ୍ୟ ବନ୍ଦର ଉପରେ ଉଠେ ଓ ପାଣି ଚମକେ।
சூரியன் துறைமுகத்தின் மேல் உதிக்கிறது, நீர் மின்னுகிறது.
సూర్యుడు రేవుపై ఉదయిస్తాడు, నీరు మెరుస్తుంది.
ಸೂರ್ಯ ಬಂದರಿನ ಮೇಲೆ ಉದಯಿಸುತ್ತಾನೆ, ನೀರು ಹೊಳೆಯುತ್ತದೆ.
സൂര്യൻ തുറമുഖത്തിനു മുകളിൽ ഉദിക്കുന്നു, വെള്ളം തിളങ്ങുന്നു.
හිරු වරාය මත නැගෙයි, ජලය දිලිසෙයි.
พระอาทิตย์ขึ้นเหนือท่าเรือ น้ำส่องประกาย ๑๒๓
ຕາເວັນຂຶ້ນເໜືອທ່າເຮືອ ແລະນ້ຳສ່ອງແສງ
ព្រះអាទិត្យរះលើកំពង់ផែ ទឹកភ្លឺចែងចាំង។
နေသည် ဆိပ်ကမ်းပေါ်တွင် ထွက်ပြီး ရေသည် တောက်ပသည်။
ཉི་མ་གྲུ་ཁའི་སྟེང་ནས་ཤར། ཆུ་འོད་འཚེར།
ፀሐይ በወደቡ ላይ ትወጣለች፣ ውሃውም ያበራል።
太阳从港口升起，水面闪闪发光。一共三百二十条船。
太陽從港口升起，水面閃閃發光。
港に日が昇り、水がきらきら光る。カモメは３羽です。
항구 위로 해가 뜨고 물이 반짝인다. 배가 열두 척.
Нар боомтын дээр мандаж, ус гялалзана. ᠨᠠᠷᠠ ᠤᠰᠤ
ᎠᎹ ᎤᏬᏚᎯ, ᏅᏓ ᎦᎸᎶᎢ.
ⴰⴼⵓⴽ ⵏⵏⵉⴳ ⵏ ⵓⵣⴰⵖⴰⵔ.
ߕߟߋ ߓߘߊ߫ ߓߐ߫، ߖߌ ߦߋ߫ ߡߊߣߊ߲߫ ߠߊ߫.
𐌰𐍄𐍄𐌰 𐌿𐌽𐍃𐌰𐍂, 𝔥𝔢𝔩𝔩𝔬 𝟙𝟚𝟛 𒀭𒂗 𓂀𓁹
"""

PIECES = r"""
def area(radius: float) -> float:\n    # Area of a circle.\n    return 3.14159 * radius ** 2\n
for (int i = 0; i < n; ++i) { sum += a[i] << 2; } // it's fine\n
SELECT name, COUNT(*) FROM boats WHERE length >= 12.50 GROUP BY name;\n
<div class="harbour" id='x1'>&nbsp;<a href="#top">Top</a></div>
{"ids": [1, 2, 3], "text": "caf\\u00e9", "none": null}
let x = y?.z ?? "default"; x!.count == 0b1010_1010 || x ~= 0xFF
\\begin{equation} e^{i\\pi} + 1 = 0 \\end{equation}
https://harbour.test/path?q=a%20b&lang=en#frag me@harbour.test
I'll I'LL I'm you're he'd it's we've can't 's 't 'T ''s 'sun 'reef 'll' 'x don''t
  leading, trailing   \n\n\n three breaks\t\ttabs \r\n windows \u00a0no-break\u2003em\u3000wide
1 12 123 1234 1,234.56 2026-11-24 23:59 +49 30 12345678 ½ ² Ⅷ 一二三 ٣ ४ 𝟘 v1.2.3 a1b2 １２
😀 👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇯🇵 ❤️ ☎️ 🧑🏿‍🚀 1️⃣ ☃ ✈︎ 🫨🪿
e\u0301 \u0301 \u0301a n\u0303o a\u0300\u0301\u0302\u0303 \u200d\u200c\ufeff\u2060 x\u0338 \u0b95\u0bbf
\x00 \x01\x02\x03 \x07 \x1b[31mred\x1b[0m \x7f \x85 \x1c\x1d\x1e\x1f \u2028 \u2029 \u180e
<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n
<|endoftext|><|im_end|> <|im_end|>x<|im_end <|im_end||> <||im_end|> <|im_end|><|im_end|>
<repo_name>x<file_sep>y<reponame>z<filename><gh_stars>12<issue_start><jupyter_code> <empty_output>
\u0378\u0379 \ue000\uf8ff \U0010ffff \U000e0001 \ufffe\uffff \U0002a6d6 \U00030000 \U0001e900 \U00011de0 \U00010d40
""".strip("\n").split("\n")


def unescaped(text):
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape")
