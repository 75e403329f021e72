import Testing

@Suite("The finder of traps")
struct TrapFinderTests {
    @Test(
        "sees what ends the process",
        arguments: [
            "let a = b!", "a!.c()", "f(x)!.y", "list[0]! + 1", "try! f()", "a as! B", "fatalError()",
            "preconditionFailure(x)",
            "var a: Int!", "func f(_ a: [Int]!)", "x = y!", "g(y!, z)", "\"\\(name!)\"", "#\"\\#(name!)\"#",
            "return dictionary[key]!",
            "unowned(unsafe) let a: B", "{ $0! }", "a?.b!", "let d = \"x\".first!", "c ? a! : b",
            "`default`!", "a!==b",
            "let b = a! // fine", "/* */ a!",
        ])
    func bad(line: String) {
        #expect(traps(in: "let x = 1\n\(line)\n").map(\.line) == [2])
    }

    @Test(
        "passes over what does not",
        arguments: [
            "if !a { }", "a != b", "!list.isEmpty && !(a)", "x = !y", "[!a]", "(!a)", "a !== b",
            "// never a!", "/* a! */ x",
            "/// `try!` is not used", "\"Hello!\"", "\"a\\\"!b!\"", "#\"(?!x)y!\"#", "#/x(?!\\S)!/#",
            "guard !x else { return }",
            "\"\"\"\n  no! \\(a) not!\n\"\"\"", "case .a where !b:", "try? f()", "a as? B", "f(a, !b)",
            "\"\\(a)!\"", "x || !y",
            "infix operator !!", "a\n!b", "/* /* a! */ b! */", "#\"a\\(b!)\"#",
        ])
    func good(line: String) {
        #expect(traps(in: "let x = 1\n\(line)\n").isEmpty)
    }
}
