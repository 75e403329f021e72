import Foundation
import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

/// What `model convert` and `model quantize` do with models, with bad input, and with the disk.
@Suite("tessera model convert and quantize, and generate from what they write")
struct ModelFileTests {
    private let storage: TemporaryFolder

    init() throws {
        storage = try TemporaryFolder()
    }

    private func run(_ arguments: [String], _ location: SourceLocation = #_sourceLocation) throws {
        let run = try Program.run(arguments)
        #expect(run.status == 0, "\(arguments): \(run.errors)", sourceLocation: location)
    }

    /// The tokens that follow a golden text.
    private func following(_ text: GoldenModel.Text, _ model: String, _ options: [String] = []) throws
        -> [Int]
    {
        let object = try Program.json(
            ["generate", "--model", model, "--json", "-t", "1", "-n", "6"] + options,
            input: Data(Checkpoint.text(text.ids).utf8))
        #expect((object["prompt"] as? [String: Any])?["tokens"] as? Int == text.ids.count)
        return try #require(object["tokens"] as? [Int])
    }

    // MARK: Every architecture

    @Test(
        "every architecture: the likeliest token of transformers, from folders and GGUF, there and back",
        arguments: GoldenModel.causal)
    func architectures(name: String) throws {
        let golden = try GoldenModel(name)
        let checkpoint = try Checkpoint(golden, in: storage)
        let (gguf, back) = (storage.path("model.gguf"), storage.path("back"))
        try run(["model", "convert", checkpoint.path, gguf])
        try run(["model", "info", gguf])
        var places = [checkpoint.path, gguf]
        // The context at which this Llama's rotary embedding begins to stretch is one that no real model has.
        if name == "llama" {
            try expectError(["model", "convert", gguf, back], mentions: [gguf, "rope_freqs.weight"])
        } else {
            try run(["model", "convert", gguf, back])
            places.append(back)
        }
        for text in golden.texts {
            let last = try #require(text.rows.last)
            let likeliest = last.indices.max { last[$0] < last[$1] }
            let expected = try following(text, checkpoint.path, ["--float32"])
            #expect(expected.first == likeliest)
            for place in places {
                #expect(try following(text, place, ["--float32"]) == expected, "\(place)")
                #expect(try following(text, place).isEmpty == false)
            }
        }
        for format in ["q8_0", "q4_k", "bf16"] {
            let file = storage.path("\(format).gguf")
            try run(["model", "quantize", checkpoint.path, file, "--to", format])
            #expect(try following(golden.texts[0], file).isEmpty == false, "\(format)")
        }
    }

    @Test("an encoder is converted there and back, and says that it continues no texts")
    func encoder() throws {
        let checkpoint = try Checkpoint(try GoldenModel("bert"), in: storage)
        let (gguf, back) = (storage.path("model.gguf"), storage.path("back"))
        try run(["model", "convert", checkpoint.path, gguf, "--without-tokenizer"])
        try run(["model", "convert", gguf, back, "--without-tokenizer"])
        try expectError(["generate", "a", "--model", checkpoint.path], mentions: [checkpoint.path, "bert"])
        try expectError(["generate", "a", "--model", gguf], mentions: [gguf, "bert"])
        // All but the layer on top, which embeddings do without.
        let names = try SafetensorsFolder(path: checkpoint.path).tensorNames.filter {
            !$0.hasPrefix("pooler.")
        }
        #expect(try Set(SafetensorsFolder(path: back).tensorNames) == Set(names.map { "bert.\($0)" }))
    }

    // MARK: Bad input

