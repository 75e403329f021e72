import Foundation
import TesseraGrammar
import TesseraTestSupport
import Testing

@Suite("Regular expressions")
struct RegexTests {
    @Test("match what Foundation's do, on random texts")
    func againstFoundation() throws {
        var generator = SeededGenerator(seed: 7)
        let pieces = [
            "a", "b", "[ab]", "[^a]", "(a|bc)", "(?:ab)*", "a+", "b?", ".", "\\d", "[\\wé]", "[a-c]{1,2}",
            "(a|b){2}", "1*?", "|",
        ]
        var matched = 0
        for _ in 0..<300 {
            let count = Int.random(in: 1...4, using: &generator)
            let expression = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "a" }.joined()
            let grammar = try Grammar(regularExpression: expression)
            let reference = try NSRegularExpression(pattern: "\\A(?:\(expression))\\z")
            for _ in 0..<20 {
                let length = Int.random(in: 0...4, using: &generator)
                let text = String((0..<length).map { _ in "abc1é".randomElement(using: &generator) ?? "a" })
                let range = NSRange(location: 0, length: text.utf16.count)
                let expected = reference.firstMatch(in: text, range: range) != nil
                if expected { matched += 1 }
                #expect(try grammar.accepts(text) == expected, "\(expression) on \(text)")
            }
        }
        #expect(matched > 500)
    }

    @Test(
        "read escapes, classes and anchors",
        arguments: [
            (#"^\u{1F600}\x41[\s\-]$"#, ["😀A ", "😀A-"], ["😀A"]),
            (#"\p{Lu}\P{L}"#, ["É1"], ["é1", "ÉÉ"]),
            (#"[0-9]{4}-[0-9]{2}"#, ["2026-11"], ["2026-1", "x2026-11"]),
            (#"\uD83D\uDE00"#, ["😀"], ["x"]),
            ("", [""], ["a"]),
        ])
    func escapes(expression: String, accepted: [String], refused: [String]) throws {
        let grammar = try Grammar(regularExpression: expression)
        for text in accepted { #expect(try grammar.accepts(text), "\(text)") }
        for text in refused { #expect(try !grammar.accepts(text), "\(text)") }
    }

    @Test(
        "are refused where they are not regular",
        arguments: [
            "(?=a)", "(?<!a)", "\\1", "\\bword", "a**", "(", ")", "[a", "a{3,2}", "\\", "x^y", "(a$)",
            "(?i)a",
            "\\p{Nonsense}", "a{1,1000000}", "\\uD800",
        ])
    func errors(expression: String) {
        expectLocatedError(field: "regex", problem: "at character") {
            try Grammar(regularExpression: expression)
        }
    }
}
