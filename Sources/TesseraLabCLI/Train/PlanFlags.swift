internal import ArgumentParser
internal import TesseraCore
internal import TesseraTensor
internal import TesseraTraining

/// What a model is made of: texts, tokenizer and sizes.
///
/// What is left out has its default, or stays as the run began.
struct ModelFlags: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A tokenizer file, a folder or a fetched model; tessera tokenizer train makes one.",
            valueName: "tokenizer"))
    var tokenizer: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Text files, JSON lines or folders of them, plain or gzip; - is standard input.",
            valueName: "path"))
    var corpus: [String] = []

    @Option(help: ArgumentHelp("The member of a JSON line that holds its text.", valueName: "member"))
    var field: String?

    @Option(
        help: ArgumentHelp(
            "What is measured and not trained on: a share of the corpus, a file or folder, or none. (default: 0.05)",
            valueName: "share|path|none"))
    var heldOut: String?

    @Option(help: ArgumentHelp("The kind of network. (default: llama)", valueName: "kind"))
    var architecture: NetworkPlan.Architecture?

    @Option(help: "Layers. (default: 4)")
    var layers: Int?

    @Option(help: "Numbers of a token between layers. (default: 128)")
    var width: Int?

    @Option(help: "Attention heads of a layer. (default: 4)")
    var heads: Int?

    @Option(help: "Heads of keys and values, which llama's heads share. (default: as many as heads)")
    var keyValueHeads: Int?

    @Option(help: "Tokens that the model sees at once. (default: 128)")
    var context: Int?

    func apply(to plan: inout LanguageModelPlan) {
        if let tokenizer { plan.tokenizer = tokenizer }
        if !corpus.isEmpty { plan.corpus = corpus }
        if let field { plan.field = field }
        if let heldOut { plan.heldOut = heldOut }
        if let architecture { plan.network.architecture = architecture }
        if let layers { plan.network.layers = layers }
        if let width { plan.network.width = width }
        if let heads { plan.network.heads = heads }
        if let keyValueHeads { plan.network.keyValueHeads = keyValueHeads }
        if let context { plan.network.context = context }
    }
}

/// How a model is trained.
struct TrainingFlags: ParsableArguments {
    @Option(help: "Windows of text in a batch. (default: 16)")
    var batch: Int?

    @Option(help: "Changes of the model. (default: 200)")
    var steps: Int?

    @Option(help: "The highest learning rate. (default: 0.003)")
    var rate: Double?

    @Option(help: "Steps in which the rate rises. (default: a tenth of the steps)")
    var warmup: Int?

    @Option(
        help: ArgumentHelp(
            "How the rate goes on: it stays, falls, or stays and then falls. (default: cosine)",
            valueName: "shape"))
    var schedule: Schedule.Shape?

    @Option(help: "The share of matrices, times the rate, that a step takes away. (default: 0.1)")
    var weightDecay: Double?

    @Option(help: "The largest norm of gradients; larger ones are scaled down. (default: 1)")
    var clip: Double?

    @Option(help: "Batches whose gradients make one step. (default: 1)")
    var accumulate: Int?

    @Option(
        help: ArgumentHelp(
            "The type of matrix products; the model has 32 bits. (default: float32)",
            valueName: "type"))
    var dtype: Precision?

    @Option(help: "What all randomness follows from. (default: 0)")
    var seed: UInt64?

    @Option(help: "Steps from one measurement on held-out text to the next. (default: a tenth of the steps)")
    var evaluateEvery: Int?

    @Option(help: "Steps from one checkpoint to the next. (default: a quarter of the steps, at most 1000)")
    var checkpointEvery: Int?

    @Option(help: "Checkpoints that are kept. (default: 2)")
    var keep: Int?

    @Option(
        help: ArgumentHelp("Where it computes, as tessera lab lists. (default: cpu)", valueName: "device"))
    var device: String?

    /// Sets what was given, and, where a run begins, what follows from the number of steps.
    func apply(to plan: inout LanguageModelPlan, begins: Bool) throws(LocatedError) {
        if let batch { plan.batchSize = batch }
        var options = plan.training
        if let steps { options.steps = steps }
        if begins {
            options.warmupSteps = max(0, options.steps / 10)
            options.evaluateEvery = max(1, options.steps / 10)
        }
        options.checkpointEvery = checkpointEvery ?? min(1000, max(1, options.steps / 4))
        if let rate { options.rate = rate }
        if let warmup { options.warmupSteps = warmup }
        if let schedule { options.schedule = schedule }
        if let weightDecay { options.optimizer.weightDecay = weightDecay }
        if let clip { options.gradientLimit = clip }
        if let accumulate { options.accumulation = accumulate }
        if let dtype { options.autocast = dtype.autocast }
        if let seed { options.seed = seed }
        if let evaluateEvery { options.evaluateEvery = evaluateEvery }
        if let keep { options.keptCheckpoints = keep }
        if let device { options.device = try Device(named: device) }
        plan.training = options
    }
}
