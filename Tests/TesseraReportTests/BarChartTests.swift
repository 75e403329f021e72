import TesseraReport
import Testing

@Suite("Bar charts")
struct BarChartTests {
    @Test("hold a bar and a value for each number, and escape names")
    func bars() {
        let chart = BarChart(
            title: "Tokens <& more>", series: ["a\"b", "c"],
            groups: [.init("Русский", [1.5, 4]), .init("x\u{1}", [0, .nan])])
        let svg = chart.svg()
        #expect(
            svg.contains("Tokens &lt;&amp; more&gt;") && svg.contains("a&quot;b") && svg.contains("x\u{FFFD}")
        )
        #expect(!svg.contains("\u{1}") && svg.contains(">1.50</text>") && svg.contains(">4.00</text>"))
        // A legend of two, three bars: no bar for what is no number.
        #expect(svg.components(of: "<rect class=\"s") == 5)
        #expect(svg.contains("prefers-color-scheme: dark"))
    }

    @Test(
        "draw any numbers",
        arguments: [[], [0], [-1], [1e300], [1e-300], [Double.infinity], [0.3], [12345.6]])
    func extremes(values: [Double]) {
        let svg = BarChart(title: "", series: values.isEmpty ? [] : ["a"], groups: [.init("g", values)]).svg()
        #expect(
            svg.hasSuffix("</svg>\n") && svg.utf8.count < 10_000 && !svg.contains("nan")
                && !svg.contains("inf"))
    }
}

extension String {
    fileprivate func components(of needle: String) -> Int {
        var count = 0
        var rest = self[...]
        while let found = rest.range(of: needle) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}

extension Substring {
    fileprivate func range(of needle: String) -> Range<Index>? {
        indices.first { self[$0...].hasPrefix(needle) }.map { $0..<index($0, offsetBy: needle.count) }
    }
}
