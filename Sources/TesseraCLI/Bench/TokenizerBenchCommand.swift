internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers

/// `tessera bench tokenizer`: how fast a tokenizer loads and encodes.
struct TokenizerBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tokenizer",
        abstract: "Megabytes a second when encoding, and the time to load.",
        discussion: """
            Cuts the text into documents and encodes all of them, pass after pass. The first pass is the cold one: \
            nothing was encoded before but one letter. `make bench` compares with other tokenizers in one run.
            """
    )

    @OptionGroup var tokenizer: TokenizerOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("The UTF-8 text to encode.", valueName: "file"))
    var text: String

    @Option(help: "The most bytes of a document.")
    var documentBytes = 4096

    @Option(help: "Threads that encode at once.")
    var threads = 1

    @Option(help: "Passes over the text.")
    var passes = 4

    @Flag(help: "Encode document by document and tell how long the slowest take; one thread.")
    var each = false

    func validate() throws {
        guard (1...1 << 30).contains(documentBytes) else {
            throw ValidationError("--document-bytes is from 1 to 1073741824")
        }
        guard (1...256).contains(threads) else { throw ValidationError("--threads is from 1 to 256") }
        guard (1...10_000).contains(passes) else { throw ValidationError("--passes is from 1 to 10000") }
    }

    func run() throws {
        let input = try InputText(path: text)
        let before = ProcessUsage.peakBytes()
        let processor = processorSeconds()
        let start = ContinuousClock.now
        let loaded = try tokenizer.load().tokenizer
        // Part of loading here: the first pass is to find what the peers' first pass finds.
        loaded.prepare()
        let loadSeconds = (ContinuousClock.now - start).inSeconds
        let loadProcessorSeconds = processorSeconds() - processor
        let loadBytes = ProcessUsage.peakBytes() - before
        let benchmark = TokenizerBenchmark(documentBytes: documentBytes, threads: threads, passes: passes)
        if each {
            try writeTails(of: benchmark, loaded, on: input.bytes)
            return
        }
        let result = try benchmark.run(loaded, on: input.bytes, cancellation: Interruption.cancellation)
        if output.json {
            try writeJSON([
                "byteCount": .integer(input.bytes.count),
                "documentCount": .integer(result.documentCount),
                "tokenCount": .integer(result.tokenCount),
                "checksum": .string(String(result.checksum)),
                "loadSeconds": .number(loadSeconds),
                "loadProcessorSeconds": .number(loadProcessorSeconds),
                "loadBytes": .integer(loadBytes),
                "peakBytes": .integer(ProcessUsage.peakBytes()),
                "seconds": .array(result.seconds.map(JSONValue.number)),
                "processorSeconds": .array(result.processorSeconds.map(JSONValue.number)),
            ])
            return
        }
        let megabytes = Double(input.bytes.count) / 1e6
        func rate(_ seconds: Double?) -> String {
            NumberFormat.decimal(megabytes / max(seconds ?? 0, 1e-9), places: 1)
        }
        var table = Table([.init("measure"), .init("value", .right)])
        table.append(["load, ms", NumberFormat.decimal(loadSeconds * 1000, places: 1)])
        table.append(["first pass, MB/s", rate(result.seconds.first)])
        table.append([
            "best later pass, MB/s", result.seconds.count > 1 ? rate(result.seconds.dropFirst().min()) : "–",
        ])
        table.append(["tokens", NumberFormat.count(result.tokenCount)])
        table.append(["documents", NumberFormat.count(result.documentCount)])
        table.append([
            "peak memory, MB", NumberFormat.decimal(Double(ProcessUsage.peakBytes()) / 1e6, places: 0),
        ])
        try write(table.text())
    }

    private func writeTails(
        of benchmark: TokenizerBenchmark, _ tokenizer: PipelineTokenizer, on text: [UInt8]
    ) throws {
        let (count, tails) = try benchmark.tails(tokenizer, on: text, cancellation: Interruption.cancellation)
        if output.json {
            try writeJSON([
                "documentCount": .integer(count),
                "tails": .array(tails.map { .array($0.map(JSONValue.number)) }),
            ])
            return
        }
        var table = Table([
            .init("pass"), .init("middle, \u{B5}s", .right), .init("99 in 100 within", .right),
            .init("slowest", .right),
        ])
        for (pass, times) in tails.enumerated() {
            table.append(["\(pass + 1)"] + times.map { NumberFormat.decimal($0, places: 1) })
        }
        try write(table.text())
    }
}
