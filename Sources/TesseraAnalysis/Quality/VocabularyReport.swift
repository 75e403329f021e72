public import TesseraCore
public import TesseraTokenizers

/// What kinds of tokens a vocabulary holds, and which scripts and languages they serve: Qtok (Chelombitko, Safronov and
/// Komissarov, "Qtok: A Comprehensive Framework for Evaluating Multilingual Tokenizer Quality in Large Language
/// Models", arXiv 2410.12989, 2024).
///
/// The vocabulary alone is looked at: no text, no model. Every share is of the vocabulary, not of use. Differs from
/// the paper in that a token's text is what the tokenizer's own decoder makes of it, that scripts are Unicode's
/// property Script unless the published way is asked for, and that languages come from word lists at hand.
public struct VocabularyReport: Sendable {
    /// The letters of one script at one place of words.
    public struct ScriptPlace: Hashable, Sendable {
        /// The script: its Unicode name, or the first word of its letters' names in capitals.
        public var script: String
        public var position: TokenPosition

        /// The letters of `script` at `position`.
        public init(script: String, position: TokenPosition) {
            self.script = script
            self.position = position
        }
    }

    /// What the vocabulary is called.
    public let name: String
    /// How scripts were told apart.
    public let scriptRule: ScriptRule
    /// The tokens; ids that nobody uses do not count.
    public let size: Int
    /// For each id its class; nil: nobody uses the id.
    public let classes: [TokenClass?]
    /// How many tokens there are of each class; the sum is `size`.
    public let classCounts: [TokenClass: Int]
    /// How many tokens are letters of one script at one place.
    public let scriptCounts: [ScriptPlace: Int]
    /// For each id the text that was classified; empty for bytes that are no text.
    public let texts: [String]
    /// The tokens as raw bytes, as they are compared between vocabularies: text, `<0x41>` for a byte token.
    let keys: Set<[UInt8]>
    /// The keys of tokens that begin with a space.
    let spacedKeys: Set<[UInt8]>

    /// Classifies each token.
    ///
    /// With `.firstWordOfName`, what the published program does is repeated: a character whose code point is below
    /// U+0100, or one of those that spell bytes, is `pure_unicode`; in vocabularies that do not spell bytes such a
    /// character is taken for a hexadecimal number, which is `inner_other`; a letter's script is the first word of its
    /// name; a character that spells no byte in a vocabulary that spells them is a damaged byte, and
    /// so is U+FFFD; added tokens are classified
    /// by how they are written. Takes a second or two for 256,000 tokens.
    public init(_ name: String, _ tokenizer: PipelineTokenizer, scriptRule: ScriptRule = .property) {
        self.name = name
        self.scriptRule = scriptRule
        let reading = TokenReading(tokenizer)
        var classifier = TokenClassifier(scriptRule, isByteLevel: reading.isByteLevel)
        var classes: [TokenClass?] = []
        var classCounts: [TokenClass: Int] = [:]
        var scriptCounts: [ScriptPlace: Int] = [:]
        var texts: [String] = []
        var keys: Set<[UInt8]> = []
        var spaced: Set<[UInt8]> = []
        for id in 0..<tokenizer.vocabularySize {
            guard let content = reading.content(of: TokenID(id)) else {
                classes.append(nil)
                texts.append("")
                continue
            }
            let isTakenForBytes = scriptRule == .firstWordOfName && reading.isSpelledRaw(TokenID(id))
            let (found, script) = classifier.classify(isTakenForBytes ? .flank([]) : content)
            classes.append(found)
            classCounts[found, default: 0] += 1
            if let script, let position = found.position {
                scriptCounts[ScriptPlace(script: script, position: position), default: 0] += 1
            }
            switch content {
            case .text(let text), .control(let text):
                texts.append(text)
                keys.insert(Array(text.utf8))
                if text.utf8.first == 0x20, text.utf8.count > 1 { spaced.insert(Array(text.utf8)) }
            case .byte(let byte):
                texts.append("")
                keys.insert(Self.key(ofByte: byte))
            case .flank(let bytes):
                texts.append("")
                keys.insert(bytes)
            }
        }
        self.classes = classes
        self.classCounts = classCounts
        self.scriptCounts = scriptCounts
        self.texts = texts
        self.keys = keys
        spacedKeys = spaced
        size = classCounts.values.reduce(0, +)
    }

    private static func key(ofByte byte: UInt8) -> [UInt8] {
        byte < 0x80 ? [byte] : Array("<0x\(String(byte, radix: 16))>".utf8)
    }

    /// The tokens of a class as a share of the vocabulary; zero in an empty one.
    public func share(of tokenClass: TokenClass) -> Double {
        size == 0 ? 0 : Double(classCounts[tokenClass] ?? 0) / Double(size)
    }

    /// The tokens that are letters of one script.
    public var alphabeticCount: Int {
        TokenClass.allCases.filter(\.isAlphabetic).reduce(0) { $0 + (classCounts[$1] ?? 0) }
    }

    /// What a share of a script is taken of.
    public enum Denominator: String, Hashable, Sendable, CaseIterable {
        /// All tokens: the table of the paper's notebook.
        case vocabulary
        /// The tokens that are letters of one script: the published package.
        case alphabetic
    }

    /// The tokens of a script at a place as a share.
    public func share(of place: ScriptPlace, in denominator: Denominator = .vocabulary) -> Double {
        let all = denominator == .vocabulary ? size : alphabeticCount
        return all == 0 ? 0 : Double(scriptCounts[place] ?? 0) / Double(all)
    }

    /// The tokens of a script that are more than one character, as a share of the vocabulary.
    public func share(ofScript script: String) -> Double {
        share(of: ScriptPlace(script: script, position: .spaced))
            + share(of: ScriptPlace(script: script, position: .inner))
    }

    /// The scripts that tokens have, the commonest first.
    public var scripts: [String] {
        var counts: [String: Int] = [:]
        for (place, count) in scriptCounts { counts[place.script, default: 0] += count }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }

    /// How whole the vocabulary is: one minus the share of tokens that are parts of characters or have characters
    /// without a name. (The paper's abstract names it; the definition is ours.)
    public var completeness: Double {
        guard size > 0 else { return 0 }
        let broken = TokenClass.allCases.filter { $0.isError || $0 == .unicodeFlanks }
        return 1 - Double(broken.reduce(0) { $0 + (classCounts[$1] ?? 0) }) / Double(size)
    }

    /// How evenly the letters are spread over scripts: the entropy of scripts over alphabetic tokens, in bits.
    public var scriptEntropy: Double {
        var counts: [String: Int] = [:]
        for (place, count) in scriptCounts { counts[place.script, default: 0] += count }
        return entropy(of: counts.values.map(Double.init))
    }

    /// The ids of a class, lowest first.
    public func ids(of tokenClass: TokenClass) -> [TokenID] {
        classes.enumerated().compactMap { $1 == tokenClass ? TokenID($0) : nil }
    }
}

/// The entropy of weights, in bits; zero of none.
func entropy(of weights: [Double]) -> Double {
    let total = weights.reduce(0, +)
    guard total > 0 else { return 0 }
    return weights.filter { $0 > 0 }.reduce(0) { $0 - $1 / total * logarithm(base2: $1 / total) }
}
