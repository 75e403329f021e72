import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Regular expressions")
struct RegularExpressionTests {
    private func matches(_ source: String, _ text: String) throws -> [String] {
        let bytes = Array(text.utf8)
        return try RegularExpression(source).matches(in: text).map {
            String(decoding: bytes[$0], as: UTF8.self)
        }
    }

    @Test(
        "the preferred match wins, not the longest",
        arguments: [
            ("a|ab", "abab", ["a", "a"]),
            ("ab|a", "aab", ["a", "ab"]),
            ("a*?b", "aab", ["aab"]),
            ("a{2,3}?", "aaaaa", ["aa", "aa"]),
            ("a{2,3}", "aaaaa", ["aaa", "aa"]),
            ("(?:a|ab)(?:c|bcd)", "abcd", ["abcd"]),
            ("x*", "axb", ["", "x", ""]),
            ("a++b", "aab", ["aab"]),
            ("a++ab", "aab", []),
            ("(?>a|ab)c", "abcac", ["ac"]),
            ("(?>ab|a)bc", "abbc", ["abbc"]),
            ("[ab]{1,2}+b", "aaabb", ["aaabb"]),
            (".+", "a\nb", ["a", "b"]),
            (#"\R"#, "a\r\nb\n", ["\r\n", "\n"]),
        ] as [(String, String, [String])])
    func preference(source: String, text: String, found: [String]) throws {
        #expect(try matches(source, text) == found)
    }

    @Test(
        "conditions see one code point or as many as they need, and nothing outside",
        arguments: [
            (#"\s+(?!\S)"#, "a   b  ", ["  ", "  "]),
            (#"\s+$"#, "a  \n b  ", ["  ", "  "]),
            ("^a", "ab\na", ["a", "a"]),
            (#"\Aa|b\z"#, "ab\nab", ["a", "b"]),
            (#"\bb\w*"#, "bb ab b", ["bb", "b"]),
            (#"\Bb"#, "bb ab b", ["b", "b"]),
            (#"(?<=a)b"#, "abb", ["b"]),
            (#"(?<!a)b"#, "abb", ["b"]),
            (#"(?<=ab|c)x"#, "xabxcxbx", ["x", "x"]),
            (#"(?<![ab]{2})x"#, "abxax", ["x"]),
            (#"a(?=.*z)"#, "aza", ["a"]),
            (#"\d{1,3}(?=(?:\d{3})*\b)"#, "1234567 12", ["1", "234", "567", "12"]),
            (#"(?=(\d{3})+(?!\d))"#, "12345", [""]),
            (#"x\Z"#, "x\nx\n", ["x"]),
        ] as [(String, String, [String])])
    func conditions(source: String, text: String, found: [String]) throws {
        #expect(try matches(source, text) == found)
    }

    @Test(
        "classes and escapes mean what they mean in Oniguruma",
        arguments: [
            (#"[\p{L}&&[^\p{Han}]]+"#, "ab漢c", ["ab", "c"]),
            (#"[^a-c[x-z]]"#, "abdxe", ["d", "e"]),
            (#"[a\-z]+"#, "a-zb", ["a-z"]),
            ("[a-]+", "a-b", ["a-"]),
            ("[]a]+", "]ab", ["]a"]),
            ("[[:alpha:]]+", "aé1", ["aé"]),
            (#"\p{^L}"#, "a1", ["1"]),
            (#"\P{script=Greek}"#, "αb", ["b"]),
            (#"\x{1F600}\x41\u0042"#, "😀AB", ["😀AB"]),
            (#"(?i)straSse"#, "STRA\u{17F}SE", ["STRA\u{17F}SE"]),
            ("(?i:k)", "kK\u{212A}x", ["k", "K", "\u{212A}"]),
            ("a(?i)b|c", "aBaC", ["aB", "aC"]),
            ("(?x) a b # c", "ab", ["ab"]),
            ("a{,2}b", "aaab", ["aab"]),
            ("a{x}", "a{x}", ["a{x}"]),
        ] as [(String, String, [String])])
    func notation(source: String, text: String, found: [String]) throws {
        #expect(try matches(source, text) == found)
    }

    @Test("fancy-regex differs from Oniguruma where they do")
    func dialects() throws {
        let fancy = try RegularExpression(#"\s++$|x{1,2}+"#, dialect: .fancyRegex)
        #expect(fancy.matches(in: " \nxxx ") == [2..<4, 4..<5, 5..<6])
        #expect(try RegularExpression(#"x{1,2}+"#).matches(in: "xxx") == [0..<3])
    }

    @Test(
        "what is wrong or not supported is named with its place",
        arguments: [
            (#"(a)\1"#, "backreference", 4), ("(a", "group without end", 1), ("a)", "unmatched", 2),
            ("[a", "class without end", 1), ("*a", "quantifier", 1), (#"a\p{Foo}"#, "Foo", 2),
            (#"\q"#, "escape", 1), ("a{3,2}", "swapped", 2), ("[b-a]", "swapped", 2), ("(?~a)", "group", 1),
            ("a{100001}", "more than 100000", 3), ("a\\", "backslash", 2),
        ])
    func errors(source: String, part: String, place: Int) {
        let error = #expect(throws: LocatedError.self) { try RegularExpression(source) }
        #expect(error?.problem.contains(part) == true)
        #expect(error?.problem.contains("at character \(place) ") == true)
    }

    @Test("hostile expressions are refused or compiled within limits")
    func hostile() throws {
        let deep = String(repeating: "(", count: 100_000) + String(repeating: ")", count: 100_000)
        for source in [
            deep, String(repeating: "[", count: 90_000), "a{1,1000}{1,1000}", "(?:a{1000}){1000}",
            "(?:(?:(?:){100000}){100000}){100000}", String(repeating: "a?", count: 60_000),
            "(?:(?>a|ab)*c)d(?>(?:ab?)+)b", "a" + String(repeating: "+", count: 1000),
        ] {
            #expect(throws: LocatedError.self) { try RegularExpression(source) }
        }
        // States would double with every repetition.
        let wide = try RegularExpression("(?:a|b)*a(?:a|b){13}c")
        #expect(wide.matches(in: String(repeating: "ab", count: 2000) + "c").count == 1)
    }

    @Test(
        "time is linear in the text",
        arguments: [
            #"\s+$"#, "(?:a*)*b|a", "a*b|a", #"(a|a)*c|\s"#, "(?=a*b)a", #"\s*[\r\n]+|\s+(?!\S)|\s+"#,
            "(?:a?){20}c",
        ])
    func linear(source: String) throws {
        let expression = try RegularExpression(source)
        for part in ["a", " ", "1", "é"] {
            // Quadratic time would be hours.
            _ = expression.matches(in: String(repeating: part, count: 300_000) + "x")
        }
    }

    @Test("empty matches do not follow a match, as find_iter of the references")
    func emptyMatches() throws {
        #expect(try RegularExpression("a|").matches(in: "aab") == [0..<1, 1..<2, 3..<3])
        #expect(try RegularExpression("a*").matches(in: "baac") == [0..<0, 1..<3, 4..<4])
        #expect(try RegularExpression("").matches(in: "é") == [0..<0, 2..<2])
    }
}
