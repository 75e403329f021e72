internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTensor
internal import TesseraTraining

/// `tessera train`: a language model from texts.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a language model on text, from nothing.",
        discussion: """
            Three commands make a model that writes like a text of yours:

              tessera tokenizer train book.txt -n 2000 -o runs/words.json
              tessera train -t runs/words.json --corpus book.txt -o runs/book
              tessera generate --model runs/book "Once"

            With the defaults the second takes about a minute on two cores. What comes out is a Hugging Face folder, which \
            generate, evaluate and other programs read; the folder training in it holds the loss of every step \
            (metrics.jsonl, loss.svg) and checkpoints.

            Ctrl-C stops after the current step and keeps a checkpoint; tessera train --resume --output FOLDER goes on \
            as if it had not stopped, to the last bit for the same number of threads. Options that decide what is learned \
            cannot be changed then.

            Several processes train one model, each on batches of its own, when torchrun starts them, or RANK, WORLD_SIZE, \
            MASTER_ADDR and MASTER_PORT are set for each: a step then takes as many batches as there are processes, and the \
            first writes the folder, which all must see.
            """
    )

    @OptionGroup(title: "The model") var model: ModelFlags
    @OptionGroup(title: "The training") var training: TrainingFlags

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The folder that the model is written to.", valueName: "folder"))
    var output: String

    @Flag(help: "Go on with the run in the folder, from its last checkpoint.")
    var resume = false

    @Flag(help: "Begin anew in the folder of an earlier run, which is removed.")
    var overwrite = false

    @Option(help: "Threads to compute with; all cores when left out.")
    var threads: Int?

    @Flag(help: "Write one JSON object instead of text for people.")
    var json = false

    func validate() throws {
        guard !resume || !overwrite else {
            throw ValidationError("--resume and --overwrite exclude each other")
        }
        guard resume || model.tokenizer != nil else {
            throw ValidationError("--tokenizer is missing; tessera tokenizer train makes one from a text")
        }
        guard resume || !model.corpus.isEmpty else {
            throw ValidationError("--corpus is missing: the files or folders with the text to train on")
        }
    }

    func run() throws {
        try useThreads(threads)
        let replicas = try replicasFromEnvironment()
        guard replicas.rank == 0 else {
            // The first of several processes speaks for all.
            _ = try prepare(.ignored, replicas).train(cancellation: Interruption.cancellation)
            return
        }
        let bar = ProgressBar()
        defer { bar.clear() }
        let run = try prepare(bar.progress, replicas)
        bar.clear()
        let report = TrainReport(run)
        if !json { try report.begin() }
        do {
            let outcome = try run.train(
                progress: bar.progress, cancellation: Interruption.cancellation
            ) { measurement, loss in
                bar.clear()
                if !json { try report.show(measurement, trainingLoss: loss) }
            }
            bar.clear()
            try json ? report.write(outcome) : report.end(outcome)
        } catch let error as CancelledError {
            bar.clear()
            writeToStandardError(
                "stopped with a checkpoint; go on with: tessera train --resume --output \(output)\n")
            throw error
        }
    }

    private func prepare(_ progress: Progress, _ replicas: any Replicas) throws -> LanguageModelRun {
        let folder = RunFolder(output)
        if resume {
            return try LanguageModelRun(resuming: folder, replicas: replicas) { plan in
                model.apply(to: &plan)
                try training.apply(to: &plan, begins: false)
            }
        }
        var plan = LanguageModelPlan()
        model.apply(to: &plan)
        try training.apply(to: &plan, begins: true)
        return try LanguageModelRun(
            beginning: plan, in: folder, replaces: overwrite, replicas: replicas, progress: progress,
            cancellation: Interruption.cancellation)
    }
}
