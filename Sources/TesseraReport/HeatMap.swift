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
        let left = margin + min(260, max(40, (names.map { columnWidth(of: $0) }.max() ?? 0) * 8)) + 10
        let top = 58 + min(220, max(30, (names.map { columnWidth(of: $0) }.max() ?? 0) * 7))
        let width = max(left + names.count * field + margin, 400)
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
            .heat .on { fill: #ffffff; }
            @media (prefers-color-scheme: dark) {
            .heat text { fill: #ececec; }
            .heat .paper { fill: #161616; }
            .heat .field { fill: #56B4E9; }
            .heat .on { fill: #161616; }
            }
            </style>
            <g class="heat">
            <rect class="paper" width="100%" height="100%"/>
            <text class="head" x="\(margin)" y="32">\(xmlEscaped(title))</text>

            """
        for (index, name) in names.enumerated() {
            let middle = index * field + field / 2 + 4
            svg +=
                "<text x=\"\(left - 10)\" y=\"\(top + middle)\" text-anchor=\"end\">\(xmlEscaped(shortened(name)))</text>\n"
            svg +=
                "<text transform=\"translate(\(left + middle), \(top - 8)) rotate(-60)\">\(xmlEscaped(shortened(name)))</text>\n"
        }
        for (row, numbers) in values.prefix(names.count).enumerated() {
            for (column, number) in numbers.prefix(names.count).enumerated() where number.isFinite {
                let value = min(max(number, 0), 1)
                let (x, y) = (left + column * field, top + row * field)
                svg += """
                    <rect class="field" x="\(x + 1)" y="\(y + 1)" width="\(field - 2)" height="\(field - 2)" \
                    fill-opacity="\(NumberFormat.decimal(0.06 + 0.94 * value, places: 3))"/>
                    <text\(value > 0.55 ? " class=\"on\"" : "") x="\(x + field / 2)" y="\(y + field / 2 + 4)" \
                    text-anchor="middle">\(NumberFormat.decimal(number, places: 2))</text>

                    """
            }
        }
        return svg + "</g>\n</svg>\n"
    }

    private func shortened(_ name: String) -> String { name.count > 30 ? name.prefix(29) + "…" : name }
}
