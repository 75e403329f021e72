internal import ArgumentParser
internal import TesseraArchitectures
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTensor
internal import TesseraTraining

/// `tessera lab bench`: how fast training runs.
struct LabBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the speed of training.",
        discussion: """
            Trains a Llama of 4 layers, 256 wide, with a vocabulary of 8192 and a context of 256, on batches of 8 \
            texts of random tokens, and prints the seconds of a step: forward, backward, clipping and AdamW. The \
            first steps of a process are slower and do not count. Started by torchrun, or with RANK, WORLD_SIZE, \
            MASTER_ADDR and MASTER_PORT set, processes share each batch, and the first prints.
            """
    )

    @Option(help: ArgumentHelp("A folder of the network to train instead.", valueName: "folder"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "A safetensors file with a tensor \"tokens\" of [steps, batch, time + 1] ids to train on instead.",
            valueName: "file"))
    var batches: String?

    @Option(help: ArgumentHelp("What matrix products run in; bfloat16 is autocast.", valueName: "type"))
    var precision = Precision.float32

    @Option(help: "Steps that count.")
    var steps = 10

    @Option(help: "Steps before them.")
    var warmup = 2

    @Option(help: "Threads; as many as libtorch chooses when not given.")
    var threads: Int?

    @Option(help: "The seed of the network and the tokens.")
    var seed: UInt64 = 1

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...10_000).contains(steps) else { throw ValidationError("--steps is from 1 to 10000") }
        guard (0...10_000).contains(warmup) else { throw ValidationError("--warmup is from 0 to 10000") }
    }

    func run() throws {
        try useThreads(threads)
        let replicas = try replicasFromEnvironment()
        let network = try model.map { try readModelFolder($0) } ?? Self.network(seed: seed)
        let benchmark = TrainingBenchmark(
            batches: try batches.map(read) ?? draw(for: network),
            autocast: precision.autocast, replicas: replicas)
        let records = try benchmark.run(network, cancellation: Interruption.cancellation)
        // What the first process prints is said for all.
        guard replicas.rank == 0 else { return }
        try write(records, parameters: network.parameterCount, processes: replicas.count)
    }

    /// The network of the command's description.
    private static func network(seed: UInt64) throws(LocatedError) -> any CausalNetwork {
        try LlamaNetwork(
            LlamaConfiguration(
                vocabularySize: 8192, hiddenSize: 256, layerCount: 4, headCount: 8, contextLength: 256),
            random: RandomGenerator(seed: seed))
    }

    private func draw(for network: any CausalNetwork) throws(LocatedError) -> [Tensor] {
        let random = try RandomGenerator(seed: seed)
        let time = min(256, network.contextLength)
        var batches: [Tensor] = []
        for _ in 0..<(warmup + steps) {
            batches.append(try random.integers([8, time + 1], in: 0..<network.vocabularySize))
        }
        return batches
    }

    private func read(_ path: String) throws -> [Tensor] {
        let file = try SafetensorsFile(path: path)
        guard let view = file.tensor("tokens"), view.shape.count == 3, view.shape[1] > 0, view.shape[2] > 1,
            view.shape[0] >= warmup + steps
        else {
            throw LocatedError(
                file: path, field: "tensor tokens",
                problem: "is missing or not [\(warmup + steps) or more steps, batch, time + 1]",
                remedy: "write so many batches, or choose fewer --steps")
        }
        let tokens = try Tensor(view, type: .int64)
        return try (0..<(warmup + steps)).map { try tokens[axis: 0, $0] }
    }

    private func write(_ records: [StepRecord], parameters: Int, processes: Int) throws {
        let seconds = records.dropFirst(warmup).map(\.seconds)
        let median = Spread(seconds)?.median ?? 0
        let tokens = records.last.map { Int($0.count) } ?? 0
        if json {
            let value: JSONValue = [
                "precision": .string(precision.rawValue), "threads": .integer(Torch.threadCount),
                "processes": .integer(processes), "parameters": .integer(parameters),
                "tokensPerStep": .integer(tokens), "secondsPerStep": .number(median),
                "tokensPerSecond": .number(Double(tokens) / median),
                "seconds": .array(seconds.map { .number($0) }),
                "losses": .array(records.map { .number($0.loss) }),
            ]
            try StandardOutput.standard.write(value.serialized() + "\n")
            return
        }
        var table = Table([.init("property"), .init("value")])
        table.append(["network", "\(NumberFormat.count(parameters)) numbers, \(precision.rawValue)"])
        table.append(["processes x threads", "\(processes) x \(Torch.threadCount)"])
        table.append(["step", "\(NumberFormat.significant(median * 1000)) ms, \(tokens) tokens"])
        table.append(["tokens/s", NumberFormat.decimal(Double(tokens) / median, places: 0)])
        table.append(["loss", NumberFormat.decimal(records.last?.loss ?? .nan, places: 4)])
        try StandardOutput.standard.write(table.text())
    }
}
