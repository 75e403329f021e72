import TesseraReport
import Testing

@Suite("Texts in colours")
struct HTMLTokensTests {
    private func page(_ tokens: [WeightedToken]) -> String {
        var page = HTMLPage(title: "t")
        page.tokens(tokens, caption: "c & d")
        return page.html()
    }

    @Test("colours follow the weights, and text is escaped")
    func colours() {
        let html = page([
            WeightedToken("<script>", weight: 1), WeightedToken("\"&\n", weight: -0.5),
            WeightedToken("x", weight: 0, isTarget: true),
        ])
        #expect(html.contains(">&lt;script&gt;</span>"))
        #expect(!html.contains("<script>"))
        #expect(html.contains("class=\"for\" style=\"--w: 45.0%\""))
        #expect(html.contains("class=\"against\" style=\"--w: 22.5%\""))
        #expect(html.contains("&quot;&amp;⏎</span>"))
        #expect(html.contains("class=\"target\""))
        #expect(html.contains("c &amp; d"))
    }

    @Test("weights that are no numbers or out of range have no colour or the deepest")
    func strange() {
        let html = page([
            WeightedToken("a", weight: .nan), WeightedToken("b", weight: 1e300),
            WeightedToken("c", weight: -.infinity),
        ])
        #expect(html.contains("--w: 0.0%\" title=\"0.000\">a<"))
        #expect(html.contains("--w: 45.0%\" title=\"1.000\">b<"))
        #expect(html.contains("--w: 0.0%\" title=\"0.000\">c<"))
    }

    @Test("light and dark pages each have their colours")
    func schemes() {
        let html = page([])
        #expect(html.contains("--for: #0072B2") && html.contains("--for: #56B4E9"))
    }
}
