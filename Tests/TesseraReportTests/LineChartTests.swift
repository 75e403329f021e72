import TesseraReport
import Testing

@Suite("Line charts")
struct LineChartTests {
    private func chart(_ points: [LineChart.Point]) -> String {
        LineChart(
            title: "a < b & c", xName: "steps", yName: "loss",
            series: [.init("one", points), .init("none", [])]
        ).svg()
    }

    @Test("points are joined in order, between round numbers that hold all of them")
    func points() {
        let svg = chart([.init(0, 10), .init(50, 5), .init(100, 0)])
        // The corners of the picture's field, and its middle.
        #expect(svg.contains("points=\"84.0,78.0 404.0,239.0 724.0,400.0\""))
        #expect(svg.contains(">100</text>") && svg.contains(">10</text>"))
        #expect(svg.contains("a &lt; b &amp; c"))
        #expect(svg.components("<circle") == 2 + 3)
    }

    @Test("what is no number is left out, and one value alone is a dot")
    func strange() {
        let svg = chart([.init(.nan, 1), .init(3, .infinity), .init(3, 4)])
        #expect(!svg.contains("polyline class"))
        #expect(!svg.contains("nan") && !svg.contains("inf"))
        #expect(svg.components("<circle") == 2 + 1)
        for points in [[], [LineChart.Point(0, 0)], [.init(-5, 1e300), .init(1e-9, -1e300)]] {
            #expect(chart(points).hasSuffix("</svg>\n"))
        }
    }
}

extension String {
    /// How often `part` occurs.
    fileprivate func components(_ part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
