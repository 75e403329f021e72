internal import ArgumentParser
internal import TesseraCore
internal import TesseraTokenizers
internal import TesseraVocabulary

/// How a less-is-better lexicon is learned; what is left out is as in the paper's program.
struct LessIsBetterFlags: ParsableArguments {
    @Option(help: "Articles to read, each once (less-is-better); 2,000 when left out.")
    var epochs: Int?

    @Option(help: "Texts of an article (less-is-better); 200 when left out.")
    var article: Int?

    @Option(help: "The probability with which two neighbours are proposed as a type (less-is-better); 0.25.")
    var alpha: Double?

    @Option(help: "The last part of the lexicon that is put on probation each epoch (less-is-better); 1e-4.")
    var omega: Double?

    @Option(help: "How far types move, as a part of their rank (less-is-better); 0.2 when left out.")
    var updateRate: Double?

    @Option(help: "The epochs that a type on probation has to prove itself (less-is-better); 10.")
    var life: Int?

    @Option(help: "The most characters of a type (less-is-better); 12 when left out.")
    var maxLength: Int?

    @Option(help: "The most unknown characters in a row that become a type (less-is-better); 2.")
    var maxGap: Int?

    @Option(help: "The most types that are learned (less-is-better); 50,000 when left out.")
    var maxTypes: Int?

    @Flag(help: "Learn a type when it is proposed once, not twice in an epoch (less-is-better).")
    var learnAtOnce = false

    @Option(help: "The seed of all random choices (less-is-better); 1 when left out.")
    var seed: UInt64?

    @Option(
        help:
            "Keep the types of the first so many ranks, and single characters; 0 keeps all (less-is-better).")
    var targetSize = 4000

    @Option(
        help: ArgumentHelp(
            "Go on with the training of this tokenizer.json (less-is-better).", valueName: "file"))
    var resume: String?

    /// The options that were named, over `standard`.
    func options(over standard: LessIsBetterOptions = LessIsBetterOptions()) -> LessIsBetterOptions {
        var options = standard
        if let article { options.articleLength = article }
        if let alpha { options.proposing = alpha }
        if let omega { options.forgetting = omega }
        if let updateRate { options.updateRate = updateRate }
        if let life { options.life = life }
        if let maxLength { options.longestType = maxLength }
        if let maxGap { options.longestGap = maxGap }
        if let maxTypes { options.largestLexicon = maxTypes }
        if learnAtOnce { options.learnsAtOnce = true }
        return options
    }

    /// - Throws: `LocatedError` naming the option that is another than the training was begun with.
    func check(against state: LessIsBetterTraining, of file: String) throws(LocatedError) {
        let known = state.options
        let stated: [(String, String?, String)] = [
            ("--article", article.map { "\($0)" }, "\(known.articleLength)"),
            ("--alpha", alpha.map { "\($0)" }, "\(known.proposing)"),
            ("--omega", omega.map { "\($0)" }, "\(known.forgetting)"),
            ("--update-rate", updateRate.map { "\($0)" }, "\(known.updateRate)"),
            ("--life", life.map { "\($0)" }, "\(known.life)"),
            ("--max-length", maxLength.map { "\($0)" }, "\(known.longestType)"),
            ("--max-gap", maxGap.map { "\($0)" }, "\(known.longestGap)"),
            ("--max-types", maxTypes.map { "\($0)" }, "\(known.largestLexicon)"),
            ("--learn-at-once", learnAtOnce ? "true" : nil, "\(known.learnsAtOnce)"),
            ("--seed", seed.map { "\($0)" }, "\(state.seed)"),
        ]
        for (option, value, begun) in stated {
            guard let value, value != begun else { continue }
            throw LocatedError(
                file: file, field: option, problem: "the training was begun with \(begun), not \(value)",
                remedy: "leave the option out, or begin a new training")
        }
    }
}
