internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraGrammar
internal import TesseraReport
internal import TesseraTokenizers

/// `tessera bench grammar`: the time that a grammar's masks take along a text.
struct GrammarBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grammar", abstract: "Time compiling a grammar and making masks along a text.",
        discussion:
            "The text is cut into tokens, which the grammar must accept; every mask is timed in every pass.")

    @OptionGroup var grammar: GrammarFlags
    @OptionGroup var tokenizer: TokenizerOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("A text of the grammar.", valueName: "file"))
    var text: String

    @Option(help: "Passes over the text, each with a new matcher.")
    var repetitions = 50

    @Option(
        help: ArgumentHelp("Write the masks here, 64-bit words of the lowest ids first.", valueName: "file"))
    var masks: String?

    func validate() throws {
        guard (1...10_000).contains(repetitions) else {
            throw ValidationError("--repetitions is from 1 to 10000")
        }
    }

    func run() throws {
        let source = try grammar.requiredSource()
        let loaded = try tokenizer.load().tokenizer
        let tokens = loaded.encode(try InputText(path: text).text, special: .asText)
        let vocabulary = TokenVocabulary(loaded)
        let clock = ContinuousClock()
        var compiled = try CompiledGrammar(source.grammar(), vocabulary: vocabulary)
        var compileTimes: [Double] = []
        for _ in 0..<5 {
            let start = clock.now
            compiled = try CompiledGrammar(source.grammar(), vocabulary: vocabulary)
            compileTimes.append((clock.now - start).inSeconds)
        }

        var maskTimes: [Double] = []
        var acceptTimes: [Double] = []
        var words: [UInt8] = []
        var mask = TokenBitmask(vocabularySize: vocabulary.size)
        for pass in 0..<repetitions {
            var matcher = GrammarMatcher(compiled)
            for token in tokens {
                let start = clock.now
                try matcher.fill(&mask)
                let filled = clock.now
                try matcher.accept(token)
                maskTimes.append((filled - start).inSeconds)
                acceptTimes.append((clock.now - filled).inSeconds)
                guard pass == 0, masks != nil else { continue }
                for word in mask.words { withUnsafeBytes(of: word.littleEndian) { words += $0 } }
            }
        }
        if let masks { try writeAtomically(words, to: masks) }
        func percentile(_ times: [Double], _ share: Double) -> Double {
            let sorted = times.sorted()
            return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
        }
        let figures: [(String, Double)] = [
            ("compile", percentile(compileTimes, 0.5)), ("maskMedian", percentile(maskTimes, 0.5)),
            ("maskP99", percentile(maskTimes, 0.99)), ("acceptMedian", percentile(acceptTimes, 0.5)),
        ]
        if output.json {
            var record = JSONObject()
            for (name, seconds) in figures { record["\(name)Seconds"] = .number(seconds) }
            record["tokens"] = JSONValue(tokens)
            record["vocabularySize"] = .integer(vocabulary.size)
            return try writeJSON(.object(record))
        }
        for (name, seconds) in figures { try write("\(name): \(NumberFormat.duration(seconds))\n") }
    }
}
