/// Numbers from 0 to 1 in rows and columns, as a picture in SVG in which a darker field is a larger number.
public struct HeatMap: Hashable, Sendable {
    /// What stands above.
    public var title: String
    /// The names of the rows and, in the same order, of the columns.
    public var names: [String]
    /// The numbers, row by row; what is no number has no field.
    public var values: [[Double]]

    /// Creates a picture of a square of numbers.
    public init(title: String, names: [String], values: [[Double]]) {
        self.title = title
        self.names = names
        self.values = values
    }

    private let field = 46
    private let margin = 20

    /// The picture.
    public func svg() -> String {
        let names = names.map(shortenedForChart)
        let longest = names.map { columnWidth(of: $0) }.max() ?? 0
        let left = margin + max(40, longest * 8) + 10
        let top = 58 + max(30, longest * 7)
        // The names of the columns lean to the right, the last one beyond the fields.
        let width = max(left + names.count * field + max(margin, longest * 4 - field / 2 + margin), 400)
        let height = top + names.count * field + margin
        var svg = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" \
            height="\(height)" role="img" aria-label="\(xmlEscaped(title))">
            <title>\(xmlEscaped(title))</title>
            <style>
            .heat text { font: 13px system-ui, "Noto Sans", "DejaVu Sans", sans-serif; fill: #1a1a1a; }
            .heat .paper { fill: #ffffff; }
            .heat .head { font-size: 17px; font-weight: 600; }
            .heat .field { fill: #0072B2; }
            .heat .number { fill: #000000; }
            .heat .full { fill: #ffffff; }
            @media (prefers-color-scheme: dark) {
            .heat text { fill: #ececec; }
            .heat .paper { fill: #161616; }
            .heat .field { fill: #56B4E9; }
            .heat .number { fill: #ffffff; }
            .heat .dense, .heat .full { fill: #000000; }
            }
            </style>
            <g class="heat">
            <rect class="paper" width="100%" height="100%"/>
            <text class="head" x="\(margin)" y="32">\(xmlEscaped(title))</text>

            """
        for (index, name) in names.enumerated() {
            let middle = index * field + field / 2 + 4
            svg +=
                "<text x=\"\(left - 10)\" y=\"\(top + middle)\" text-anchor=\"end\">\(xmlEscaped(name))</text>\n"
            svg +=
                "<text transform=\"translate(\(left + middle), \(top - 8)) rotate(-60)\">\(xmlEscaped(name))</text>\n"
        }
        for (row, numbers) in values.prefix(names.count).enumerated() {
            for (column, number) in numbers.prefix(names.count).enumerated() where number.isFinite {
                let value = min(max(number, 0), 1)
                let (x, y) = (left + column * field, top + row * field)
                svg += """
                    <rect class="field" x="\(x + 1)" y="\(y + 1)" width="\(field - 2)" height="\(field - 2)" \
                    fill-opacity="\(NumberFormat.decimal(0.06 + 0.94 * value, places: 3))"/>
                    <text class="\(Self.kind(of: value))" x="\(x + field / 2)" y="\(y + field / 2 + 4)" \
                    text-anchor="middle">\(NumberFormat.decimal(number, places: 2))</text>

                    """
            }
        }
        return svg + "</g>\n</svg>\n"
    }

    /// How a number is written on its field: black or white, whichever stands out more.
    ///
    /// The fields of light pages are dark from 0.92 on, those of dark pages light from 0.62 on; the contrast is never
    /// below 4.5.
    private static func kind(of value: Double) -> String {
        value > 0.92 ? "number full" : value > 0.62 ? "number dense" : "number"
    }
}
