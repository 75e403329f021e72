import TesseraTestSupport
import TesseraTokenizers
import Testing

@Suite("Splitting")
struct SplittingTests {
    @Test(
        "GPT-2's rule cuts contractions, runs and white space",
        arguments: [
            ("Hello world", ["Hello", " world"]),
            (
                "it's we'll they've I'd can't I'm you're",
                [
                    "it", "'s", " we", "'ll", " they", "'ve", " I", "'d", " can", "'t", " I", "'m", " you",
                    "'re",
                ]
            ),
            ("IT'S 'S 'x '", ["IT", "'", "S", " '", "S", " '", "x", " '"]),
            ("'sun", ["'s", "un"]),
            ("'l 'r", ["'", "l", " '", "r"]),
            ("!'s", ["!'", "s"]),
            ("a  b", ["a", " ", " b"]),
            ("a   b", ["a", "  ", " b"]),
            ("a \n b", ["a", " \n", " b"]),
            ("a\n\nb", ["a", "\n", "\n", "b"]),
            ("a\tb", ["a", "\t", "b"]),
            ("a  ", ["a", "  "]),
            (" ", [" "]),
            ("\u{3000}\u{3000}x", ["\u{3000}", "\u{3000}", "x"]),
            ("x123 45!?", ["x", "123", " 45", "!?"]),
            ("e\u{301}a", ["e", "\u{301}", "a"]),
            ("日本語。かな", ["日本語", "。", "かな"]),
            ("½²Ⅷ", ["½²Ⅷ"]),
            ("😀😀 a", ["😀😀", " a"]),
            ("", []),
        ] as [(String, [String])])
    func gpt2(text: String, pieces: [String]) {
        #expect(SplitRule.gpt2.pieces(of: text) == pieces)
    }

    @Test(
        "SmolLM's rule cuts every numeric character out first",
        arguments: [
            ("x123", ["x", "1", "2", "3"]),
            ("a 12", ["a", " ", "1", "2"]),
            ("a  1", ["a", "  ", "1"]),
            ("1 a", ["1", " a"]),
            ("½x Ⅷ", ["½", "x", " ", "Ⅷ"]),
            ("٣४𝟘", ["٣", "४", "𝟘"]),
            // A digit of Unicode 17: numeric to the reference's Digits, no number to its expression.
            ("a\u{11DE0}\u{11DE1}!", ["a", "\u{11DE0}", "\u{11DE1}", "!"]),
            // Han numerals are letters.
            ("一二", ["一二"]),
        ] as [(String, [String])])
    func smollm(text: String, pieces: [String]) {
        #expect(SplitRule.smollm.pieces(of: text) == pieces)
    }

    @Test(
        "Llama 3's rule takes one other character in front of letters, and groups of digits",
        arguments: [
            ("(a +b", ["(a", " +", "b"]),
            ("it'S 'LL x'\u{17F}x", ["it", "'S", " '", "LL", " x", "'\u{17F}", "x"]),
            ("12345", ["123", "45"]),
            ("a 1", ["a", " ", "1"]),
            ("!?\n\nb", ["!?\n\n", "b"]),
            ("a \n \n  b", ["a", " \n \n", " ", " b"]),
            ("a\tb", ["a", "\tb"]),
            ("a   b", ["a", "  ", " b"]),
            ("a  ", ["a", "  "]),
        ] as [(String, [String])])
    func llama3(text: String, pieces: [String]) {
        #expect(SplitRule.llama3.pieces(of: text) == pieces)
    }

    @Test("Qwen 2's rule cuts single digits")
    func qwen2() {
        #expect(SplitRule.qwen2.pieces(of: "a 123") == ["a", " ", "1", "2", "3"])
    }

    @Test("pieces joined are the text", arguments: [SplitRule.gpt2, .smollm, .llama3, .qwen2])
    func whole(rule: SplitRule) {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<300 {
            let text = random.unicodeText(Int.random(in: 0...60, using: &random))
            let pieces = rule.pieces(of: text)
            #expect(pieces.joined().utf8.elementsEqual(text.utf8))
            #expect(!pieces.contains(""))
        }
    }
}