    /// Runs the program through a shell's `prefix` and expects one line of error with status 1, and that nothing in
    /// the folder of the test changed.
    private func expectError(
        _ arguments: [String], mentions words: [String], limitedTo blocks: Int? = nil,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let before = try snapshot()
        let run = try Program.run(arguments, fileSizeLimit: blocks)
        #expect(run.status == 1, "\(arguments): \(run.errors)", sourceLocation: location)
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)", sourceLocation: location)
        #expect(run.errors.hasPrefix("error: "), sourceLocation: location)
        for word in words {
            #expect(run.errors.contains(word), "\(word): \(run.errors)", sourceLocation: location)
        }
        #expect(try snapshot() == before, "\(arguments)", sourceLocation: location)
    }

    /// Every file below the folder of the test, with its bytes.
    private func snapshot() throws -> [String: Data] {
        var files: [String: Data] = [:]
        let paths = FileManager.default.enumerator(atPath: storage.path)
        while let name = paths?.nextObject() as? String {
            files[name] = FileManager.default.contents(atPath: storage.path(name)) ?? Data("folder".utf8)
        }
        return files
    }

    @Test("what is no model is named, for folders and files")
    func noModels() throws {
        let checkpoint = try Checkpoint(try GoldenModel("qwen3"), in: storage)
        let text = try storage.write("no model at all", to: "text.txt")
        let empty = try storage.write([UInt8](), to: "empty.gguf")
        let bare = storage.path("bare")
        try FileManager.default.createDirectory(atPath: bare, withIntermediateDirectories: false)
        let whole = storage.path("whole.gguf")
        try run(["model", "convert", checkpoint.path, whole])
        let bytes = try MappedFile(path: whole).copy()
        let cut = try storage.write(Array(bytes.prefix(bytes.count - 1000)), to: "cut.gguf")
        let torn = try Checkpoint(try GoldenModel("qwen3"), in: storage, name: "torn").path
        let tensors = try MappedFile(path: "\(torn)/model.safetensors").copy()
        try storage.write(Array(tensors.prefix(tensors.count / 2)), to: "torn/model.safetensors")
        let alone = try Checkpoint(try GoldenModel("qwen3"), in: storage, name: "alone").path
        try FileManager.default.removeItem(atPath: "\(alone)/model.safetensors")

        for verb in [["convert"], ["quantize", "--to", "q8_0"]] {
            for target in [storage.path("out.gguf"), storage.path("out")] {
                if verb.count > 1, !target.hasSuffix(".gguf") { continue }
                for source in ["/nothing/here.gguf", text, empty, bare, cut, torn, alone] {
                    try expectError(["model"] + verb + [source, target], mentions: [source])
                }
            }
        }
    }

    @Test("a format that there is not, or that a folder cannot hold, is named")
    func formats() throws {
        let checkpoint = try Checkpoint(try GoldenModel("qwen3"), in: storage)
        for verb in ["convert", "quantize"] {
            for name in ["q9_9", "", "Q3_K", "q4"] {
                try expectError(
                    ["model", verb, checkpoint.path, storage.path("out.gguf"), "--to", name],
                    mentions: ["--to", "\"\(name)\"", "q4_k", "bf16"])
            }
            try expectError(
                ["model", verb, checkpoint.path, storage.path("out"), "--to", "q4_0"],
                mentions: ["folder", "Q4_0"])
        }
        #expect(
            try Program.run(["model", "quantize", checkpoint.path, storage.path("out.gguf")]).status == 2)
        #expect(try Program.run(["model", "convert", checkpoint.path]).status == 2)
    }

    @Test("a tokenizer that cannot go along is named, and the model goes without it")
    func tokenizer() throws {
        let checkpoint = try Checkpoint(try GoldenModel("qwen3"), in: storage)
        try storage.write("{}", to: "checkpoint/tokenizer.json")
        for target in ["out.gguf", "out"] {
            try expectError(
                ["model", "convert", checkpoint.path, storage.path(target)],
                mentions: ["tokenizer", "--without-tokenizer"])
            try run(["model", "convert", checkpoint.path, storage.path(target), "--without-tokenizer"])
        }
    }

    // MARK: Places

    @Test("what is there stays, unless --overwrite is given; a model may take its own place")
    func overwrite() throws {
        let checkpoint = try Checkpoint(try GoldenModel("qwen3"), in: storage)
        let text = checkpoint.golden.texts[0]
        let (file, folder) = (storage.path("model.gguf"), storage.path("model"))
        for target in [file, folder, "\(folder)/"] {
            let isThere = FileSystem.kind(of: target) != nil
            try run(["model", "convert", checkpoint.path, target] + (isThere ? ["--overwrite"] : []))
            try expectError(
                ["model", "convert", checkpoint.path, target], mentions: [target, "--overwrite"])
            try expectError(
                ["model", "quantize", checkpoint.path, target, "--to", "f16"],
                mentions: [target, "--overwrite"])
            try expectError(["model", "convert", target, target], mentions: [target, "--overwrite"])

            let expected = try following(text, target, ["--float32"])
            try run(["model", "convert", target, target, "--overwrite"])
            #expect(try following(text, target, ["--float32"]) == expected)
            let before = FileSystem.byteCount(of: target)
            try run(["model", "quantize", target, target, "--to", "bf16", "--overwrite"])
            #expect(FileSystem.byteCount(of: target) < before)
            #expect(try following(text, target).isEmpty == false)
        }
        #expect(storage.names == ["checkpoint", "model", "model.gguf"])
    }

    @Test("--overwrite takes the place of models only")
    func otherThings() throws {
        let checkpoint = try Checkpoint(try GoldenModel("qwen3"), in: storage)
        let notes = try storage.write("mine", to: "notes/mine.txt")
        let folder = storage.path("notes")
        try expectError(["model", "convert", checkpoint.path, folder, "--overwrite"], mentions: [folder])
        try expectError(
            ["model", "convert", checkpoint.path, notes, "--overwrite"], mentions: [notes, ".gguf"])
        let misnamed = storage.path("folder.gguf")
        try FileManager.default.createDirectory(atPath: misnamed, withIntermediateDirectories: false)
        try expectError(["model", "convert", checkpoint.path, misnamed, "--overwrite"], mentions: [misnamed])
        let empty = storage.path("empty")
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
        try run(["model", "convert", checkpoint.path, empty, "--overwrite"])
        #expect(try following(checkpoint.golden.texts[0], empty).isEmpty == false)
    }

    @Test("a place that cannot be written to is named")
    func places() throws {
        let checkpoint = try Checkpoint(try GoldenModel("qwen3"), in: storage)
        var closed = storage.path("closed")
        try FileManager.default.createDirectory(atPath: closed, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: closed)
        // Permissions do not stop the superuser, but there are places where not even it may make files.
        if geteuid() == 0 { closed = "/sys" }
        for name in ["out.gguf", "out"] {
            for folder in [closed, storage.path("missing")] {
                let target = "\(folder)/\(name)"
                try expectError(["model", "convert", checkpoint.path, target], mentions: [target])
            }
        }
        try expectError(
            ["model", "convert", checkpoint.path, storage.path("missing/out.gguf")],
            mentions: ["folder does not exist", "create"])
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: storage.path("closed"))
    }

    @Test("a disk that is full midway leaves what was there", arguments: [1, 8, 64])
    func fullDisk(blocks: Int) throws {
        let checkpoint = try Checkpoint(try GoldenModel("qwen3"), in: storage)
        for name in ["model.gguf", "model"] {
            let target = storage.path(name)
            for verb in [["convert"], ["quantize", "--to", "f32"]] {
                try expectError(
                    ["model"] + verb + [checkpoint.path, target], mentions: [target], limitedTo: blocks)
            }
            try run(["model", "convert", checkpoint.path, target])
            try expectError(
                ["model", "convert", checkpoint.path, target, "--overwrite"], mentions: [target],
                limitedTo: blocks)
        }
    }

    @Test("whoever looks while a file is replaced sees the old one or the new one")
    func atomic() throws {
        let checkpoint = try Checkpoint(try GoldenModel("qwen3"), in: storage)
        let target = storage.path("model.gguf")
        try run(["model", "convert", checkpoint.path, target])
        var whole: Set<Data> = [Data(try MappedFile(path: target).copy())]
        let watch = Watch(target)
        for format in ["f16", "f32", "f16", "f32"] {
            try run(["model", "quantize", target, target, "--to", format, "--overwrite"])
            whole.insert(Data(try MappedFile(path: target).copy()))
        }
        let seen = watch.stop()
        #expect(seen.isSubset(of: whole))
        #expect(whole.count > 1 && seen.count > 1)
    }
}

/// Reads a file over and over until it is told to stop.
private final class Watch: @unchecked Sendable {
    // Every access to `seen` and `isStopped` holds `lock`.
    private let lock = NSLock()
    private var seen: Set<Data> = []
    private var isStopped = false
    private let done = DispatchSemaphore(value: 0)

    init(_ path: String) {
        Thread.detachNewThread { [self] in
            while !lock.withLock({ isStopped }) {
                let found = FileManager.default.contents(atPath: path) ?? Data()
                lock.withLock { _ = seen.insert(found) }
            }
            done.signal()
        }
    }

    func stop() -> Set<Data> {
        lock.withLock { isStopped = true }
        done.wait()
        return lock.withLock { seen }
    }
}
