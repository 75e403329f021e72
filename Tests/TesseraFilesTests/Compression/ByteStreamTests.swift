import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

@Suite("Streams of bytes")
struct ByteStreamTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ path: String, at a: Int = 1 << 16) throws -> [UInt8] {
        let stream = try ByteStream(path: path)
        var bytes: [UInt8] = []
        while try stream.read(a, into: &bytes) > 0 {}
        #expect(stream.offset == bytes.count)
        #expect(try stream.read(a, into: &bytes) == 0)
        return bytes
    }

    @Test("plain files come as they are, in any portions", arguments: [1, 3, 1 << 16])
    func plain(portion: Int) throws {
        var generator = SeededGenerator(seed: 1)
        let bytes = generator.bytes(300_000)
        let path = try folder.write(bytes, to: "plain")
        #expect(try read(path, at: portion == 1 ? 977 : portion) == bytes)
        #expect(try read(folder.write([], to: "empty")) == [])
        #expect(try read(folder.write([0x1F], to: "one")) == [0x1F])
    }

    @Test("gzip members come decompressed, one after another", arguments: [1, 7, 1 << 16])
    func members(portion: Int) throws {
        let text = Array(String(repeating: "first member\n", count: 40).utf8)
        let path = try folder.write(GZip.first + GZip.second, to: "two.gz")
        #expect(try read(path, at: portion) == text + Array("second\n".utf8))
        // Zeros after the last member are padding.
        let padded = try folder.write(GZip.second + [0, 0, 0], to: "padded.gz")
        #expect(try read(padded, at: portion) == Array("second\n".utf8))
    }

    @Test("every truncation of a gzip file is an error that names it")
    func truncated() throws {
        for count in 2..<GZip.first.count {
            let path = try folder.write(Array(GZip.first.prefix(count)), to: "cut.gz")
            expectLocatedError(file: path) { try read(path) }
        }
    }

    @Test("damaged gzip data is an error, never other text")
    func damaged() throws {
        let text = Array(String(repeating: "first member\n", count: 40).utf8)
        for place in 2..<GZip.first.count {
            var bytes = GZip.first
            bytes[place] ^= 0x55
            let path = try folder.write(bytes, to: "bad.gz")
            do {
                // The time, the system and the flags of the head do not matter.
                #expect(try read(path) == text, "byte \(place)")
            } catch let error as LocatedError {
                #expect(error.file == path && error.remedy != nil)
            }
        }
        let path = try folder.write(GZip.second + [0x61], to: "tail.gz")
        expectLocatedError(file: path) { try read(path) }
    }

    @Test(
        "other compressions are refused with the command that undoes them",
        arguments: [
            ([0x28, 0xB5, 0x2F, 0xFD, 0x04], "zstd -d"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "unxz"),
            ([0x42, 0x5A, 0x68, 0x39, 0x31, 0x41, 0x59], "bunzip2"), ([0x04, 0x22, 0x4D, 0x18, 0x64], "lz4"),
            ([0x50, 0x4B, 0x03, 0x04, 0x14], "unzip"),
        ] as [([UInt8], String)])
    func others(head: [UInt8], command: String) throws {
        let path = try folder.write(head + [UInt8](repeating: 7, count: 20), to: "packed")
        let error = expectLocatedError(file: path, problem: "compressed") { try ByteStream(path: path) }
        #expect(error?.remedy?.contains(command) == true)
    }

    @Test("text that begins like bzip2 is text")
    func notBzip2() throws {
        let text = Array("BZh is how it begins".utf8)
        #expect(try read(folder.write(text, to: "BZh.txt")) == text)
    }

    @Test("folders and missing files are named")
    func missing() throws {
        expectLocatedError(file: folder.path) { try ByteStream(path: folder.path) }
        expectLocatedError(file: folder.path("none")) { try ByteStream(path: folder.path("none")) }
        expectLocatedError(file: "a\0b") { try ByteStream(path: "a\0b") }
    }
}

/// Members that gzip wrote.
private enum GZip {
    /// 40 lines "first member".
    static let first: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xFF, 0x4B, 0xCB, 0x2C, 0x2A,
        0x2E, 0x51, 0xC8, 0x4D, 0xCD, 0x4D, 0x4A, 0x2D, 0xE2, 0x4A, 0x1B, 0xE5, 0x8C, 0x54,
        0x0E, 0x00, 0xAC, 0x2F, 0x32, 0xA1, 0x08, 0x02, 0x00, 0x00,
    ]

    /// One line "second".
    static let second: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xFF, 0x2B, 0x4E, 0x4D, 0xCE,
        0xCF, 0x4B, 0xE1, 0x02, 0x00, 0x7E, 0xC0, 0x0F, 0x06, 0x07, 0x00, 0x00, 0x00,
    ]
}
