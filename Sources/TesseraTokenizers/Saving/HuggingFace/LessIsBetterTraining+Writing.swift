internal import TesseraCore
internal import TesseraFiles

extension LessIsBetterTraining {
    /// The member `training` of a model of the type `LessIsBetter`.
    var json: JSONValue {
        [
            // Not every reader of JSON keeps all 64 bits of a number.
            "seed": .string(String(seed)), "epochs": .integer(epochs), "alpha": .number(options.proposing),
            "omega": .number(options.forgetting), "update_rate": .number(options.updateRate),
            "life": .integer(options.life), "max_length": .integer(options.longestType),
            "max_gap": .integer(options.longestGap), "article": .integer(options.articleLength),
            "learns_at_once": .bool(options.learnsAtOnce), "max_types": .integer(options.largestLexicon),
            "lexicon": .array(
                lexicon.map {
                    [.string(String(decoding: $0.spelling, as: UTF8.self)), .integer($0.life)]
                }),
        ]
    }
}

extension LessIsBetterDefinition {
    /// Why a format cannot hold such a model.
    static func error(_ format: String) -> LocatedError {
        LocatedError(
            field: "model",
            problem:
                "\(format) knows no ranked lexicon that is read with a look ahead, and this is Less-is-better",
            remedy: "save it as tokenizer.json, or make a Unigram of it with tokenizer edit unigramify")
    }
}
