import TesseraCore
import Testing

@Suite("Errors with a place")
struct LocatedErrorTests {
    @Test("the line has file, field, problem and remedy, as far as they are known")
    func parts() {
        #expect(LocatedError(problem: "broken").description == "broken")
        #expect(LocatedError(problem: "broken", remedy: "mend it").description == "broken; mend it")
        #expect(LocatedError(file: "a.gguf", problem: "broken").description == "a.gguf: broken")
        #expect(LocatedError(field: "--seed", problem: "broken").description == "--seed: broken")
        #expect(
            LocatedError(file: "a.gguf", field: "magic", problem: "broken", remedy: "mend it").description
                == "a.gguf: magic: broken; mend it"
        )
    }

    @Test("control characters from a hostile file neither break the line nor command the terminal")
    func controlCharacters() {
        let error = LocatedError(
            file: "a\nb", field: "\u{1B}[31m", problem: "tab\there\u{7F}", remedy: "\u{9B}2J\r\0"
        )
        #expect(error.description == #"a\u{a}b: \u{1b}[31m: tab\u{9}here\u{7f}; \u{9b}2J\u{d}\u{0}"#)
    }

    @Test("text beyond ASCII stays as it is")
    func otherText() {
        #expect(LocatedError(file: "日本/é.gguf", problem: "😀").description == "日本/é.gguf: 😀")
    }
}

@Suite("Cancellation")
struct CancellationTests {
    @Test("nothing happens until it is raised, then every look at it tells")
    func raised() throws {
        let cancellation = Cancellation()
        #expect(!cancellation.isCancelled)
        try cancellation.check()
        cancellation.cancel()
        cancellation.cancel()
        #expect(cancellation.isCancelled)
        #expect(throws: CancelledError()) { try cancellation.check() }
    }

    @Test("it is seen from another task")
    func acrossTasks() async {
        let cancellation = Cancellation()
        await Task.detached { cancellation.cancel() }.value
        #expect(cancellation.isCancelled)
    }
}

@Suite("Progress")
struct ProgressTests {
    @Test("reports reach whoever watches, in order")
    func reports() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Progress.Update.self)
        let progress = Progress { continuation.yield($0) }
        progress.report("reading", 1, of: nil, unit: "bytes")
        progress.report("reading", 2, of: 2, unit: "bytes")
        continuation.finish()
        var seen: [Progress.Update] = []
        for await update in stream { seen.append(update) }
        #expect(
            seen == [
                .init(label: "reading", completed: 1, total: nil, unit: "bytes"),
                .init(label: "reading", completed: 2, total: 2, unit: "bytes"),
            ]
        )
    }
}
