public import TesseraArchitectures
public import TesseraCore
internal import TesseraFiles
internal import TesseraTensor
public import TesseraTokenizers
internal import TesseraVocabulary

/// The training of a language model from texts to a folder that the engine and other tools read.
public struct LanguageModelRun {
    /// Where everything is written.
    public let folder: RunFolder
    /// What it follows from.
    public let plan: LanguageModelPlan
    /// The tokenizer.
    public let tokenizer: LoadedTokenizer
    /// The encoded texts.
    public let corpus: EncodedCorpus
    /// The network, with its first numbers until it is trained.
    public let network: any CausalNetwork

    private let resumes: Bool
    private let replicas: any Replicas

    /// Begins a run: encodes the texts and makes the network.
    ///
    /// Of several processes the first does the work, and the others wait for it.
    ///
    /// - Parameter replaces: whether an earlier run in the folder is begun anew.
    /// - Throws: `LocatedError` for a plan that makes no sense, texts that cannot be read, and a folder in other use;
    ///   `CancelledError` when stopped.
    public init(
        beginning plan: LanguageModelPlan, in folder: RunFolder, replaces: Bool = false,
        replicas: any Replicas = SingleReplica(), progress: Progress = .ignored,
        cancellation: Cancellation = Cancellation()
    ) throws {
        let tokenizer = try TokenizerLoader.load(path: plan.tokenizer)
        try plan.check(vocabularySize: tokenizer.tokenizer.vocabularySize)
        let heldOut = try plan.heldOutTexts()
        if replicas.rank == 0 {
            var texts = Corpus(files: try CorpusFiles.find(plan.corpus))
            texts.field = plan.field
            let existed = folder.exists
            try folder.begin(.object(plan.fields), replaces: replaces)
            do {
                let marks = DocumentMarks(tokenizer)
                try Self.save(tokenizer, marks, to: folder.path)
                let corpus = try CorpusEncoder(tokenizer.tokenizer, marks: marks).encode(
                    texts, heldOut: heldOut, into: folder.tokens, progress: progress,
                    cancellation: cancellation)
                _ = try plan.windows(of: corpus)
            } catch {
                folder.discard(keepsFolder: existed)
                throw error
            }
        }
        _ = try replicas.sum([0])
        try self.init(plan, folder, tokenizer, resumes: false, replicas)
    }

    /// Takes up a run at its last checkpoint.
    ///
    /// - Parameter changes: is given the plan that the run began with, and changes it as the user asks; what it changes must
    ///   not decide what is learned.
    /// - Throws: `LocatedError` when there is no run with a checkpoint, and naming the first field that was changed.
    public init(
        resuming folder: RunFolder, replicas: any Replicas = SingleReplica(),
        changes: (inout LanguageModelPlan) throws -> Void = { _ in }
    ) throws {
        let begun = try LanguageModelPlan(folder.configurationToResume())
        var plan = begun
        try changes(&plan)
        if let difference = Difference(between: .object(begun.fields), and: .object(plan.fields)) {
            throw difference.error(in: folder)
        }
        let tokenizer = try TokenizerLoader.load(folder: folder.path)
        try plan.check(vocabularySize: tokenizer.tokenizer.vocabularySize)
        try self.init(plan, folder, tokenizer, resumes: true, replicas)
    }

    private init(
        _ plan: LanguageModelPlan, _ folder: RunFolder, _ tokenizer: LoadedTokenizer, resumes: Bool,
        _ replicas: any Replicas
    ) throws(LocatedError) {
        corpus = try EncodedCorpus(folder: folder.tokens)
        let found = tokenizer.tokenizer.definition.fingerprint
        guard corpus.tokenizer == found else {
            throw LocatedError(
                file: folder.tokens, field: "tokenizer",
                problem: "the texts were encoded by \(corpus.tokenizer), and the tokenizer is \(found)",
                remedy: "put back the tokenizer of the run, or begin it anew")
        }
        network = try plan.network.makeNetwork(
            vocabularySize: tokenizer.tokenizer.vocabularySize, seed: plan.training.seed,
            device: plan.training.device)
        self.plan = plan
        self.folder = folder
        self.tokenizer = tokenizer
        self.resumes = resumes
        self.replicas = replicas
    }

    /// Trains to the end, and writes the model into the folder.
    ///
    /// - Throws: as `TrainingRun.run` does.
    @discardableResult
    public func train(
        progress: Progress = .ignored, cancellation: Cancellation = Cancellation(),
        onMeasurement: (Measurement, Double?) throws -> Void = { _, _ in }
    ) throws -> TrainingOutcome {
        try train(network, progress, cancellation, onMeasurement)
    }

    private func train<Network: CausalNetwork>(
        _ network: Network, _ progress: Progress, _ cancellation: Cancellation,
        _ onMeasurement: (Measurement, Double?) throws -> Void
    ) throws -> TrainingOutcome {
        let trainer = try Trainer(
            network, NextTokenObjective(), plan.windows(of: corpus), options: plan.training,
            replicas: replicas)
        let scoring = try HeldOutScoring(
            corpus.heldOut, contextOfFirst: corpus.marks.contextOfFirst,
            window: min(max(2, plan.network.context), 2048), device: plan.training.device)
        // Each process takes batches of its own, so their number decides what is learned too.
        var configuration = plan.fields
        configuration["processes"] = .integer(replicas.count)
        var run = TrainingRun(trainer, in: folder, configuration: .object(configuration)) {
            cancellation, progress in
            let score = try scoring.score(network, cancellation: cancellation, progress: progress)
            return [.init("bitsPerByte", score.bitsPerByte), .init("loss", score.loss)]
        }
        if corpus.heldOut.isEmpty { run.measure = nil }
        if resumes { try run.resume() }
        let outcome = try run.run(
            progress: progress, cancellation: cancellation, onMeasurement: onMeasurement)
        if replicas.rank == 0 {
            let marks = corpus.marks
            try writeModelFolder(
                network, to: folder.path,
                textEnds: TextEnds(beginning: marks.begin, ends: marks.end.map { [$0] } ?? []))
        }
        return outcome
    }

    /// Writes the tokenizer, with the roles that the marks give its tokens.
    private static func save(
        _ tokenizer: LoadedTokenizer, _ marks: DocumentMarks, to folder: String
    ) throws(LocatedError) {
        var definition = LoadedDefinition(tokenizer.tokenizer.definition, file: tokenizer.file)
        definition.chatTemplate = tokenizer.chatTemplate
        definition.endOfText = marks.end
        if let end = marks.end { definition.definition.specialTokens.endOfText = [end] }
        try TokenizerSaver.save(definition, to: folder, format: .folder)
    }
}

extension LanguageModelPlan {
    /// The batches of a training.
    fileprivate func windows(of corpus: EncodedCorpus) throws(LocatedError) -> WindowSource {
        try WindowSource(
            corpus.tokens, context: network.context, batchSize: batchSize, seed: training.seed,
            device: training.device)
    }
}
