/// Bars in groups, as a picture in SVG that is read on light and dark pages.
public struct BarChart: Hashable, Sendable {
    /// Bars that stand together.
    public struct Group: Hashable, Sendable {
        /// What is measured.
        public var name: String
        /// A value for each series.
        public var values: [Double]

        /// Creates a group.
        public init(_ name: String, _ values: [Double]) {
            self.name = name
            self.values = values
        }
    }

    /// What stands above.
    public var title: String
    /// The names of the bars of each group, in order.
    public var series: [String]
    /// The groups, top to bottom.
    public var groups: [Group]

    /// Creates a chart.
    public init(title: String, series: [String], groups: [Group]) {
        self.title = title
        self.series = series
        self.groups = groups
    }

    private let width = 760
    private let barHeight = 14
    private let gap = 12
    private let margin = 20

    /// The picture; values that are negative or no numbers have no bar.
    public func svg() -> String {
        let left = margin + min(260, max(40, (groups.map { columnWidth(of: $0.name) }.max() ?? 0) * 8)) + 10
        let right = width - margin - 52
        let legend = LegendPlaces(series, margin: margin, width: width)
        let top = 58 + legend.height
        let groupHeight = max(series.count, 1) * barHeight + gap
        let bottom = top + groups.count * groupHeight
        let height = bottom + 36
        let step = tickStep(over: highest)
        let largest = max(step, (highest / step).rounded(.up) * step)
        func x(_ value: Double) -> Double {
            Double(left) + Double(right - left) * min(max(value, 0), largest) / largest
        }
        var svg = chartHead(title: title, width: width, height: height, margin: margin, style: style)
        for (index, place) in legend.places.enumerated() {
            svg +=
                "<rect class=\"s\(index % chartColors.count)\" x=\"\(place.x)\" y=\"\(place.y)\" width=\"12\" height=\"12\"/>\n"
            svg +=
                "<text x=\"\(place.x + 18)\" y=\"\(place.y + 11)\">\(xmlEscaped(legend.names[index]))</text>\n"
        }
        var tick = 0.0
        while tick <= largest + step / 2 {
            let place = chartPlace(x(tick))
            svg +=
                "<line class=\"grid\" x1=\"\(place)\" y1=\"\(top - 4)\" x2=\"\(place)\" y2=\"\(bottom)\"/>\n"
            svg +=
                "<text class=\"tick\" x=\"\(place)\" y=\"\(bottom + 18)\">\(NumberFormat.decimal(tick, places: step < 1 ? 1 : 0))</text>\n"
            tick += step
        }
        for (row, group) in groups.enumerated() {
            let y = top + row * groupHeight
            let middle = y + (groupHeight - gap) / 2 + 4
            svg +=
                "<text class=\"name\" x=\"\(left - 10)\" y=\"\(middle)\">\(xmlEscaped(shortenedForChart(group.name)))</text>\n"
            for (index, value) in group.values.prefix(series.count).enumerated()
            where value.isFinite && value >= 0 {
                let barY = y + index * barHeight
                let barWidth = chartPlace(x(value) - Double(left))
                svg +=
                    "<rect class=\"s\(index % chartColors.count)\" x=\"\(left)\" y=\"\(barY)\" width=\"\(barWidth)\" height=\"\(barHeight - 2)\"/>\n"
                svg +=
                    "<text class=\"value\" x=\"\(chartPlace(x(value) + 6))\" y=\"\(barY + barHeight - 4)\">\(NumberFormat.decimal(value, places: 2))</text>\n"
            }
        }
        return svg + "</svg>\n"
    }

    private var style: String {
        var light = ""
        var dark = ""
        for (index, color) in chartColors.enumerated() {
            light += ".s\(index) { fill: \(color.0); }\n"
            dark += ".s\(index) { fill: \(color.1); }\n"
        }
        return """
            text { font: 13px system-ui, "Noto Sans", "DejaVu Sans", sans-serif; fill: #1a1a1a; }
            .page { fill: #ffffff; }
            .title { font-size: 17px; font-weight: 600; }
            .name { text-anchor: end; }
            .tick { text-anchor: middle; font-size: 11px; fill: #555555; }
            .value { font-size: 11px; }
            .grid { stroke: #dddddd; stroke-width: 1; }
            \(light)@media (prefers-color-scheme: dark) {
            text { fill: #ececec; }
            .page { fill: #161616; }
            .tick { fill: #b0b0b0; }
            .grid { stroke: #3a3a3a; }
            \(dark)}
            """
    }

    private var highest: Double {
        let values = groups.flatMap(\.values).filter { $0.isFinite && $0 > 0 }
        return min(max(values.max() ?? 1, 1e-6), 1e12)
    }
}
