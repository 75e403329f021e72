import TesseraCore
import TesseraFiles
import TesseraTestSupport
import Testing

@Suite struct MappedFileTests {
    @Test("a file's bytes are its bytes")
    func bytes() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1, 2, 3], to: "a")
        let file = try MappedFile(path: path)
        #expect(Array(file.bytes) == [1, 2, 3])
        #expect(file.path == path)
        #expect(MappedFile(copying: [7, 8], path: "memory").copy() == [7, 8])
        #expect(MappedFile(copying: [], path: "memory").copy().isEmpty)
    }

    @Test("a missing or empty file, a folder and a device are named")
    func errors() throws {
        let folder = try TemporaryFolder()
        let empty = try folder.write([], to: "empty")
        expectLocatedError(file: empty, problem: "is empty") { try MappedFile(path: empty) }
        expectLocatedError(file: folder.path, problem: "is a folder") { try MappedFile(path: folder.path) }
        expectLocatedError(file: folder.path("none"), problem: "no such file") {
            try MappedFile(path: folder.path("none"))
        }
        expectLocatedError(problem: "no such file") { try MappedFile(path: "\(empty)/below") }
        expectLocatedError(problem: "not a regular file") { try MappedFile(path: "/dev/zero") }
        expectLocatedError(problem: "zero byte") { try MappedFile(path: "a\0b") }
        expectLocatedError { try MappedFile(path: "") }
    }
}

@Suite struct ByteCursorTests {
    @Test("reads stop at the end and do not move beyond it")
    func reads() {
        let bytes: [UInt8] = [1, 2, 3, 4, 5]
        bytes.withUnsafeBytes { buffer in
            var cursor = ByteCursor(buffer)
            #expect(cursor.read(UInt32.self) == 0x0403_0201)
            #expect(cursor.read(UInt16.self) == nil)
            #expect(cursor.position == 4 && cursor.remaining == 1)
            #expect(cursor.skip(-1) == nil)
            #expect(cursor.skip(2) == nil)
            #expect(cursor.skip(UInt64.max) == nil)
            #expect(cursor.skip(UInt64(1)) == 4..<5)
            #expect(cursor.read(UInt8.self) == nil)
            #expect(ByteCursor(buffer, at: 99).remaining == 0)
        }
    }
}

@Suite struct AtomicFileTests {
    @Test("a file that is not committed leaves nothing, and the old one as it was")
    func abandoned() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("old", to: "a.txt")
        do {
            var file = try AtomicFile(path: path)
            try file.write("new")
            #expect(folder.names.count == 2)
        }
        #expect(folder.names == ["a.txt"])
        #expect(try MappedFile(path: path).copy() == Array("old".utf8))
    }

    @Test("what is written arrives whole, in small pieces and large ones")
    func contents() throws {
        let folder = try TemporaryFolder()
        var random = SeededGenerator(seed: 4)
        var expected: [UInt8] = []
        var file = try AtomicFile(path: folder.path("a"))
        for count in [1, 70_000, 3, 65_536, 0, 65_535, 200_000] {
            let bytes = random.bytes(count)
            expected += bytes
            if count % 2 == 0 {
                try file.write(bytes)
            } else {
                try bytes.withUnsafeBytes { try file.write($0) }
            }
        }
        #expect(file.byteCount == expected.count)
        try file.commit()
        #expect(try MappedFile(path: folder.path("a")).copy() == expected)
        #expect(folder.names == ["a"])
    }

    @Test("a missing folder, a folder in its place and a device are refused")
    func errors() throws {
        let folder = try TemporaryFolder()
        expectLocatedError(file: folder.path("no/a"), problem: "folder does not exist") {
            try writeAtomically("x", to: folder.path("no/a"))
        }
        expectLocatedError(file: folder.path, problem: "a folder is in its place") {
            try writeAtomically("x", to: folder.path)
        }
        expectLocatedError(file: "/dev/full", problem: "device") { try writeAtomically("x", to: "/dev/full") }
        #expect(folder.names.isEmpty)
    }

    @Test("a full disk is called that, with the path")
    func fullDisk() {
        let error = SystemFailure.diskFull.writing("/data/model")
        #expect(error.description == "/data/model: the disk is full; free some space and try again")
    }
}

@Suite struct FileSystemTests {
    @Test(
        "folders and names of paths",
        arguments: [
            ("a", ".", "a"), ("a/b", "a", "b"), ("/a", "/", "a"), ("a/b/c", "a/b", "c"), ("", ".", ""),
        ])
    func parts(path: String, folder: String, name: String) {
        #expect(FileSystem.folder(of: path) == folder)
        #expect(FileSystem.name(of: path) == name)
    }

    @Test(
        "a trailing slash belongs to the name before it",
        arguments: [("/", "/"), ("a/", "."), ("a/b//", "a")])
    func trailingSlash(path: String, folder: String) {
        #expect(FileSystem.folder(of: path) == folder)
    }

    @Test("folders are made with those above them and removed with what is in them")
    func makeAndRemove() throws {
        let folder = try TemporaryFolder()
        try FileSystem.createFolder(folder.path("a/b/c"))
        try FileSystem.createFolder(folder.path("a/b/c"))
        try folder.write("x", to: "a/b/file")
        #expect(FileSystem.names(in: folder.path("a/b")) == ["c", "file"])
        expectLocatedError(problem: "in its place") { try FileSystem.createFolder(folder.path("a/b/file")) }
        FileSystem.remove(folder.path("a"))
        #expect(folder.names.isEmpty)
    }
}
