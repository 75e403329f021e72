import Foundation
import TesseraFiles
import TesseraTestSupport
import TesseraTraining
import Testing

@Suite("Folders of runs")
struct RunFolderTests {
    private let storage: TemporaryFolder

    init() throws { storage = try TemporaryFolder() }

    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: storage.path(name)) }

    @Test("a folder with files of others is refused and left as it is, also when it may be replaced")
    func foreign() throws {
        try storage.write("mine", to: "a/notes.txt")
        try storage.write("{}", to: "b/training/run.json")
        for name in ["a", "b"] {
            for replaces in [false, true] {
                expectLocatedError(file: storage.path(name), problem: "no run") {
                    try RunFolder(storage.path(name)).begin([:], replaces: replaces)
                }
            }
            expectLocatedError(file: storage.path(name)) {
                try RunFolder(storage.path(name)).configurationToResume()
            }
        }
        #expect(exists("a/notes.txt") && exists("b/training/run.json"))
        expectLocatedError(field: "output") { try RunFolder("").begin([:], replaces: true) }
        try storage.write("x", to: "file")
        expectLocatedError(file: storage.path("file"), problem: "not a folder") {
            try RunFolder(storage.path("file")).begin([:], replaces: true)
        }
        expectLocatedError { try RunFolder(storage.path("file/in")).begin([:], replaces: true) }
    }

    @Test("a run with a checkpoint is replaced only when asked, and nothing else is removed")
    func replaced() throws {
        let run = RunFolder(storage.path("run/"))
        try run.begin(["seed": 1], replaces: false)
        #expect(run.isRun && !run.hasCheckpoint)
        // Nothing was trained: it is begun anew.
        try run.begin(["seed": 2], replaces: false)
        #expect(try run.configurationToResumeSeed() == nil)
        for name in ["training/checkpoints/step-5/state.json", "model.safetensors", "notes.txt"] {
            try storage.write("x", to: "run/\(name)")
        }
        #expect(run.hasCheckpoint)
        #expect(try run.configurationToResumeSeed() == 2)
        expectLocatedError(file: run.path, problem: "holds a run") { try run.begin([:], replaces: false) }
        try run.begin(["seed": 3], replaces: true)
        #expect(!run.hasCheckpoint && exists("run/notes.txt") && !exists("run/model.safetensors"))
    }

    @Test("an empty folder is taken, and missing ones are made")
    func made() throws {
        try FileManager.default.createDirectory(
            atPath: storage.path("empty"), withIntermediateDirectories: false)
        for name in ["empty", "deep/er/run"] {
            try RunFolder(storage.path(name)).begin([:], replaces: false)
            #expect(RunFolder(storage.path(name)).isRun)
        }
    }

    @Test("the first difference of two configurations is found by its name")
    func differences() {
        let left: JSONValue = ["a": 1, "b": ["c": 2, "d": [1, 2]], "e": "x"]
        #expect(Difference(between: left, and: left) == nil)
        func field(_ right: JSONValue) -> String? { Difference(between: left, and: right)?.field }
        #expect(field(["e": "x", "b": ["d": [1, 2], "c": 2], "a": 1]) == nil)
        #expect(field(["a": 1, "b": ["c": 2, "d": [1, 3]], "e": "x"]) == "b.d")
        #expect(field(["a": 1, "b": ["c": 2, "d": [1, 2]]]) == "e")
        #expect(field(["a": 1, "b": ["c": 2, "d": [1, 2], "z": 0], "e": "x"]) == "b.z")
        #expect(Difference(between: left, and: ["a": 1.5])?.right == "1.5")
    }
}

extension RunFolder {
    /// The seed of the configuration; nil when the run has no checkpoint.
    fileprivate func configurationToResumeSeed() throws -> Int? {
        guard hasCheckpoint else {
            expectLocatedError(file: path, problem: "no checkpoint") { try configurationToResume() }
            return nil
        }
        return try configurationToResume()["seed"].integer()
    }
}
