internal import TesseraCore
internal import TesseraFiles
internal import TesseraTokenizers
internal import TesseraVocabulary

extension FuzzTarget {
    /// Files of counts: read, written and read again, and trained on.
    static let counts = FuzzTarget("counts", file: "a.counts") { input, folder in
        let paths = input.parts.map { folder.path($0.name) }.sorted()
        let first = try lines(of: paths, memory: 1 << 30)
        folder.markLoaded()
        try FuzzFolder.write(first, to: folder.path("again"))
        try require(
            lines(of: [folder.path("again")], memory: 1 << 30) == first,
            "counts that were written read otherwise")
        try require(lines(of: paths, memory: 1) == first, "counts read in little memory differ")
        for model: TrainingSettings.Model in [.bytePair(.init()), .unigram(.init()), .wordPiece(.init())] {
            var settings = TrainingSettings(
                model, vocabularySize: 300,
                preTokenizer: .byteLevel(addsPrefixSpace: false, usesExpression: true))
            if case .unigram = model { settings.preTokenizer = .whitespace }
            settings.alphabetLimit = 200
            let counts = try readCounts(paths, cutting: "")
            let trained: TrainedTokenizer
            do {
                trained = try trainTokenizer(settings, on: counts, threads: 1)
            } catch is LocatedError {
                continue
            }
            _ = try PipelineTokenizer(trained.definition).encode("hello world")
        }
    }

    private static func lines(of paths: [String], memory: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let counts = try readCounts(paths, cutting: "", memoryInBytes: memory)
        try counts.forEachPart { part throws(LocatedError) in bytes += part }
        return bytes
    }

    /// The work folder of a training that was stopped: its journal and counts, with the text that is counted.
    static let journal = FuzzTarget("journal", file: "counting.json") { input, folder in
        var options = CountingOptions(threads: 1, memoryInBytes: 1 << 20, workFolder: folder.path)
        options.blockSize = blockSize(for: input)
        let corpus = Corpus(files: [folder.path("corpus.txt")])
        _ = try pieces(of: corpus, options)
        folder.markLoaded()
    }

    /// Texts that are trained on: plain, lines of JSON, gzip.
    static let corpus = FuzzTarget("corpus", file: "corpus.jsonl") { input, folder in
        var corpus = Corpus(files: input.parts.map { folder.path($0.name) })
        let counted = try pieces(of: corpus, CountingOptions(threads: 1))
        folder.markLoaded()
        var options = CountingOptions(threads: 2, memoryInBytes: 1 << 16)
        options.blockSize = blockSize(for: input)
        try require(pieces(of: corpus, options) == counted, "counts depend on the size of blocks")
        corpus.unit = .file
        _ = try pieces(of: corpus, options)
    }

    /// Small blocks, which are a file each when so little memory is allowed: thousands would measure the file system.
    private static func blockSize(for input: FuzzInput) -> Int { max(64, input.byteCount / 128) }

    private static func pieces(of corpus: Corpus, _ options: CountingOptions) throws -> [UInt8] {
        let counts = try countPieces(
            of: corpus, with: PieceCutter(normalizer: nil, preTokenizer: .whitespaceSplit), cutting: "",
            options: options)
        var bytes: [UInt8] = []
        try counts.forEachPart { part throws(LocatedError) in bytes += part }
        return bytes
    }
}
