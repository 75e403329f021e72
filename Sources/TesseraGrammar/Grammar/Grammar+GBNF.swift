public import TesseraCore

extension Grammar {
    /// Reads a grammar in GBNF, llama.cpp's notation, or xgrammar's EBNF.
    ///
    /// - Parameters:
    ///   - gbnf: the text: `root ::= "yes" | "no"`; see `Documentation/Grammars.md` for the notation.
    ///   - root: the rule that whole texts match.
    ///   - file: what errors call the text; nil for text that is not from a file.
    /// - Throws: `LocatedError` with line, column and rule.
    public init(
        gbnf: String, root: String = "root", file: String? = nil, limits: GrammarLimits = GrammarLimits()
    ) throws(LocatedError) {
        var parser = try GrammarParser(gbnf, limits: limits, file: file)
        self = try parser.grammar(root: root)
    }
}
