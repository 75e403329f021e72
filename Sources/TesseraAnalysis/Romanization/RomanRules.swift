/// The rules and the table of one language.
struct RomanRules: Sendable {
    /// What single code points sound like.
    private(set) var table: RomanTable
    /// Whether words of northern India end without the vowel of their last consonant: not in Sanskrit, and not always in
    /// Manipuri, where Saturday is thangja.
    let dropsFinalVowel: Bool
    /// The rules, those that begin with one code point beside each other, the longest and most restricted first.
    private(set) var rules: [RomanRule] = []
    /// Where the rules that begin with a code point stand in `rules`.
    private(set) var ranges: [UInt32: Range<Int>] = [:]

    /// The texts of all rules, in the order they are applied: a later one of equal weight replaces an earlier.
    static let texts: [String] = [
        punctuation, cyrillic, greek, armenian, georgian, hebrew, arabic, indic, myanmar, khmer, tibetan,
        lao,
        ethiopic, hangul, kana, others,
    ]

    init(language: String?, asciiOnly: Bool, texts: [String] = RomanRules.texts) {
        table = .ofNames
        dropsFinalVowel = language != "san" && language != "mni"
        var byStart: [UInt32: [RomanRule]] = [:]
        for text in texts {
            RomanRule.parse(text, language: language, asciiOnly: asciiOnly) { rule in
                guard let first = rule.source.first else { return }
                if rule.source.count == 1, rule.isFree {
                    table.set(
                        first, to: rule.target,
                        kind: Self.kind(rule.kind, after: table.lookUp(first).entry.kind))
                    return
                }
                byStart[first, default: []].removeAll {
                    $0.source == rule.source && $0.conditions == rule.conditions
                }
                byStart[first, default: []].append(rule)
            }
        }
        table.compose()
        for (first, group) in byStart {
            table.markRules(at: first)
            let start = rules.count
            rules += group.sorted {
                ($0.source.count, $0.conditions.count) > ($1.source.count, $1.conditions.count)
            }
            ranges[first] = start..<rules.count
        }
    }

    /// The kind of a code point whose sound a rule says: punctuation stays an end of words, and signs stay signs.
    private static func kind(_ said: RomanTable.Kind, after old: RomanTable.Kind) -> RomanTable.Kind {
        guard said == .text else { return said }
        switch old {
        case .kept, .separator: return .separator
        case .mark, .vowelSign, .killer, .subjoined: return old
        default: return said
        }
    }
}
