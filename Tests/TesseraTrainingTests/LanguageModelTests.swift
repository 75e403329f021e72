import Foundation
import TesseraCore
import TesseraDecoding
import TesseraEngine
import TesseraFiles
import TesseraTensor
import TesseraTestSupport
import TesseraTokenizers
import TesseraTraining
import Testing

@Suite("Language models from text")
struct LanguageModelTests {
    private let storage: TemporaryFolder
    private let plan: LanguageModelPlan

    init() throws {
        storage = try TemporaryFolder()
        try TokenizerSaver.save(Tiny.tokenizer.get().definition, to: storage.path("tokenizer.json"))
        var plan = LanguageModelPlan()
        plan.tokenizer = storage.path("tokenizer.json")
        plan.corpus = [try storage.write(Tiny.text(seed: 1, lines: 1_500), to: "text.txt")]
        plan.heldOut = try storage.write(Tiny.text(seed: 2, lines: 30), to: "held.txt")
        (plan.network.layers, plan.network.width, plan.network.heads, plan.network.context) = (1, 32, 2, 32)
        plan.batchSize = 8
        plan.training = Tiny.options(steps: 40)
        plan.training.evaluateEvery = 10
        self.plan = plan
    }

    private func begin(
        _ name: String, _ change: (inout LanguageModelPlan) throws -> Void = { _ in }
    ) throws -> LanguageModelRun {
        var plan = plan
        try change(&plan)
        return try LanguageModelRun(beginning: plan, in: RunFolder(storage.path(name)))
    }

    @Test("a run leaves a folder that the engine reads, predicts better from, and writes texts with")
    func whole() throws {
        let run = try begin("whole")
        var measured: [Double] = []
        let outcome = try run.train { measurement, loss in
            #expect((loss ?? 0) > 0)
            measured.append(try #require(measurement["bitsPerByte"]))
        }
        #expect(outcome.steps == 40 && outcome.count == 40 * 8 * 32)
        #expect(measured.count == 4)
        let last = try #require(measured.last)
        #expect(last < 0.6 * measured[0])

        let folder = storage.path("whole")
        let model = try DecoderModel.load(
            .folder(path: folder), options: EngineOptions(threads: 2, precision: .float32))
        let loaded = try TokenizerLoader.load(folder: folder)
        #expect(loaded.tokenizer.specialTokens.endOfText == [0])
        let evaluation = try evaluate(
            Array(Tiny.text(seed: 2, lines: 30).utf8), model: model, tokenizer: loaded.tokenizer,
            options: EvaluationOptions(window: 32))
        // The run predicts the first token of the text too, from the end of another; the engine leaves it out.
        let scoring = try HeldOutScoring(run.corpus.heldOut, contextOfFirst: nil, window: 32)
        #expect(abs(evaluation.bitsPerByte / (try scoring.score(run.network).bitsPerByte) - 1) < 1e-4)
        var text = try ReadText(model: model)
        let written = try generate(
            from: loaded.tokenizer.encode("the wind"), in: &text, tokenizer: loaded.tokenizer,
            options: GenerationOptions(maximumTokens: 8))
        #expect(!written.text.isEmpty)
    }

    @Test(
        "a run of either kind goes on by its folder alone, also when the texts are gone",
        arguments: NetworkPlan.Architecture.allCases)
    func resumes(architecture: NetworkPlan.Architecture) throws {
        let name = architecture.rawValue
        func plan(_ plan: inout LanguageModelPlan) {
            plan.network.architecture = architecture
            plan.training.steps = 12
        }
        let whole = try begin("whole-\(name)", plan)
        try whole.train()
        let cancellation = Cancellation()
        let stopped = try begin("stopped-\(name)") {
            plan(&$0)
            let (copy, held) = (storage.path("copy-\(name).txt"), storage.path("held-\(name).txt"))
            try FileManager.default.copyItem(atPath: $0.corpus[0], toPath: copy)
            try FileManager.default.copyItem(atPath: $0.heldOut, toPath: held)
            ($0.corpus, $0.heldOut) = ([copy], held)
        }
        let watch = Progress { if $0.label == "training", $0.completed == 7 { cancellation.cancel() } }
        #expect(throws: CancelledError.self) {
            try stopped.train(progress: watch, cancellation: cancellation)
        }
        #expect(!FileManager.default.fileExists(atPath: storage.path("stopped-\(name)/model.safetensors")))
        for text in ["copy", "held"] {
            try FileManager.default.removeItem(atPath: storage.path("\(text)-\(name).txt"))
        }
        let resumed = try LanguageModelRun(resuming: stopped.folder)
        try resumed.train()
        func bytes(_ run: LanguageModelRun) throws -> [UInt8] {
            try MappedFile(path: run.folder.path + "/model.safetensors").copy()
        }
        #expect(try bytes(whole) == bytes(resumed))
        // Once more is nothing more.
        #expect(try LanguageModelRun(resuming: stopped.folder).train().loss == nil)
        #expect(try bytes(whole) == bytes(resumed))
    }

