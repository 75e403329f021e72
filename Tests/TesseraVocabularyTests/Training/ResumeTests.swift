import Foundation
import Synchronization
import TesseraCore
import TesseraTestSupport
import TesseraTokenizers
import TesseraVocabulary
import Testing

@Suite("A stopped training")
struct ResumeTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func corpus() throws -> Corpus {
        var generator = SeededGenerator(seed: 3)
        let words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]
        let files = try (0..<3).map { number in
            let text = (0..<400).map { _ in
                words[Int.random(in: words.indices, using: &generator)]
                    + String(UInt16.random(in: 0...200, using: &generator))
            }.joined(separator: " \n")
            return try folder.write(text, to: "\(number).txt")
        }
        return Corpus(files: files)
    }

    private var settings: TrainingSettings {
        TrainingSettings(.bytePair(.init()), vocabularySize: 400, preTokenizer: .gpt2)
    }

    private func options(threads: Int, work: String?) -> CountingOptions {
        var options = CountingOptions(threads: threads, workFolder: work)
        options.blockSize = 500
        options.checkpointBytes = 2_000
        return options
    }

    @Test("goes on where it was and gives the same tokenizer", arguments: [1, 2], [1, 5, 9, 14])
    func resumes(threads: Int, stopAfter: Int) throws {
        let corpus = try corpus()
        let whole = try trainTokenizer(settings, on: corpus)
        let work = folder.path("work")
        let cancellation = Cancellation()
        let reports = Atomic(0)
        let stopping = Progress { _ in
            if reports.wrappingAdd(1, ordering: .relaxed).newValue == stopAfter { cancellation.cancel() }
        }
        #expect(throws: CancelledError.self) {
            try trainTokenizer(
                settings, on: corpus, options: options(threads: threads, work: work), progress: stopping,
                cancellation: cancellation)
        }
        // What a kill leaves half done is not counted.
        if stopAfter > 1 {
            try folder.write("#tessera-counts\t1\t0\t0\tx\nzzz\t5\n", to: "work/run-99.counts")
        }
        let first = Atomic(Int.max)
        let watching = Progress { update in
            if update.label == "counting" { first.min(update.completed, ordering: .relaxed) }
        }
        let resumed = try trainTokenizer(
            settings, on: corpus, options: options(threads: 3, work: work), progress: watching)
        #expect(resumed.definition.isEqualInTokens(to: whole.definition))
        #expect(resumed.byteCount == whole.byteCount && resumed.tokenCount == whole.tokenCount)
        if stopAfter >= 14 { #expect(first.load(ordering: .relaxed) > 2_000) }
        #expect(!FileManager.default.fileExists(atPath: folder.path("work/run-99.counts")))
        // Once counted, the text is not read again: the job goes on with the merges.
        let counted = Atomic(0)
        let listening = Progress { update in
            if update.label == "counting" { counted.add(1, ordering: .relaxed) }
        }
        let again = try trainTokenizer(
            settings, on: corpus, options: options(threads: 1, work: work), progress: listening)
        #expect(again.definition.isEqualInTokens(to: whole.definition))
        #expect(counted.load(ordering: .relaxed) == 0)
    }

    @Test("is not mixed with another job, and a damaged journal is named")
    func otherJobs() throws {
        let corpus = try corpus()
        let work = folder.path("work")
        _ = try trainTokenizer(settings, on: corpus, options: options(threads: 1, work: work))
        var other = corpus
        other.files.removeLast()
        expectLocatedError(file: "\(work)/counting.json", field: "job") {
            try trainTokenizer(settings, on: other, options: options(threads: 1, work: work))
        }
        try folder.write(#"{"version": 1, "job": 3}"#, to: "work/counting.json")
        expectLocatedError(file: "\(work)/counting.json") {
            try trainTokenizer(settings, on: corpus, options: options(threads: 1, work: work))
        }
        expectLocatedError(field: "--work") {
            try trainTokenizer(settings, on: Corpus(files: ["-"]), options: options(threads: 1, work: work))
        }
        let file = try folder.write("x", to: "file")
        expectLocatedError(file: "\(file)/work") {
            try trainTokenizer(settings, on: corpus, options: options(threads: 1, work: "\(file)/work"))
        }
    }
}
