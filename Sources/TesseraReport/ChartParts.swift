/// Colours that people with any colour vision tell apart (Okabe and Ito, 2008), for light and for dark pages.
let chartColors = [
    ("#0072B2", "#56B4E9"), ("#D55E00", "#F08A3C"), ("#009E73", "#2FC79A"), ("#B0578D", "#DE94BE"),
    ("#8A7A00", "#F0E442"), ("#555555", "#BBBBBB"),
]

/// Where the names of the series stand above a chart, in as many rows as they need.
struct LegendPlaces {
    /// The names as they are written: long ones are cut.
    let names: [String]
    /// The upper left corner of each mark.
    let places: [(x: Int, y: Int)]
    /// How much room they take.
    let height: Int

    init(_ series: [String], margin: Int, width: Int) {
        names = series.map(shortenedForChart)
        var places: [(x: Int, y: Int)] = []
        var (x, y) = (margin, 48)
        for name in names {
            let taken = 18 + columnWidth(of: name) * 8 + 18
            if x > margin, x + taken > width - margin { (x, y) = (margin, y + 20) }
            places.append((x, y))
            x += taken
        }
        self.places = places
        height = y - 48 + 20
    }
}

/// A name as a chart has room for.
func shortenedForChart(_ name: String) -> String { name.count > 34 ? name.prefix(33) + "…" : name }

/// What a picture begins with, up to its title.
func chartHead(title: String, width: Int, height: Int, margin: Int, style: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" \
    height="\(height)" role="img" aria-label="\(xmlEscaped(title))">
    <title>\(xmlEscaped(title))</title>
    <style>
    \(style)
    </style>
    <rect class="page" width="100%" height="100%"/>
    <text class="title" x="\(margin)" y="32">\(xmlEscaped(title))</text>

    """
}

/// The distance of grid lines: 1, 2 or 5 times a power of ten, so that a span, which is above 0, has four to ten.
func tickStep(over span: Double) -> Double {
    var step = 1.0
    while span / step > 8 { step *= 10 }
    while span / step < 0.8 { step /= 10 }
    if span / step > 4 { return step }
    return span / step > 1.6 ? step / 2 : step / 5
}

/// A length or place in a picture.
func chartPlace(_ value: Double) -> String { NumberFormat.decimal(value, places: 1).filter { $0 != "," } }