    @Test("a run that is taken up with other options names the first that differs")
    func otherOptions() throws {
        let run = try begin("other") { $0.training.steps = 5 }
        try run.train()
        let changes: [(String, (inout LanguageModelPlan) -> Void)] = [
            ("layers", { $0.network.layers = 2 }), ("batch", { $0.batchSize = 4 }),
            ("corpus", { $0.corpus = ["elsewhere.txt"] }), ("steps", { $0.training.steps = 6 }),
            ("tokenizer", { $0.tokenizer = "another" }), ("dtype", { $0.training.autocast = .bfloat16 }),
            ("key-value-heads", { $0.network.keyValueHeads = 1 }), ("seed", { $0.training.seed = 1 }),
        ]
        for (name, change) in changes {
            expectLocatedError(file: run.folder.path, field: name, problem: "when the run began") {
                try LanguageModelRun(resuming: run.folder, changes: change)
            }
        }
        _ = try LanguageModelRun(resuming: run.folder) { $0.training.checkpointEvery = 2 }
    }

    @Test("a plan is what it was after it is written and read")
    func fields() throws {
        var plan = plan
        plan.network.keyValueHeads = 1
        plan.training.gradientLimit = nil
        plan.training.seed = .max
        plan.training.autocast = .bfloat16
        plan.training.schedule = .stableThenDecay
        plan.training.checkpointEvery = TrainingOptions().checkpointEvery
        #expect(try LanguageModelPlan(JSONField(.object(plan.fields))) == plan)
        var fields = plan.fields
        fields["schedule"] = "zigzag"
        expectLocatedError(field: "schedule", problem: "zigzag") {
            try LanguageModelPlan(JSONField(.object(fields)))
        }
        fields["layers"] = nil
        expectLocatedError(field: "layers") { try LanguageModelPlan(JSONField(.object(fields))) }
    }

    @Test("sizes that no network has are refused by name before anything is written")
    func sizes() throws {
        let changes: [(String, (inout LanguageModelPlan) -> Void)] = [
            ("layers", { $0.network.layers = 0 }), ("layers", { $0.network.layers = .max }),
            ("width", { $0.network.width = -8 }), ("heads", { $0.network.heads = 0 }),
            ("heads", { $0.network.heads = 3 }), ("heads", { $0.network.width = 2 }),
            ("context", { $0.network.context = 0 }), ("context", { $0.network.context = .max }),
            ("batch", { $0.batchSize = 0 }), ("batch", { $0.batchSize = .max }),
            ("key-value-heads", { $0.network.keyValueHeads = 3 }),
            ("key-value-heads", { $0.network.keyValueHeads = -1 }),
            (
                "key-value-heads",
                {
                    $0.network.architecture = .gpt2
                    $0.network.keyValueHeads = 2
                }
            ),
            ("sizes", { $0.network.width = 1 << 20 }), ("sizes", { $0.batchSize = 1 << 24 }),
            ("steps", { $0.training.steps = 1_000_000_000_000_000_000 }),
            ("held-out", { $0.heldOut = "0.9" }), ("held-out", { $0.heldOut = "-1" }),
            ("held-out", { $0.heldOut = "nan" }), ("corpus", { $0.corpus = [] }),
        ]
        for (name, change) in changes {
            expectLocatedError(field: name) { try begin("never", change) }
        }
        for path in ["no-such-file", storage.path("no-such-folder/x")] {
            expectLocatedError { try begin("never") { $0.corpus = [path] } }
            expectLocatedError { try begin("never") { $0.heldOut = path } }
            expectLocatedError { try begin("never") { $0.tokenizer = path } }
        }
        #expect(!FileManager.default.fileExists(atPath: storage.path("never")))
    }

    @Test("a text of one line is too short for a window, and no folder is left of it")
    func short() throws {
        let line = try storage.write("the wind in winter\n", to: "line.txt")
        let empty = try storage.write("", to: "empty.txt")
        expectLocatedError(field: "corpus", problem: "holds no text") {
            try begin("short") { $0.corpus = [empty] }
        }
        expectLocatedError(field: "corpus", problem: "one window takes 32 and one more") {
            try begin("short") { $0.corpus = [line] }
        }
        #expect(!FileManager.default.fileExists(atPath: storage.path("short")))
        try begin("short") {
            $0.corpus = [line]
            $0.network.context = 4
            $0.training.steps = 2
        }.train()
    }

    @Test("a held-out share of a tiny text may be nothing, and the run goes without")
    func nothingHeldOut() throws {
        let line = try storage.write(Tiny.text(seed: 3, lines: 40), to: "small.txt")
        let run = try begin("small") {
            $0.corpus = [line]
            $0.heldOut = "1e-9"
            $0.training.steps = 2
        }
        #expect(run.corpus.heldOut.isEmpty)
        #expect(try run.train().measurement == nil)
    }
}
