import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

@Suite struct ModelStoreTests {
    private let folder: TemporaryFolder
    private let store: ModelStore
    private let model = StoredModel(
        name: "tiny", file: "tiny.gguf", byteCount: 3, sha256: "00", licence: "CC0-1.0", source: "tiny==1.0")

    init() throws {
        folder = try TemporaryFolder()
        store = ModelStore(folder: folder.path("models"))
    }

    @Test("a GGUF file is found by its path, whatever it is called")
    func files() throws {
        let named = try folder.write([1], to: "A.GGUF")
        #expect(try store.resolve(named) == .gguf(path: named))
        let unnamed = try folder.write(Array("GGUF...".utf8), to: "model.bin")
        #expect(try store.resolve(unnamed) == .gguf(path: unnamed))
        let other = try folder.write(Array("text".utf8), to: "notes.txt")
        expectLocatedError(file: other, problem: "is not a GGUF model") { try store.resolve(other) }
        let empty = folder.path("empty.bin")
        try writeAtomically([UInt8](), to: empty)
        expectLocatedError(file: empty, problem: "is empty") { try store.resolve(empty) }
    }

    @Test("a folder with config.json or with one GGUF file is a model")
    func folders() throws {
        try folder.write("{}", to: "hub/config.json")
        #expect(try store.resolve(folder.path("hub")) == .folder(path: folder.path("hub")))
        try folder.write("x", to: "one/a.gguf")
        #expect(try store.resolve(folder.path("one")) == .gguf(path: folder.path("one/a.gguf")))
        try folder.write("x", to: "one/b.gguf")
        expectLocatedError(file: folder.path("one"), problem: "neither") {
            try store.resolve(folder.path("one"))
        }
    }

    @Test("a short name is found once its stamp is written")
    func names() throws {
        let error = expectLocatedError(file: "tiny") { try store.resolve("tiny") }
        #expect(error?.remedy?.contains("tessera model fetch smollm2") == true)
        #expect(store.names.isEmpty)

        try folder.write("abc", to: "models/tiny/tiny.gguf")
        expectLocatedError { try store.resolve("tiny") }
        try store.stamp(model)
        #expect(try store.resolve("tiny") == .gguf(path: folder.path("models/tiny/tiny.gguf")))
        #expect(store.names == ["tiny"])
        #expect(try store.model(named: "tiny") == model)
    }

    @Test("a stamped file that changed its size or is gone has to be fetched again")
    func changedFile() throws {
        try folder.write("abcd", to: "models/tiny/tiny.gguf")
        try store.stamp(model)
        let error = expectLocatedError(problem: "not 3 bytes") { try store.resolve("tiny") }
        #expect(error?.remedy?.contains("tessera model fetch tiny") == true)
        FileSystem.remove(folder.path("models/tiny/tiny.gguf"))
        expectLocatedError { try store.resolve("tiny") }
    }

    @Test(
        "a stamp that is damaged or leads elsewhere is refused",
        arguments: ["", "[]", "{}", "{\"file\":\"../../x\"}"])
    func damagedStamp(stamp: String) throws {
        try folder.write(stamp.isEmpty ? " " : stamp, to: "models/tiny/model.json")
        expectLocatedError { try store.resolve("tiny") }
        let whole = model.stampText.replacing("tiny.gguf", with: "../tiny.gguf")
        try folder.write(whole, to: "models/tiny/model.json")
        expectLocatedError(field: "file", problem: "plain file name") { try store.resolve("tiny") }
        let foreign = model.stampText.replacing("\"tiny\"", with: "\"../other\"")
        try folder.write(foreign, to: "models/tiny/model.json")
        expectLocatedError(field: "name", problem: "not the name of its folder") { try store.resolve("tiny") }
    }

    @Test(
        "paths are no short names",
        arguments: ["", ".", "..", "../tiny", "a/b", "/a", "a b", "é", ".hidden", "a\0"])
    func badNames(name: String) {
        #expect(!ModelStore.isShortName(name))
        expectLocatedError {
            try store.resolve(name.isEmpty ? folder.path("none") : folder.path("none") + name)
        }
    }

    @Test("a device is no model")
    func device() {
        expectLocatedError(file: "/dev/null", problem: "not a regular file") {
            try store.resolve("/dev/null")
        }
    }
}
