import Foundation
import TesseraCore
import TesseraFiles
import TesseraMixture
import TesseraReport
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("The study of data mixture inference")
struct MixtureStudyTests {
    private func small() -> MixtureStudy.Settings {
        var settings = MixtureStudy.Settings()
        settings.merges = 120
        settings.mixtureBytes = 60_000
        settings.seeds = [1, 2]
        return settings
    }

    private var made: [(name: String, lines: [String])] {
        MadeLanguage.three.map { ($0.name, $0.lines(3000, seed: 7)) }
    }

    @Test("finds the shares of made languages, and is the same each time")
    func madeLanguages() throws {
        let study = try MixtureStudy.run(on: made, settings: small())
        let again = try MixtureStudy.run(on: made, settings: small())
        #expect(study.rows.map(\.truth) == again.rows.map(\.truth))
        #expect(study.rows.map { $0.shares[.inference] } == again.rows.map { $0.shares[.inference] })
        for row in study.rows {
            #expect((row.truth.reduce(0, +) - 1).magnitude < 1e-12)
            #expect(row.byteCount > 50_000 && row.byteCount < 70_000)
            for method in MixtureStudy.Method.allCases {
                let shares = try #require(row.shares[method])
                #expect((shares.reduce(0, +) - 1).magnitude < 1e-9 && shares.count == 3, "\(method)")
            }
            #expect(
                row.logError(.inference) < -3.5 && row.logError(.inference) < row.logError(.uniform) - 1.5)
        }
        #expect(study.rows[0].truth != study.rows[1].truth)
        #expect(study.hiddenRows.map(\.hidden) == [0, 1])
        for row in study.hiddenRows {
            #expect((row.hiddenShare - 0.1).magnitude < 0.02 && row.shares[row.hidden] == 0)
            #expect((row.truth.reduce(0, +) - 1).magnitude < 1e-12)
        }
        #expect(
            study.table.rows.count == 3 && study.hiddenTable.rows.count == 2 && study.verdict.rows.count == 4)
        #expect(study.errorChart.svg().contains("encoding efficiency"))
        #expect(study.shareChart(study.rows[0]).svg().contains("three"))
        #expect(study.shareTable(study.rows[0]).rows.count == 3)
        #expect(study.json["mixtures"] != nil && study.json["findings"] != nil)
    }

    @Test("text too short for a category is an error")
    func tooShort() {
        expectLocatedError(field: "samples") {
            try MixtureStudy.run(on: Array(made.dropLast()) + [("none", [])], settings: small())
        }
    }
}

/// What takes minutes and texts that `Scripts/manual-pages.py` and `Scripts/mixture-texts.py` write; Documentation/Mixture.md
/// tells how it is run.
@Suite("The study of data mixture inference, whole", .serialized)
struct WholeMixtureStudyTests {
    private static let folder = FileSystem.environment("TESSERA_MIXTURE_TEXTS")
    private static let output = FileSystem.environment("TESSERA_MIXTURE_OUTPUT")

    private func texts(_ folder: String) throws -> [(name: String, lines: [String])] {
        try FileSystem.names(in: folder).filter { $0.hasSuffix(".txt") }.map { name in
            let file = try MappedFile(path: "\(folder)/\(name)")
            let lines = String(decoding: file.copy(), as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false)
            return (String(name.dropLast(4)), lines.map(String.init))
        }
    }

    /// Tells at once what came out, for whoever watches.
    private func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    private func keep(_ text: String, _ name: String) throws {
        if let output = Self.output {
            try writeAtomically(text, to: "\(output)/data-mixture-inference\(name)")
        }
    }

    private func keep(_ study: MixtureStudy, _ name: String) throws {
        say(study.verdict.markdown() + "\n" + study.table.markdown() + "\n" + study.hiddenTable.markdown())
        for row in study.rows { say("\(row.seed)\n" + study.shareTable(row).markdown()) }
        try keep(study.json.serialized(pretty: true) + "\n", "\(name).json")
        try keep(study.errorChart.svg(), "\(name).svg")
        if let first = study.rows.first { try keep(study.shareChart(first).svg(), "\(name)-shares.svg") }
    }

    @Test("finds the shares of manual pages in ten languages", .enabled(if: folder != nil))
    func languages() throws {
        let texts = try texts("\(#require(Self.folder))/manual-pages")
        #expect(texts.count == 10)
        let study = try MixtureStudy.run(on: texts)
        try keep(study, "")
        #expect(study.findings.filter { !$0.holds } == [])
    }

