import Foundation
import TesseraReport
import Testing

@Suite("Heat maps")
struct HeatMapTests {
    @Test("hold a field for each number, and escape names")
    func fields() {
        let svg = HeatMap(title: "Like & unlike", names: ["a<b", "c"], values: [[1, 0.25], [.nan, 1]]).svg()
        #expect(svg.contains("Like &amp; unlike") && svg.contains("a&lt;b") && !svg.contains("a<b"))
        #expect(svg.components(separatedBy: "class=\"field\"").count - 1 == 3)
        #expect(svg.contains(">0.25</text>") && !svg.contains("nan"))
    }

    @Test("the names of columns, which lean to the right, end inside the picture", arguments: [1, 4, 12])
    func names(count: Int) throws {
        let name = "a-name-of-twenty-one"
        let names = [String](repeating: name, count: count)
        let svg = HeatMap(title: "", names: names, values: []).svg()
        let width = try #require(Self.number(after: "viewBox=\"0 0 ", in: svg))
        let places = svg.components(separatedBy: "translate(").dropFirst()
        let last = try #require(places.last.flatMap { Double($0.prefix { $0 != "," }) })
        // 7 units a letter, leaning by 60 degrees.
        #expect(last + Double(name.count) * 7 / 2 <= width)
    }

    /// Numbers at least as legible as the Web Content Accessibility Guidelines ask for (2.2, criterion 1.4.3).
    @Test("numbers stand out from their fields on light and dark pages", arguments: Array(0...100))
    func contrast(percent: Int) throws {
        let svg = HeatMap(title: "", names: ["a"], values: [[Double(percent) / 100]]).svg()
        let opacity = try #require(Self.number(after: "fill-opacity=\"", in: svg))
        let number = try #require(svg.components(separatedBy: "class=\"number").last?.prefix { $0 != "\"" })
        let isFull = number.contains("full")
        let isDense = isFull || number.contains("dense")
        let light = Self.luminance(of: [0x00, 0x72, 0xB2], over: [0xFF, 0xFF, 0xFF], opacity)
        let dark = Self.luminance(of: [0x56, 0xB4, 0xE9], over: [0x16, 0x16, 0x16], opacity)
        #expect(Self.contrast(light, isFull ? 1 : 0) >= 4.5)
        #expect(Self.contrast(dark, isDense ? 0 : 1) >= 4.5)
    }

    private static func number(after mark: String, in svg: String) -> Double? {
        svg.components(separatedBy: mark).dropFirst().first.flatMap {
            Double($0.prefix { "0123456789.".contains($0) })
        }
    }

    private static func contrast(_ one: Double, _ other: Double) -> Double {
        (max(one, other) + 0.05) / (min(one, other) + 0.05)
    }

    /// The relative luminance of a colour that lies over another.
    private static func luminance(of color: [Double], over paper: [Double], _ opacity: Double) -> Double {
        zip(zip(color, paper), [0.2126, 0.7152, 0.0722]).reduce(0) { sum, part in
            let value = (part.0.0 * opacity + part.0.1 * (1 - opacity)) / 255
            return sum + part.1 * (value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4))
        }
    }
}
