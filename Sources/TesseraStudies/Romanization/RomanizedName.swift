internal import TesseraCore
internal import TesseraFiles

/// A name of CLDR or of iso-codes, and what uroman makes of it.
struct RomanizedName: Sendable {
    /// The language as CLDR names it.
    let locale: String
    /// The name.
    let name: String
    /// What it is of; nil: something else, or several of these.
    let kind: NameKind?
    /// What is told of names in other than Latin letters; nil: the name is Latin.
    let reference: Reference?

    struct Reference: Sendable {
        /// The language as ISO 639-3 names it.
        let language: String
        /// The script of its letters.
        let script: String
        /// Whether it was not at hand when the rules were written.
        let isHeldOut: Bool
        /// What uroman makes of it.
        let uroman: String
    }

    /// Reads the names that `Scripts/romanization-peers.py --names` writes.
    ///
    /// - Throws: `LocatedError` when they have not been fetched or a line is damaged.
    static func read(_ conditions: StudyConditions) throws(LocatedError) -> [RomanizedName] {
        let file = "romanization/names.jsonl"
        var names: [RomanizedName] = []
        for (index, line) in try conditions.lines(of: file).enumerated() {
            let field = JSONField(
                try JSONValue(parsing: line, file: file), name: "line \(index + 1)", file: file)
            var reference: Reference?
            if field["uroman"].isPresent {
                reference = Reference(
                    language: try field["language"].string(), script: try field["script"].string(),
                    isHeldOut: try field["heldOut"].bool(), uroman: try field["uroman"].string())
            }
            names.append(
                RomanizedName(
                    locale: try field["locale"].string(), name: try field["name"].string(),
                    kind: try field["kind"].optionalString().flatMap(NameKind.init),
                    reference: reference))
        }
        return names
    }
}

/// What CLDR has names for in every language.
enum NameKind: String, CaseIterable, Sendable {
    /// Countries and other regions.
    case territory
    /// Languages.
    case language
    /// Currencies.
    case currency
}

/// The names of each locale, in the order in which locales come.
func namesByLocale(_ names: [RomanizedName]) -> [(locale: String, names: [RomanizedName])] {
    var groups: [(locale: String, names: [RomanizedName])] = []
    for name in names {
        if groups.last?.locale != name.locale { groups.append((name.locale, [])) }
        groups[groups.count - 1].names.append(name)
    }
    return groups
}
