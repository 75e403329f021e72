/// Lines through measured points on two axes, as a picture in SVG that is read on light and dark pages.
public struct LineChart: Hashable, Sendable {
    /// A place in the picture.
    public struct Point: Hashable, Sendable {
        /// How far to the right.
        public var x: Double
        /// How far up.
        public var y: Double

        /// Creates a point.
        public init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// Points that belong together, in the order in which they are joined.
    public struct Series: Hashable, Sendable {
        /// What was measured.
        public var name: String
        /// Where; one alone is a dot.
        public var points: [Point]

        /// Creates a series.
        public init(_ name: String, _ points: [Point]) {
            self.name = name
            self.points = points
        }
    }

    /// What stands above.
    public var title: String
    /// What is measured to the right.
    public var xName: String
    /// What is measured upwards.
    public var yName: String
    /// The lines.
    public var series: [Series]

    /// Creates a chart.
    public init(title: String, xName: String, yName: String, series: [Series]) {
        self.title = title
        self.xName = xName
        self.yName = yName
        self.series = series
    }

    private let width = 760
    private let height = 460
    private let left = 84
    private let right = 724
    private let margin = 20

    /// The picture; points that are no finite numbers are left out.
    public func svg() -> String {
        let legend = LegendPlaces(series.map(\.name), margin: margin, width: width)
        let top = 58 + legend.height
        let bottom = height - 60
        let points = series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
        let xAxis = Axis(points.map(\.x))
        let yAxis = Axis(points.map(\.y))
        func x(_ value: Double) -> String {
            chartPlace(Double(left) + Double(right - left) * xAxis.part(value))
        }
        func y(_ value: Double) -> String {
            chartPlace(Double(bottom) - Double(bottom - top) * yAxis.part(value))
        }
        var svg = chartHead(title: title, width: width, height: height, margin: margin, style: style)
        for tick in xAxis.ticks {
            svg +=
                "<line class=\"grid\" x1=\"\(x(tick))\" y1=\"\(top)\" x2=\"\(x(tick))\" y2=\"\(bottom)\"/>\n"
            svg += "<text class=\"tick\" x=\"\(x(tick))\" y=\"\(bottom + 18)\">\(xAxis.text(tick))</text>\n"
        }
        for tick in yAxis.ticks {
            svg +=
                "<line class=\"grid\" x1=\"\(left)\" y1=\"\(y(tick))\" x2=\"\(right)\" y2=\"\(y(tick))\"/>\n"
            svg +=
                "<text class=\"level\" x=\"\(left - 8)\" y=\"\(y(tick))\" dy=\"4\">\(yAxis.text(tick))</text>\n"
        }
        svg +=
            "<text class=\"axis\" x=\"\((left + right) / 2)\" y=\"\(height - 16)\">\(xmlEscaped(xName))</text>\n"
        svg +=
            "<text class=\"axis\" transform=\"translate(22 \((top + bottom) / 2)) rotate(-90)\">\(xmlEscaped(yName))</text>\n"
        for (index, series) in series.enumerated() {
            let color = index % chartColors.count
            let place = legend.places[index]
            svg += "<circle class=\"d\(color)\" cx=\"\(place.x + 6)\" cy=\"\(place.y + 6)\" r=\"5\"/>\n"
            svg +=
                "<text x=\"\(place.x + 18)\" y=\"\(place.y + 11)\">\(xmlEscaped(legend.names[index]))</text>\n"
            let shown = series.points.filter { $0.x.isFinite && $0.y.isFinite }
            if shown.count > 1 {
                let path = shown.map { "\(x($0.x)),\(y($0.y))" }.joined(separator: " ")
                svg += "<polyline class=\"l\(color)\" points=\"\(path)\"/>\n"
            }
            // Many points are a curve, and dots would hide it.
            guard shown.count <= 40 else { continue }
            for point in shown {
                svg += "<circle class=\"d\(color)\" cx=\"\(x(point.x))\" cy=\"\(y(point.y))\" r=\"4\"/>\n"
            }
        }
        return svg + "</svg>\n"
    }

    private var style: String {
        var light = ""
        var dark = ""
        for (index, color) in chartColors.enumerated() {
            light += ".l\(index) { stroke: \(color.0); } .d\(index) { fill: \(color.0); }\n"
            dark += ".l\(index) { stroke: \(color.1); } .d\(index) { fill: \(color.1); }\n"
        }
        return """
            text { font: 13px system-ui, "Noto Sans", "DejaVu Sans", sans-serif; fill: #1a1a1a; }
            polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
            .page { fill: #ffffff; }
            .title { font-size: 17px; font-weight: 600; }
            .axis { text-anchor: middle; }
            .tick { text-anchor: middle; font-size: 11px; fill: #555555; }
            .level { text-anchor: end; font-size: 11px; fill: #555555; }
            .grid { stroke: #dddddd; stroke-width: 1; }
            \(light)@media (prefers-color-scheme: dark) {
            text { fill: #ececec; }
            .page { fill: #161616; }
            .tick, .level { fill: #b0b0b0; }
            .grid { stroke: #3a3a3a; }
            \(dark)}
            """
    }
}

/// The part of the numbers that is shown, with round ones to mark.
private struct Axis {
    private let lowest: Double
    private let highest: Double
    private let step: Double

    init(_ values: [Double]) {
        let low = max(values.min() ?? 0, -1e12)
        let high = min(max(values.max() ?? 1, low), 1e12)
        let span = max(high - low, max(abs(high), 1) * 1e-6)
        step = tickStep(over: span)
        // From zero where that costs little of the picture.
        lowest = low >= 0 && low < span / 2 ? 0 : (low / step).rounded(.down) * step
        highest = max((high / step).rounded(.up) * step, lowest + step)
    }

    /// Where a value stands: 0 at the low end, 1 at the high one.
    func part(_ value: Double) -> Double { min(max((value - lowest) / (highest - lowest), 0), 1) }

    var ticks: [Double] {
        let count = Int(((highest - lowest) / step).rounded())
        return (0...max(count, 1)).map { lowest + Double($0) * step }
    }

    func text(_ tick: Double) -> String {
        var places = 0
        var size = step
        while size < 0.999, places < 9 {
            size *= 10
            places += 1
        }
        return NumberFormat.decimal(tick, places: places)
    }
}
