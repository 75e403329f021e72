import Synchronization
import TesseraConsole
import TesseraCore
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How often something happened.
private final class Count: Sendable {
    private let number = Atomic(0)
    var value: Int { number.load(ordering: .relaxed) }
    func add() { number.add(1, ordering: .relaxed) }
}

/// The two ends of a pipe.
private func makePipe() -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    return (ends[0], ends[1])
}

private func send(_ bytes: [UInt8], to descriptor: Int32) {
    #expect(write(descriptor, bytes, bytes.count) == bytes.count)
}

private func receive(_ count: Int, from descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = read(descriptor, &bytes, count)
    return String(decoding: bytes[..<max(0, got)], as: UTF8.self)
}

@Suite("Standard output")
struct StandardOutputTests {
    @Test("text waits in the buffer until it is flushed, streamed or the buffer is full")
    func buffering() throws {
        let ends = makePipe()
        defer {
            close(ends.reading)
            close(ends.writing)
        }
        _ = fcntl(ends.reading, F_SETFL, O_NONBLOCK)
        let output = StandardOutput(descriptor: ends.writing, name: "standard output") {}
        try output.write("one ")
        #expect(receive(100, from: ends.reading) == "")
        try output.stream("two ")
        #expect(receive(100, from: ends.reading) == "one two ")
        try output.write(Array("three".utf8))
        try output.flush()
        #expect(receive(100, from: ends.reading) == "three")
        try output.write(String(repeating: "x", count: 65_536))
        #expect(receive(10, from: ends.reading) == "xxxxxxxxxx")
    }

    @Test("a reader that has gone is told once and nothing is thrown")
    func brokenPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        let ends = makePipe()
        close(ends.reading)
        defer { close(ends.writing) }
        let told = Count()
        let output = StandardOutput(descriptor: ends.writing, name: "standard output") { told.add() }
        try output.stream("lost")
        try output.stream("lost too")
        #expect(told.value == 1)
    }

    #if os(Linux)
    @Test("a full disk is an error that names standard output, once")
    func fullDisk() throws {
        let descriptor = open("/dev/full", O_WRONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let output = StandardOutput(descriptor: descriptor, name: "standard output") {}
        try output.write("lost")
        let error = #expect(throws: LocatedError.self) { try output.flush() }
        #expect(error?.file == "standard output")
        #expect(error?.problem.contains("No space left") == true)
        try output.flush()
    }
    #endif
}

@Suite("Input")
struct InputTests {
    @Test("a file comes whole")
    func wholeFile() throws {
        let path = try temporaryFile(Array("héllo\n".utf8))
        defer { unlink(path) }
        let input = try InputText(path: path, cancellation: Cancellation())
        #expect(input.text == "héllo\n")
        #expect(input.name == path)
        #expect(input.bytes.count == 7)
    }

    @Test("a bad byte is named by its offset")
    func badByte() throws {
        let path = try temporaryFile(Array("abc".utf8) + [0xFF])
        defer { unlink(path) }
        let error = #expect(throws: LocatedError.self) {
            try InputText(path: path, cancellation: Cancellation())
        }
        #expect(error?.file == path)
        #expect(error?.problem.contains("byte 3") == true)
        #expect(error?.remedy != nil)
    }

    @Test("the limit is inclusive", arguments: [(10, true), (9, false), (0, false), (.max, true)])
    func limit(limit: Int, fits: Bool) throws {
        let path = try temporaryFile(Array("0123456789".utf8))
        defer { unlink(path) }
        if fits {
            #expect(
                try InputText(path: path, limitInBytes: limit, cancellation: Cancellation()).bytes.count == 10
            )
        } else {
            let error = #expect(throws: LocatedError.self) {
                try InputText(path: path, limitInBytes: limit, cancellation: Cancellation())
            }
            #expect(error?.problem.contains("larger than \(limit) bytes") == true)
        }
    }

    @Test("missing files and folders are errors", arguments: ["/nonexistent/file", "/"])
    func unreadable(path: String) {
        let error = #expect(throws: LocatedError.self) {
            try InputText(path: path, cancellation: Cancellation())
        }
        #expect(error?.file == path)
        #expect(error?.problem.hasPrefix("cannot read: ") == true)
    }

    @Test("a raised cancellation ends the reading")
    func cancelled() throws {
        let path = try temporaryFile([0x61])
        defer { unlink(path) }
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: CancelledError.self) { try InputText(path: path, cancellation: cancellation) }
    }

    @Test("lines come without their ends, the last also without one")
    func lines() throws {
        let ends = makePipe()
        send(Array("one\r\n\nthree é\nlast".utf8), to: ends.writing)
        close(ends.writing)
        defer { close(ends.reading) }
        var reader = LineReader(descriptor: ends.reading, name: "standard input", limitInBytes: 100)
        var lines: [String] = []
        while let line = try reader.next(cancellation: Cancellation()) { lines.append(line) }
        #expect(lines == ["one", "", "three é", "last"])
        #expect(try reader.next(cancellation: Cancellation()) == nil)
    }

    @Test("a line is given before the next one arrives")
    func lineByLine() throws {
        let ends = makePipe()
        defer {
            close(ends.reading)
            close(ends.writing)
        }
        var reader = LineReader(descriptor: ends.reading, name: "standard input", limitInBytes: 100)
        send(Array("first\nsec".utf8), to: ends.writing)
        #expect(try reader.next(cancellation: Cancellation()) == "first")
        send(Array("ond\n".utf8), to: ends.writing)
        #expect(try reader.next(cancellation: Cancellation()) == "second")
    }

    @Test("a bad byte is named by its offset in the whole input, and reading can go on")
    func badLine() throws {
        let ends = makePipe()
        send(Array("ok\nx".utf8) + [0xC3, 0x0A] + Array("after\n".utf8), to: ends.writing)
        close(ends.writing)
        defer { close(ends.reading) }
        var reader = LineReader(descriptor: ends.reading, name: "standard input", limitInBytes: 100)
        #expect(try reader.next(cancellation: Cancellation()) == "ok")
        let error = #expect(throws: LocatedError.self) { try reader.next(cancellation: Cancellation()) }
        #expect(error?.problem.contains("byte 4") == true)
        #expect(try reader.next(cancellation: Cancellation()) == "after")
    }

    @Test("a line without end is refused at the limit")
    func longLine() throws {
        let ends = makePipe()
        send(Array(repeating: 0x61, count: 2_000), to: ends.writing)
        defer {
            close(ends.reading)
            close(ends.writing)
        }
        var reader = LineReader(descriptor: ends.reading, name: "standard input", limitInBytes: 1_000)
        let error = #expect(throws: LocatedError.self) { try reader.next(cancellation: Cancellation()) }
        #expect(error?.problem.contains("longer than 1000 bytes") == true)
    }

    private func temporaryFile(_ bytes: [UInt8]) throws -> String {
        var name = Array("/tmp/tessera-input-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        try #require(descriptor >= 0)
        send(bytes, to: descriptor)
        close(descriptor)
        return String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
