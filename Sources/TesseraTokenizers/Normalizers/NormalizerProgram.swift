package import TesseraCore

/// A `Normalizer` made ready to run: its tables are built and its parts checked.
package struct NormalizerProgram: Sendable {
    private let steps: [Step]

    private enum Step: Sendable {
        case bert(BertNormalization)
        case strip(left: Bool, right: Bool)
        case dropMarks
        case unicode(UnicodeNormalization)
        case lowercase
        case nmt
        case characterMap(CharacterMapNormalization)
        case replace(PatternFinder, with: [UInt8])
        case prepend([UInt8])
        case byteLevel(ByteCharacters)
        case sentencePiece(SentencePieceNormalizer)
    }

    /// Makes `normalizer` ready.
    ///
    /// - Parameter userDefined: the spellings that SentencePiece's normalizer passes through untouched.
    /// - Throws: `LocatedError` naming the part that cannot work.
    package init(_ normalizer: Normalizer, userDefined: [[UInt8]] = []) throws(LocatedError) {
        var steps: [Step] = []
        try Self.append(normalizer, userDefined, to: &steps)
        self.steps = steps
    }

    /// Changes `text`.
    package func apply(to text: inout AlignedText) {
        for step in steps {
            switch step {
            case .bert(let bert): bert.apply(to: &text)
            case .strip(let left, let right): text.strip(left: left, right: right)
            case .dropMarks: text.dropMarks()
            case .unicode(let form): form.apply(to: &text)
            case .lowercase: text.lowercase()
            case .nmt: text.normalizeAsNMT()
            case .characterMap(let map): map.apply(to: &text)
            case .replace(let finder, let content): text.replace(finder, with: content)
            case .prepend(let content): text.prepend(content)
            case .byteLevel(let characters): text.spellBytes(characters)
            case .sentencePiece(let normalizer): normalizer.apply(to: &text)
            }
        }
    }

    private static func append(
        _ normalizer: Normalizer, _ userDefined: [[UInt8]], to steps: inout [Step]
    ) throws(LocatedError) {
        switch normalizer {
        case .bert(let cleans, let spacesChinese, let stripsAccents, let lowercases):
            steps.append(
                .bert(
                    BertNormalization(
                        cleansText: cleans, spacesChinese: spacesChinese,
                        stripsAccents: stripsAccents ?? lowercases, lowercases: lowercases)))
        case .strip(let left, let right): steps.append(.strip(left: left, right: right))
        case .stripAccents: steps.append(.dropMarks)
        case .unicode(let form): steps.append(.unicode(UnicodeNormalization(form)))
        case .lowercase: steps.append(.lowercase)
        case .nmt: steps.append(.nmt)
        case .precompiled(let bytes):
            steps.append(.characterMap(try CharacterMapNormalization(CharacterMap(bytes))))
        case .replace(let pattern, let content):
            steps.append(.replace(try PatternFinder(pattern), with: Array(content.utf8)))
        case .prepend(let content): steps.append(.prepend(Array(content.utf8)))
        case .byteLevel: steps.append(.byteLevel(ByteCharacters()))
        case .sentencePiece(let specification):
            steps.append(.sentencePiece(try SentencePieceNormalizer(specification, userDefined: userDefined)))
        case .sequence(let normalizers):
            for normalizer in normalizers { try append(normalizer, userDefined, to: &steps) }
        }
    }
}
