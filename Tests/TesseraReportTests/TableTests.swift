import TesseraReport
import Testing

@Suite("Tables")
struct TableTests {
    @Test("words stand left, numbers right, and no line ends in spaces")
    func alignment() {
        var table = Table([.init("Model"), .init("Tokens/s", .right), .init("Note")])
        table.append(["tiny", "1,234", ""])
        table.append(["larger", "56", "slow"])
        #expect(
            table.text() == """
                Model   Tokens/s  Note
                ──────  ────────  ────
                tiny       1,234
                larger        56  slow

                """
        )
    }

    @Test("wide characters take two columns and combining marks none")
    func wideCharacters() {
        var table = Table([.init("Text"), .init("N", .right)])
        table.append(["日本語", "1"])
        table.append(["e\u{301}te\u{301}", "2"])
        table.append(["abcdef", "3"])
        let lines = table.text().split(separator: "\n")
        #expect(lines.map { columnWidth(of: $0) } == [9, 9, 9, 9, 9])
    }

    @Test("rows that are too short are filled and those too long are cut")
    func raggedRows() {
        var table = Table([.init("A"), .init("B")])
        table.append(["1"])
        table.append(["1", "2", "3"])
        #expect(table.rows == [["1", ""], ["1", "2"]])
    }

    @Test("a cell cannot break its line, command the terminal or end its Markdown cell")
    func hostileCells() {
        var table = Table([.init("A")])
        table.append(["x\n\u{1B}[2J|y"])
        #expect(table.text() == "A\n─────────────────\nx\\u{a}\\u{1b}[2J|y\n")
        #expect(table.markdown() == "| A |\n|---|\n| x\\u{a}\\u{1b}[2J\\|y |\n")
    }

    @Test("Markdown marks the columns of numbers")
    func markdown() {
        var table = Table([.init("A"), .init("B", .right)])
        table.append(["x", "1"])
        #expect(table.markdown() == "| A | B |\n|---|---:|\n| x | 1 |\n")
    }

    @Test("a table without rows or columns is not an accident")
    func empty() {
        #expect(Table([]).text() == "\n\n")
        #expect(Table([.init("A")]).text() == "A\n─\n")
    }

    @Test(
        "column widths of scripts, marks and emoji",
        arguments: [
            ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한글", 4), ("\u{1112}\u{1161}\u{11AB}", 2),
            ("ｱ", 1), ("Ａ", 2), ("😀", 2), ("👩\u{200D}💻", 4), ("🇩🇪", 2), ("ไทย", 3), ("ที่", 1), ("नि", 2),
            ("\u{0}", 0),
            ("⌚", 2), ("©", 1), ("𠀀", 2), ("", 0),
        ]
    )
    func widths(text: String, expected: Int) {
        #expect(columnWidth(of: text) == expected)
    }
}
