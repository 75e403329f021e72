internal import ArgumentParser
internal import TesseraConsole
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraReport

/// `tessera bench kernels`: what several tokens at once cost beside one.
struct KernelBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "The time of several tokens at once beside that of one.",
        discussion: """
            Multiplies the matrices of a model of 1.1 billion parameters (some of its layers, and its head; random \
            weights) with m tokens. The roof is the least time that two ceilings allow, both measured in the same \
            rounds: reading the weights from memory, and doing the multiplications on registers alone. The tree size \
            is the largest m for which m tokens, and all fewer, cost at most 1.5 times as much as one. The best \
            round of each matrix counts.
            """
    )

    @OptionGroup var output: OutputOptions

    @Option(help: "Formats of the weights, separated by commas.")
    var formats = "Q4_0,Q8_0,BF16"

    @Option(help: "Numbers of tokens, separated by commas.")
    var tokens = "1,2,3,4,5,6,7,8,12,16,24,32,48,64,81,96"

    @Option(help: "Layers, of the model's 22.")
    var layers = 4

    @Option(help: "Rounds.")
    var rounds = 5

    @Option(help: "Threads; as many as there are cores when not given.")
    var threads: Int?

    /// How much longer than one token a tree may take.
    private static let treeLimit = 1.5

    private static let knownFormats: [TensorFormat] = [
        .float32, .float16, .bfloat16, .q8_0, .q6_k, .q5_k, .q5_0, .q5_1, .q4_k, .q4_0, .q4_1,
    ]

    private func parsedFormats() throws -> [TensorFormat] {
        try formats.split(separator: ",").map { name in
            guard let format = Self.knownFormats.first(where: { $0.name == name.uppercased() }) else {
                let names = Self.knownFormats.map(\.name).joined(separator: ", ")
                throw ValidationError("--formats: \(name) is none of \(names)")
            }
            return format
        }
    }

    private func parsedTokens() throws -> [Int] {
        let numbers = tokens.split(separator: ",").compactMap { Int($0) }.filter { (1...512).contains($0) }
        guard !numbers.isEmpty, numbers.count == tokens.split(separator: ",").count else {
            throw ValidationError("--tokens are numbers from 1 to 512, separated by commas")
        }
        return Array(Set(numbers).union([1])).sorted()
    }

    func validate() throws {
        _ = try parsedFormats()
        _ = try parsedTokens()
        guard (1...22).contains(layers) else { throw ValidationError("--layers is from 1 to 22") }
        guard (1...1_000).contains(rounds) else { throw ValidationError("--rounds is from 1 to 1000") }
        guard (1...256).contains(threads ?? 1) else { throw ValidationError("--threads is from 1 to 256") }
    }

    func run() throws {
        let benchmark = KernelBenchmark(
            formats: try parsedFormats(), tokens: try parsedTokens(), layers: layers, rounds: rounds,
            threads: threads)
        let bar = ProgressBar()
        defer { bar.clear() }
        let results = try benchmark.run(cancellation: Interruption.cancellation, progress: bar.progress)
        bar.clear()
        if output.json {
            try writeJSON([
                "threads": .integer(benchmark.threadCount),
                "instructionSet": .string(KernelBenchmark.instructionSet.rawValue),
                "layers": .integer(layers),
                "rounds": .integer(rounds),
                "formats": .array(results.map(json)),
            ])
            return
        }
        for result in results { try write(text(result) + "\n") }
        try write("\(benchmark.threadCount) threads, \(KernelBenchmark.instructionSet.rawValue)\n")
    }

    private func json(_ result: KernelBenchmark.Result) -> JSONValue {
        [
            "format": .string(result.format.name),
            "weights": .integer(result.weightCount),
            "bytes": .integer(result.byteCount),
            "bytesPerSecond": .number(result.bytesPerSecond),
            "multiplyAddsPerSecond": JSONValue(result.multiplyAddsPerSecond),
            "treeSize": .integer(result.treeSize(within: Self.treeLimit)),
            "times": .array(
                result.times.map {
                    [
                        "tokens": .integer($0.tokens),
                        "seconds": .number($0.seconds),
                        "roofSeconds": JSONValue(result.roof(tokens: $0.tokens)),
                    ]
                }),
        ]
    }

    private func text(_ result: KernelBenchmark.Result) -> String {
        var table = Table([
            .init(result.format.name), .init("ms", .right), .init("t(m)/t(1)", .right),
            .init("of the bandwidth", .right), .init("G multiply-adds/s", .right), .init("roof, ms", .right),
            .init("t/roof", .right),
        ])
        let one = result.times.first?.seconds ?? 1
        for (tokens, seconds) in result.times {
            let roof = result.roof(tokens: tokens)
            let bandwidth = Double(result.byteCount) / seconds / result.bytesPerSecond
            let rate = Double(result.weightCount) * Double(tokens) / seconds
            table.append([
                "m = \(tokens)", NumberFormat.decimal(seconds * 1e3, places: 1),
                NumberFormat.decimal(seconds / one, places: 2),
                NumberFormat.decimal(bandwidth, places: 2), NumberFormat.decimal(rate / 1e9, places: 0),
                roof.map { NumberFormat.decimal($0 * 1e3, places: 1) } ?? "–",
                roof.map { NumberFormat.decimal(seconds / $0, places: 2) } ?? "–",
            ])
        }
        let arithmetic = result.multiplyAddsPerSecond.map {
            ", \(NumberFormat.decimal($0 / 1e9, places: 0)) G multiply-adds/s on registers"
        }
        let weights = NumberFormat.decimal(Double(result.weightCount) / 1e6, places: 0)
        return table.text() + "\(weights) M weights, "
            + "\(NumberFormat.decimal(Double(result.byteCount) / 1e6, places: 0)) MB; ceilings: "
            + "\(NumberFormat.decimal(result.bytesPerSecond / 1e9, places: 1)) GB/s read" + (arithmetic ?? "")
            + "; tree size \(result.treeSize(within: Self.treeLimit))\n"
    }
}