    @Test("finds the shares of Python, C, HTML and prose", .enabled(if: folder != nil))
    func domains() throws {
        let texts = try texts("\(#require(Self.folder))/domains")
        #expect(texts.count == 4)
        try keep(try MixtureStudy.run(on: texts), "-domains")
    }

    @Test("takes 30,000 merges", .enabled(if: folder != nil))
    func manyMerges() throws {
        var settings = MixtureStudy.Settings()
        settings.merges = 30_000
        settings.mixtureBytes = 12_000_000
        settings.seeds = [101]
        settings.hiddenShare = 0
        let study = try MixtureStudy.run(
            on: try texts("\(#require(Self.folder))/manual-pages"), settings: settings)
        try keep(study, "-30000")
        #expect(study.rows.first?.largestError ?? 1 <= 0.02)
    }

    /// A published tokenizer, its file below the cache of tokenizers, and which of its merges are asked.
    private static let published: [(name: String, file: String, skipped: Int, merges: Int)] = [
        ("GPT-2", "tiktoken/gpt2.tiktoken", 0, 3000),
        ("cl100k", "tiktoken/cl100k_base.tiktoken", 0, 3000),
        ("o200k", "tiktoken/o200k_base.tiktoken", 0, 3000),
        ("Llama 3", "huggingface/deepseek-r1-distill-llama-8b/tokenizer.json", 0, 3000),
        // Those after the merges that it took from cl100k.
        ("Llama 3, its own", "huggingface/deepseek-r1-distill-llama-8b/tokenizer.json", 100_000, 103_000),
        ("SmolLM2", "../models/smollm2", 0, 3000),
        ("Claude", "huggingface/litellm-anthropic/tokenizer.json", 0, 3000),
    ]

    @Test("tells of published tokenizers", .enabled(if: folder != nil))
    func publishedTokenizers() throws {
        let folder = "\(try #require(Self.folder))/categories"
        let code: Set<String> = ["c", "cpp", "html", "javascript", "perl", "python", "ruby"]
        let samples = FileSystem.names(in: folder).filter { $0.hasSuffix(".txt") }.map { name in
            LanguageSample(String(name.dropLast(4)), corpus: Corpus(files: ["\(folder)/\(name)"]))
        }
        let languages = Set(samples.map(\.name)).subtracting(code).subtracting(["english"])
        var table = Table([
            .init("tokenizer"), .init("English", .right), .init("code", .right),
            .init("other languages", .right),
            .init("merges", .right), .init("never seen", .right), .init("contradiction", .right),
        ])
        var shares: [String: (code: Double, languages: Double)] = [:]
        var objects = JSONObject()
        for (name, file, skipped, merges) in Self.published {
            var options = DataMixtureInference.Options()
            options.merges = merges
            options.skippedMerges = skipped
            options.bootstraps = Int(FileSystem.environment("TESSERA_MIXTURE_DRAWS") ?? "") ?? 20
            let tokenizer = try TokenizerLoader.load(
                path: ReferenceTokenizers.path(file), options: TokenizerLoader.Options()
            ).tokenizer
            let estimate = try DataMixtureInference(of: tokenizer, samples: samples, options: options)
                .estimate()
            func cell(_ names: Set<String>) -> String {
                let (share, interval) = estimate.share(ofCategories: names)
                func percent(_ value: Double) -> String { NumberFormat.decimal(value * 100, places: 1) }
                let range = interval.map { " (\(percent($0.lowerBound)) to \(percent($0.upperBound)))" } ?? ""
                return percent(share) + " %" + range
            }
            shares[name] = (
                estimate.share(ofCategories: code).share, estimate.share(ofCategories: languages).share
            )
            table.append([
                name, cell(["english"]), cell(code), cell(languages),
                "\(NumberFormat.count(skipped)) to \(NumberFormat.count(estimate.mergeCount))",
                NumberFormat.count(estimate.unseenMerges.count),
                NumberFormat.decimal(estimate.objective * 1e6, places: 0) + " ppm",
            ])
            objects[name] = estimate.json
            say("\(name) \(estimate.warnings)\n" + estimate.table().markdown())
        }
        say(table.markdown())
        try keep(JSONValue.object(objects).serialized(pretty: true) + "\n", "-published.json")
        let (cl100k, o200k) = (try #require(shares["cl100k"]), try #require(shares["o200k"]))
        // The orderings that the paper states.
        #expect(o200k.languages > cl100k.languages)
        #expect(cl100k.code > 0.5)
    }
}
