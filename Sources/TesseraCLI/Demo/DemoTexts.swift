/// One paragraph in twelve languages, written for this project and dedicated to the public domain (CC0 1.0).
enum DemoTexts {
    /// The English paragraph, which the others are compared with.
    static let english = paragraphs[0].text

    /// Languages in the order they are shown.
    static let paragraphs: [(language: String, text: String)] = [
        (
            "English",
            """
            Water is the oldest traveller on Earth. It rises from the sea as an invisible vapour, gathers into \
            clouds, and crosses mountains and borders without asking anyone. When it falls as rain, it feeds rivers, \
            fields and cities, and in the end it returns to the sea from which it came. Whoever drinks a glass of \
            water today drinks something that has already been snow, a wave, and the morning dew of a distant \
            country. That is why caring for water means caring for everyone, including those we will never meet.
            """
        ),
        (
            "Spanish",
            """
            El agua es la viajera más antigua de la Tierra. Se eleva del mar como un vapor invisible, se reúne en \
            nubes y cruza montañas y fronteras sin pedir permiso a nadie. Cuando cae en forma de lluvia, alimenta \
            ríos, campos y ciudades, y al final regresa al mar del que salió. Quien bebe hoy un vaso de agua bebe \
            algo que ya ha sido nieve, ola y rocío matinal de un país lejano. Por eso cuidar el agua significa \
            cuidar de todos, incluso de aquellos a quienes nunca conoceremos.
            """
        ),
        (
            "French",
            """
            L'eau est la plus ancienne voyageuse de la Terre. Elle s'élève de la mer en vapeur invisible, se \
            rassemble en nuages et franchit montagnes et frontières sans rien demander à personne. Quand elle tombe \
            en pluie, elle nourrit les fleuves, les champs et les villes, puis elle retourne à la mer d'où elle est \
            venue. Celui qui boit aujourd'hui un verre d'eau boit quelque chose qui a déjà été neige, vague et rosée \
            du matin d'un pays lointain. Voilà pourquoi prendre soin de l'eau, c'est prendre soin de tous, même de \
            ceux que nous ne rencontrerons jamais.
            """
        ),
        (
            "German",
            """
            Wasser ist der älteste Reisende der Erde. Es steigt als unsichtbarer Dampf aus dem Meer auf, sammelt sich \
            zu Wolken und überquert Berge und Grenzen, ohne jemanden zu fragen. Wenn es als Regen fällt, nährt es \
            Flüsse, Felder und Städte und kehrt am Ende in das Meer zurück, aus dem es kam. Wer heute ein Glas Wasser \
            trinkt, trinkt etwas, das schon Schnee, Welle und Morgentau eines fernen Landes war. Deshalb heißt, für \
            das Wasser zu sorgen, für alle zu sorgen, auch für die, denen wir nie begegnen werden.
            """
        ),
        (
            "Turkish",
            """
            Su, yeryüzünün en eski yolcusudur. Görünmez bir buhar olarak denizden yükselir, bulutlarda toplanır, \
            kimseye sormadan dağları ve sınırları aşar. Yağmur olup yağdığında nehirleri, tarlaları ve şehirleri \
            besler, sonunda geldiği denize geri döner. Bugün bir bardak su içen kişi, daha önce kar, dalga ve uzak \
            bir ülkenin sabah çiyi olmuş bir şeyi içer. Bu yüzden suya özen göstermek, hiç tanışmayacağımız insanlar \
            da dahil olmak üzere herkese özen göstermek demektir.
            """
        ),
        (
            "Swahili",
            """
            Maji ni msafiri wa kale kuliko wote duniani. Huinuka kutoka baharini kama mvuke usioonekana, hukusanyika \
            kuwa mawingu, na huvuka milima na mipaka bila kumwomba mtu ruhusa. Yanaponyesha kama mvua, hulisha mito, \
            mashamba na miji, na mwishowe hurudi katika bahari yalikotoka. Anayekunywa glasi ya maji leo anakunywa \
            kitu ambacho tayari kimekuwa theluji, wimbi na umande wa asubuhi wa nchi ya mbali. Ndiyo maana kuyatunza \
            maji ni kuwatunza watu wote, hata wale ambao hatutakutana nao kamwe.
            """
        ),
        (
            "Russian",
            """
            Вода — самый древний путешественник на Земле. Она поднимается из моря невидимым паром, собирается в \
            облака и пересекает горы и границы, никого не спрашивая. Выпадая дождём, она питает реки, поля и города, \
            а в конце концов возвращается в море, из которого вышла. Кто сегодня пьёт стакан воды, пьёт то, что уже \
            было снегом, волной и утренней росой далёкой страны. Поэтому беречь воду — значит беречь всех, даже тех, \
            кого мы никогда не встретим.
            """
        ),
        (
            "Arabic",
            """
            الماء أقدم مسافر على وجه الأرض. يصعد من البحر بخارًا لا يُرى، ويتجمع في الغيوم، ويعبر الجبال والحدود دون \
            أن يستأذن أحدًا. وحين يهطل مطرًا يغذي الأنهار والحقول والمدن، ثم يعود في النهاية إلى البحر الذي جاء منه. \
            ومن يشرب اليوم كأسًا من الماء يشرب شيئًا كان من قبل ثلجًا وموجةً وندى صباحٍ في بلد بعيد. لذلك فإن العناية \
            بالماء تعني العناية بالجميع، حتى بمن لن نلتقي بهم أبدًا.
            """
        ),
        (
            "Hindi",
            """
            पानी धरती का सबसे पुराना यात्री है। वह समुद्र से अदृश्य भाप बनकर उठता है, बादलों में इकट्ठा होता है और किसी से \
            पूछे बिना पहाड़ों और सीमाओं को पार करता है। जब वह वर्षा बनकर गिरता है, तो नदियों, खेतों और शहरों को सींचता है और \
            अंत में उसी समुद्र में लौट जाता है जहाँ से आया था। आज जो एक गिलास पानी पीता है, वह ऐसी चीज़ पीता है जो पहले किसी \
            दूर देश की बर्फ़, लहर और सुबह की ओस रह चुकी है। इसलिए पानी की देखभाल करना सबकी देखभाल करना है, उनकी भी \
            जिनसे हम कभी नहीं मिलेंगे।
            """
        ),
        (
            "Chinese",
            """
            水是地球上最古老的旅行者。它化作看不见的水汽从海面升起，聚成云朵，不征得任何人的同意就越过高山与国界。它化作雨落下时，\
            滋养江河、田野和城市，最后又回到它出发的大海。今天喝下一杯水的人，喝下的是曾经做过雪、做过浪、做过远方清晨露珠的东西。\
            因此，爱护水就是爱护所有的人，包括那些我们永远不会遇见的人。
            """
        ),
        (
            "Japanese",
            """
            水は地球でいちばん古い旅人です。目に見えない蒸気となって海から立ちのぼり、集まって雲になり、誰に断ることもなく山や国境を\
            越えていきます。雨となって降れば川や畑や街を潤し、最後には生まれた海へと帰っていきます。今日コップ一杯の水を飲む人は、\
            かつて雪であり、波であり、遠い国の朝露であったものを飲んでいるのです。だから水を大切にすることは、決して出会うことのない\
            人々も含めて、すべての人を大切にすることなのです。
            """
        ),
        (
            "Korean",
            """
            물은 지구에서 가장 오래된 여행자입니다. 눈에 보이지 않는 수증기가 되어 바다에서 올라와 구름으로 모이고, 누구의 허락도 \
            구하지 않은 채 산과 국경을 넘습니다. 비가 되어 내리면 강과 들과 도시를 적시고, 마침내 떠나온 바다로 돌아갑니다. 오늘 물 \
            한 잔을 마시는 사람은 이미 눈이었고 물결이었으며 먼 나라의 아침 이슬이었던 것을 마시는 셈입니다. 그래서 물을 돌보는 일은 \
            우리가 결코 만나지 못할 사람들까지 포함하여 모두를 돌보는 일입니다.
            """
        ),
    ]
}
