internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraTokenizers
internal import TesseraVocabulary

extension TrainCommand {
    /// Learns a less-is-better lexicon, or goes on with one.
    func trainLessIsBetter(_ bar: ProgressBar) throws -> TrainedTokenizer {
        try checkLessIsBetter()
        var surroundings = LessIsBetterTrainer.Surroundings()
        var trainer: LessIsBetterTrainer
        if let file = lexicon.resume {
            let definition = try TokenizerLoader.load(path: file, options: TokenizerLoader.Options())
                .tokenizer.definition
            guard case .lessIsBetter(let model) = definition.model, let state = model.training else {
                throw LocatedError(
                    file: file, field: "model.training",
                    problem: "there is no training of less-is-better to go on with",
                    remedy:
                        "name a tokenizer.json as tokenizer train --model less-is-better wrote it, not edited"
                )
            }
            try lexicon.check(against: state, of: file)
            trainer = try LessIsBetterTrainer(resuming: state)
            surroundings.normalizer = definition.normalizer
            surroundings.preTokenizer = definition.preTokenizer
            surroundings.specialTokens = definition.addedTokens.sorted { $0.id < $1.id }.map {
                String(decoding: $0.content, as: UTF8.self)
            }
            try checkUnchanged(surroundings, of: file)
        } else {
            let options = lexicon.options()
            try options.check { "--\($0)" }
            trainer = try LessIsBetterTrainer(options: options, seed: lexicon.seed ?? 1)
            surroundings.normalizer = try texts.normalizer(standard: nil)
            surroundings.preTokenizer = try texts.preTokenizer(standard: "none")
            surroundings.specialTokens = special.isEmpty ? model.specialTokens : special
        }
        let memory = try texts.counting().memoryInBytes
        let sample = try LessIsBetterTexts(
            of: try texts.corpus(), normalizer: surroundings.normalizer,
            preTokenizer: surroundings.preTokenizer,
            memoryInBytes: memory, progress: bar.progress, cancellation: Interruption.cancellation)
        try trainer.read(
            sample, epochs: lexicon.epochs ?? 2000, progress: bar.progress,
            cancellation: Interruption.cancellation)
        let size = lexicon.targetSize == 0 ? nil : lexicon.targetSize
        return try trainer.trained(on: sample, size: size, in: surroundings)
    }

    /// - Throws: `LocatedError` for an option of other models, or a number that cannot be.
    private func checkLessIsBetter() throws(LocatedError) {
        let others: [(String, Bool)] = [
            ("--counts", !counts.isEmpty), ("--vocab-size", vocabSize != nil),
            ("--min-frequency", minFrequency != 0),
            ("--min-piece-count", minPieceCount != 1), ("--alphabet-limit", alphabetLimit != nil),
            ("--token-length", tokenLength != nil), ("--continuing-prefix", continuingPrefix != nil),
            ("--end-suffix", endSuffix != nil), ("--superbpe-from", superwordsFrom != nil),
            ("--unknown", unknown != nil),
        ]
        if let option = others.first(where: \.1)?.0 {
            throw LocatedError(
                field: option, problem: "less-is-better has no such choice",
                remedy:
                    "leave it out; --target-size says how many types are kept, --max-length how long they are"
            )
        }
        guard let format = TokenizerSaver.Format(path: output), [.json, .folder].contains(format) else {
            throw LocatedError(
                file: output, problem: "only tokenizer.json holds a less-is-better lexicon",
                remedy:
                    "name a folder or a .json file, and make a Unigram of it with tokenizer edit unigramify")
        }
        if let epochs = lexicon.epochs, !(1...1 << 30).contains(epochs) {
            throw LocatedError(
                field: "--epochs", problem: "\(epochs) is no number of epochs", remedy: "give 1 or more")
        }
        guard lexicon.targetSize >= 0 else {
            throw LocatedError(
                field: "--target-size", problem: "\(lexicon.targetSize) is no number of types",
                remedy: "give 1 or more, or 0 to keep all")
        }
    }

    /// - Throws: `LocatedError` when text is to be changed or cut otherwise than before.
    private func checkUnchanged(
        _ surroundings: LessIsBetterTrainer.Surroundings, of file: String
    ) throws(LocatedError) {
        func refuse(_ option: String) -> LocatedError {
            LocatedError(
                file: file, field: option, problem: "the training was begun with another choice",
                remedy: "leave the option out, or begin a new training")
        }
        if !texts.normalizer.isEmpty, try texts.normalizer(standard: nil) != surroundings.normalizer {
            throw refuse("--normalizer")
        }
        if texts.split != nil || texts.preTokenizer != nil,
            try texts.preTokenizer(standard: "none") != surroundings.preTokenizer
        {
            throw refuse("--split")
        }
        if !special.isEmpty, special != surroundings.specialTokens { throw refuse("--special") }
    }
}
