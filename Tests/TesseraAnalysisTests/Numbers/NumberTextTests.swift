import TesseraAnalysis
import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Numbers in texts")
struct NumberTextTests {
    private static let styles: [String] =
        ["nosep"]
        + NumberStyle.separators.flatMap { ["\($0.name)_l2r", "\($0.name)_r2l"] }

    @Test("what is written in a style is read back, whatever the digits", arguments: styles)
    func readBack(name: String) throws {
        let style = try NumberStyle(named: name)
        #expect(style.description == name)
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<300 {
            let digits = (0..<Int.random(in: 1...25, using: &generator)).map { _ in
                String(Int.random(in: 0...9, using: &generator))
            }.joined()
            #expect(try style.digits(of: style.write(digits)) == digits)
        }
    }

    @Test("the paper's formats")
    func formats() throws {
        #expect(try NumberStyle(named: "comma_r2l").write(1_234_567) == "1,234,567")
        #expect(try NumberStyle(named: "comma_l2r").write(1_234_567) == "123,456,7")
        #expect(try NumberStyle(named: "foo_r2l").write(1_234_567) == "1foo234foo567")
        #expect(NumberStyle.plain.write(1_234_567) == "1234567")
        #expect(try NumberStyle(parsing: "r2l:4:·").write(1_234_567) == "123·4567")
        #expect(try NumberStyle(parsing: "r2l:3:::").write("1234") == "1::234")
        for name in ["comma", "comma_x2l", "semicolon_r2l", ""] {
            expectLocatedError(field: "formats") { try NumberStyle(named: name) }
        }
        expectLocatedError(field: "regroup-digits") { try NumberStyle(parsing: "r2l:3") }
        expectLocatedError(field: "separator") { try NumberStyle(parsing: "r2l:3:") }
        expectLocatedError(field: "separator") { try NumberStyle(parsing: "r2l:3:a1") }
        expectLocatedError(field: "number") { try NumberStyle(named: "comma_r2l").digits(of: "1,,2") }
    }

    private func rewriter(_ style: String = "r2l:3:,") throws -> DigitRewriter {
        DigitRewriter(try NumberStyle(parsing: style))
    }

    @Test(
        "numbers to compute with are written in groups",
        arguments: [
            ("1234567+89=", "1,234,567+89="), ("a sum of 1234567.", "a sum of 1,234,567."),
            ("(12345, 678) and $98765", "(12,345, 678) and $98,765"), ("-12345", "-12,345"),
            ("12345.67890", "12,345.67890"), ("12,34,567", "1,234,567"), ("1,234,567", "1,234,567"),
            ("12345%", "12,345%"), ("x=12345", "x=12,345"), ("“12345”", "“12,345”"),
            ("999 1000", "999 1,000"),
        ])
    func rewritten(text: String, expected: String) throws {
        #expect(try rewriter().rewrite(text) == expected)
        // A second time changes nothing.
        #expect(try rewriter().rewrite(expected) == expected)
    }

    @Test(
        "what may not be a number stays as it is",
        arguments: [
            "0.1234567", "3.14159265", ".12345", "2024-11-05", "12345/67890", "10:30:12345",
            "192.168.100.200",
            "1.23456.7", "abc12345", "x_12345", "12345kg", "0xFF12345", "1e12345", "RFC-12345", "UTF-16384",
            "#12345", "00012345", "1,2,34567", "12345,6", "`12345`", "``a ` 12345``", "```\n12345\n",
            "١٢٣٤٥", "12345١", "共12345人", "555-1234567", "12345'678", #"\12345"#, "v1.12345.2",
        ])
    func left(text: String) throws {
        #expect(try rewriter().rewrite(text) == text)
    }

    @Test("only what lies in the given spans is changed, and separators are read before new ones are written")
    func spans() throws {
        let rewriter = try rewriter("r2l:3:#")
        #expect(rewriter.rewrite("12345 67890", within: [6..<11]) == "12345 67#890")
        #expect(rewriter.rewrite("12345 67890", within: [7..<11]) == "12345 67890")
        #expect(rewriter.rewrite("1,234") == "1#234")
        let changes = rewriter.changes(in: "é 1234567")
        #expect(changes.map(\.range) == [3..<10])
        #expect(changes.map(\.text) == ["1#234#567"])
        var long = rewriter
        long.smallestLength = 6
        #expect(long.rewrite("12345 123456") == "12345 123#456")
    }

    @Test("a text of many backticks and numbers takes time linear in it")
    func manyMarks() throws {
        let text = String(repeating: "`1 ``2 1234 ", count: 100_000)
        let clock = ContinuousClock()
        let rewriter = try rewriter()
        let time = clock.measure { _ = rewriter.rewrite(text) }
        #expect(time < .seconds(20))
    }
}
