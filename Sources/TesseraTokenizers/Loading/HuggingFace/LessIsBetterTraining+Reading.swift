internal import TesseraCore
internal import TesseraFiles

extension LessIsBetterTraining {
    /// The member `training` of a model of the type `LessIsBetter`.
    ///
    /// - Throws: `LocatedError` naming a member that is missing or cannot be.
    init(_ field: JSONField) throws(LocatedError) {
        var options = LessIsBetterOptions()
        options.proposing = try field["alpha"].double()
        options.forgetting = try field["omega"].double()
        options.updateRate = try field["update_rate"].double()
        options.life = try field["life"].integer()
        options.longestType = try field["max_length"].integer()
        options.longestGap = try field["max_gap"].integer()
        options.articleLength = try field["article"].integer()
        options.learnsAtOnce = try field["learns_at_once"].bool()
        options.largestLexicon = try field["max_types"].integer()
        do throws(LocatedError) {
            try options.check { option in field[Self.member(option)].name }
        } catch {
            throw LocatedError(
                file: field.file, field: error.field, problem: error.problem, remedy: error.remedy)
        }
        guard let seed = UInt64(try field["seed"].string()) else {
            throw field["seed"].error("is not a number of 64 bits")
        }
        self.init(options: options, seed: seed)
        epochs = try field["epochs"].count()
        guard epochs <= 1 << 40 else { throw field["epochs"].error("\(epochs) is more than anybody trained") }
        let entries = field["lexicon"]
        let count = try entries.array().count
        guard count <= 1 << 21 else { throw entries.error("\(count) types are too many") }
        var seen: Set<[UInt8]> = []
        for index in 0..<count {
            let entry = entries[index]
            let spelling = Array(try entry[0].string().utf8)
            let life = try entry[1].count()
            guard !spelling.isEmpty, spelling.count <= 4 * LessIsBetterDefinition.longestType else {
                throw entry.error("its type is empty or too long")
            }
            guard life <= options.life else {
                throw entry[1].error("\(life) epochs are more than the \(options.life) that a type gets")
            }
            guard seen.insert(spelling).inserted else { throw entry[0].error("has a better rank already") }
            lexicon.append(Entry(spelling: spelling, life: life))
        }
    }

    /// The name of an option in the file.
    private static func member(_ option: String) -> String {
        String(option.map { $0 == "-" ? "_" : $0 })
    }
}
