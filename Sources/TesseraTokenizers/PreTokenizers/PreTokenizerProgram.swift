package import TesseraCore

/// A `PreTokenizer` made ready to run: its tables are built and its parts checked.
package struct PreTokenizerProgram: Sendable {
    private let steps: [Step]

    private enum Step: Sendable {
        case bert
        case byteLevel(ByteCharacters, addsPrefixSpace: Bool, PatternFinder?)
        case delimiter(UInt32)
        case metaspace(MetaspaceCutter)
        case whitespace
        case whitespaceSplit
        case split(PatternFinder, SplitBehavior, inverted: Bool)
        case punctuation(SplitBehavior)
        case digits(individually: Bool)
        case unicodeScripts(ScriptTable)
        case fixedLength(Int)
    }

    /// Makes `preTokenizer` ready.
    ///
    /// - Throws: `LocatedError` naming the part that cannot work.
    package init(_ preTokenizer: PreTokenizer) throws(LocatedError) {
        var steps: [Step] = []
        try Self.append(preTokenizer, to: &steps)
        self.steps = steps
    }

    /// Cuts `text`, which some rules change on the way, into `pieces`; what lies between pieces is dropped.
    ///
    /// - Parameter pieces: receives ranges of `text` in order, none empty; what it held before is replaced.
    package func cut(_ text: inout AlignedText, into pieces: inout [Range<Int>]) {
        pieces.removeAll(keepingCapacity: true)
        if text.count > 0 { pieces.append(0..<text.count) }
        var before: [Range<Int>] = []
        for step in steps {
            swap(&pieces, &before)
            pieces.removeAll(keepingCapacity: true)
            run(step, on: &text, before, &pieces)
        }
    }

    private func run(
        _ step: Step, on text: inout AlignedText, _ old: [Range<Int>], _ new: inout [Range<Int>]
    ) {
        let traits = CharacterTraits.table
        switch step {
        case .bert:
            var words: [Range<Int>] = []
            text.cutScalars(old, isWhiteSpace, .removed, into: &words)
            text.cutScalars(words, { traits[$0].contains(.punctuation) }, .isolated, into: &new)
        case .byteLevel(let characters, let addsPrefixSpace, let finder):
            text.cutIntoByteCharacters(old, characters, addsPrefixSpace: addsPrefixSpace, finder, into: &new)
        case .delimiter(let delimiter): text.cutScalars(old, { $0 == delimiter }, .removed, into: &new)
        case .metaspace(let cutter): cutter.cut(&text, old, into: &new)
        case .whitespace: text.cutWords(old, into: &new)
        case .whitespaceSplit: text.cutScalars(old, isWhiteSpace, .removed, into: &new)
        case .split(let finder, let behavior, let inverted):
            text.withText { text in
                for piece in old {
                    MatchPieces.cut(piece, of: text, at: finder, behavior, inverted: inverted, into: &new)
                }
            }
        case .punctuation(let behavior):
            text.cutScalars(old, { traits[$0].contains(.punctuation) }, behavior, into: &new)
        case .digits(let individually):
            let classes = CharacterTable()
            text.cutScalars(
                old, { classes.of($0).contains(.numeric) }, individually ? .isolated : .contiguous, into: &new
            )
        case .unicodeScripts(let scripts): text.withText { scripts.cut($0, old, into: &new) }
        case .fixedLength(let length): text.cutEvery(length, old, into: &new)
        }
    }

    private static func append(_ preTokenizer: PreTokenizer, to steps: inout [Step]) throws(LocatedError) {
        switch preTokenizer {
        case .bert: steps.append(.bert)
        case .byteLevel(let addsPrefixSpace, let usesExpression, _):
            let finder = usesExpression ? try PatternFinder(.expression(gpt2Expression)) : nil
            steps.append(.byteLevel(ByteCharacters(), addsPrefixSpace: addsPrefixSpace, finder))
        case .delimiter(let delimiter): steps.append(.delimiter(delimiter.value))
        case .metaspace(let replacement, let prepends, let splits):
            steps.append(.metaspace(MetaspaceCutter(replacement.value, prepends, splits: splits)))
        case .whitespace: steps.append(.whitespace)
        case .whitespaceSplit: steps.append(.whitespaceSplit)
        case .split(let pattern, let behavior, let inverted):
            steps.append(.split(try PatternFinder(pattern), behavior, inverted: inverted))
        case .punctuation(let behavior): steps.append(.punctuation(behavior))
        case .digits(let individually): steps.append(.digits(individually: individually))
        case .unicodeScripts: steps.append(.unicodeScripts(ScriptTable()))
        case .fixedLength(let length):
            guard length > 0 else {
                throw LocatedError(
                    field: "pre_tokenizer.length", problem: "is \(length)", remedy: "use a length above zero")
            }
            steps.append(.fixedLength(length))
        case .sequence(let preTokenizers):
            for preTokenizer in preTokenizers { try append(preTokenizer, to: &steps) }
        }
    }

    private static let gpt2Expression =
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
}
