package import TesseraCore

/// A regular expression in the notation of tokenizer files, ready to run.
///
/// Of the matches that begin leftmost it finds the one that a backtracking matcher would find first, as Oniguruma and
/// fancy-regex do, but in time linear in the text: backreferences and the few atomic groups that automata cannot run
/// are refused. Copies share their tables, which any number of threads may use.
package struct RegularExpression: Hashable, Sendable {
    /// The expression as it was written.
    package let source: String
    /// Whose notation it is.
    package let dialect: ExpressionDialect

    let engine: ExpressionEngine

    /// Reads an expression and works out its automaton.
    ///
    /// - Throws: `LocatedError` naming what is wrong or not supported, and where.
    package init(_ source: String, dialect: ExpressionDialect = .oniguruma) throws(LocatedError) {
        self.source = source
        self.dialect = dialect
        engine = try ExpressionEngine(source, dialect: dialect)
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.dialect == right.dialect && left.source.utf8.elementsEqual(right.source.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(source)
        hasher.combine(dialect)
    }

    /// Calls `body` with every match in `range`, in order; nothing outside of `range` is looked at.
    func forEachMatch(in text: UTF8Text, range: Range<Int>, _ body: (Range<Int>) -> Void) {
        engine.forEachPiece(of: text, in: range) { piece, isMatch in if isMatch { body(piece) } }
    }

    /// The matches in `text`, as ranges of its UTF-8 bytes.
    package func matches(in text: String) -> [Range<Int>] {
        var text = text
        return text.withUTF8 { bytes in
            withValidUTF8(bytes) { valid in
                var matches: [Range<Int>] = []
                forEachMatch(in: valid, range: 0..<valid.count) { matches.append($0) }
                return matches
            }
        }
    }
}
