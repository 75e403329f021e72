internal import ArgumentParser
internal import TesseraAnalysis
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraTokenizers
internal import TesseraVocabulary

/// How vocabularies are looked at.
struct VocabularyFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How scripts are told apart: property, or name for the first word of a letter's name, as Qtok's tables do.",
            valueName: "property|name"))
    var scripts = "property"

    @Option(
        help: ArgumentHelp(
            "A folder of word lists, one file for each language: tells which languages tokens serve.",
            valueName: "folder"))
    var lexicons: String?

    /// How scripts are told apart.
    func scriptRule() throws(LocatedError) -> ScriptRule {
        try choice(scripts, of: ScriptRule.self, "--scripts")
    }

    /// The word lists.
    func loadLexicons() throws(LocatedError) -> [LanguageLexicon] {
        guard let lexicons else { return [] }
        return try LanguageLexicon.inFolder(lexicons)
    }
}
