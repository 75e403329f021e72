internal import TesseraCore
internal import TesseraDecoding
internal import TesseraEngine
internal import TesseraReport
internal import TesseraTokenizers

/// The bits per byte of what follows prompts that were cut inside a token, on SmolLM2.
struct CutPrompts {
    private enum Method: String, CaseIterable {
        case plain
        case healing
        case exact
    }

    private static let belowPlain = "SmolLM2: bits per byte below plain, %"
    private static let belowHealing = "SmolLM2: bits per byte below token healing, %"
    private static let interval = "SmolLM2: upper end of the interval of exact less healing, bits per byte"
    private static let worse = "SmolLM2: prompts worse than healing by over 0.05 bits per byte, %"
    private static let impossible = "SmolLM2: prompts whose next bytes have no probability"

    static let thresholds: [Threshold] = [
        .atLeast(50, belowPlain), .atLeast(15, belowHealing), .atMost(0, interval), .atMost(2, worse),
        .none(impossible),
    ]

    private static let texts = [
        ("English", "debian-reference/en.txt"), ("Python", "mixture/domains/python.txt"),
    ]
    private static let count = 200

    private let prompts: [CutPrompt]
    /// For each prompt.
    private var bits: [Method: [Double]] = [:]
    private var tokensRead: [Method: Int] = [:]

    /// - Throws: `LocatedError` when a text or the model is missing; `CancelledError` when stopped.
    init(seed: UInt64, conditions: StudyConditions) throws {
        try conditions.cancellation.check()
        let lines = try Self.texts.map { ($0.0, try conditions.lines(of: $0.1)) }
        let smol = try DefaultModel()
        let vocabulary = try ByteVocabulary(smol.tokenizer)
        prompts = lines.flatMap { name, lines in
            CutPrompt.cut(
                lines, from: name, count: Self.count / Self.texts.count, tokenizer: smol.tokenizer, seed: seed
            )
        }
        func reader(_ effort: ExactBytes<DecoderModel>.Effort) throws(LocatedError) -> ExactBytes<
            DecoderModel
        > {
            try ExactBytes(
                model: smol.model, tokenizer: smol.tokenizer, vocabulary: vocabulary, capacity: 1_024,
                effort: effort)
        }
        var readers: [Method: ExactBytes<DecoderModel>] = [
            .plain: try reader(.unchecked), .healing: try reader(.unchecked), .exact: try reader(.bounded),
        ]
        for (index, prompt) in prompts.enumerated() {
            conditions.progress.report("cut prompts", index, of: prompts.count, unit: "prompts")
            let tokens = smol.tokenizer.encode(prompt.text, special: .asText)
            for method in Method.allCases {
                try conditions.cancellation.check()
                guard var reader = readers.removeValue(forKey: method) else { continue }
                let before = reader.statistics.modelTokens
                do throws(LocatedError) {
                    switch method {
                    case .plain: _ = try reader.start(after: tokens, with: [])
                    case .healing: try reader.start(healing: tokens)
                    case .exact: _ = try reader.start(with: prompt.text, special: .asText)
                    }
                    bits[method, default: []].append(try Self.bitsPerByte(of: prompt.next, &reader))
                } catch {
                    // No token goes on like this.
                    guard error.field == "text" else { throw error }
                    bits[method, default: []].append(.infinity)
                }
                tokensRead[method, default: 0] += reader.statistics.modelTokens - before
                readers[method] = reader
            }
        }
    }

    /// The bits that the next bytes take, each normalised; infinite where one has no probability.
    private static func bitsPerByte(
        of bytes: [UInt8], _ reader: inout ExactBytes<DecoderModel>
    ) throws(LocatedError) -> Double {
        var sum = 0.0
        for (index, byte) in bytes.enumerated() {
            let next = try reader.distribution()
            guard next.bytes[Int(byte)] > 0 else { return .infinity }
            sum -= logarithm(base2: next.bytes[Int(byte)])
            if index + 1 < bytes.count { try reader.advance(by: byte) }
        }
        return sum / Double(bytes.count)
    }

    func report(to result: inout StudyResult, seed: UInt64) {
        func values(_ method: Method, _ wanted: (CutPrompt) -> Bool = { _ in true }) -> [Double] {
            zip(prompts, bits[method] ?? []).filter { wanted($0.0) }.map(\.1)
        }
        let differences = zip(values(.exact), values(.healing)).map { $0 - $1 }
        let interval = BootstrapInterval(differences, seed: seed)
        let means = Dictionary(uniqueKeysWithValues: Method.allCases.map { ($0, mean(values($0))) })
        func below(_ method: Method) -> Double {
            100 * (1 - (means[.exact] ?? .nan) / (means[method] ?? .nan))
        }
        let count = Double(max(1, differences.count))
        result.measure(Self.belowPlain, below(.plain))
        result.measure(Self.belowHealing, below(.healing))
        result.measure(Self.interval, interval.upper)
        result.measure(Self.worse, 100 * Double(differences.count { $0 > 0.05 }) / count)
        result.measure(
            Self.impossible, count: Method.allCases.reduce(0) { $0 + values($1).count { !$0.isFinite } })
        result.measure("SmolLM2: lower end of that interval, bits per byte", interval.lower)
        result.measure(
            "SmolLM2: prompts better than healing by over 0.05 bits per byte, %",
            100 * Double(differences.count { $0 < -0.05 }) / count)

        var table = Table(
            [.init("bits per byte")] + Method.allCases.map { .init($0.rawValue, .right) }
                + [.init("prompts", .right)])
        func row(_ name: String, _ wanted: @escaping (CutPrompt) -> Bool) {
            let found = Method.allCases.map { values($0, wanted) }
            guard let first = found.first, !first.isEmpty else { return }
            table.append(
                [name] + found.map { NumberFormat.decimal(mean($0), places: 3) }
                    + [NumberFormat.count(first.count)])
        }
        for (name, _) in Self.texts { row(name) { $0.source == name } }
        row("all") { _ in true }
        row("of these cut inside white space") { $0.endsInSpace }
        table.append(
            ["median"]
                + Method.allCases.map {
                    NumberFormat.decimal(Spread(values($0))?.median ?? .nan, places: 3)
                })
        table.append(
            ["tokens read for a prompt"]
                + Method.allCases.map {
                    NumberFormat.decimal(Double(tokensRead[$0] ?? 0) / count, places: 1)
                })
        table.append(
            ["prompts without any probability"]
                + Method.allCases.map { NumberFormat.count(values($0).count { !$0.isFinite }) })
        result.add(
            table,
            caption: """
                The next \(CutPrompt.nextCount) bytes after prompts of 200 to 600 bytes cut at a random byte inside a token; \
                SmolLM2-135M-Instruct as fetched. Each method reads every prompt anew but for what it begins with.
                """)
        result.add(
            figure: BarChart(
                title: "Bits per byte after a cut prompt", series: Method.allCases.map(\.rawValue),
                groups: (Self.texts.map(\.0) + ["all"]).map { name in
                    BarChart.Group(
                        name,
                        Method.allCases.map { mean(values($0) { name == "all" || $0.source == name }) })
                }
            ).svg(), title: "Bits per byte after a cut prompt")
        result.note(
            """
            Plain takes the tokens of the cut prompt as final, healing takes the last one back, exact sums over all covers \
            behind the last settled place. Each byte's law is normalised over the bytes and the end of the text; tokens \
            that the tokenizer would not make are refused by the exact method, the heaviest 512 at each byte being tested, and \
            kept by the others, which sum all spellings; of those that end at a byte the eight heaviest are followed.
            """)
    }
}
