internal import ArgumentParser
internal import TesseraAnalysis
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles

/// `tessera romanize`: text of any script in Latin letters.
struct RomanizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "romanize",
        abstract: "Write text of any script in Latin letters.",
        discussion: """
            Reads TEXT, or a file of any size with --input. ASCII stays as it is. Romanization cannot be undone: with \
            --format edges each line becomes a JSON object that tells what each part of it became, with offsets in \
            Unicode scalars and UTF-8 bytes.
            """
    )

    /// What is written.
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, edges
    }

    @Option(help: ArgumentHelp("The language of the text as an ISO 639-3 code.", valueName: "code"))
    var lang: String?

    @Flag(help: "Write ASCII only: punctuation that has an equal there becomes it, what has none becomes ?.")
    var asciiOnly = false

    @Option(help: ArgumentHelp("What to write.", valueName: "text|edges"))
    var format = Format.text

    @Flag(help: "The same as --format edges.")
    var json = false

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Read this file; - is standard input.", valueName: "file"))
    var input: String?

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write this file; - is standard output.", valueName: "file"))
    var output = "-"

    @Argument(help: "The text; several are put together with spaces.")
    var text: [String] = []

    func validate() throws {
        guard text.isEmpty != (input == nil) else {
            throw ValidationError(
                text.isEmpty
                    ? "there is no text; give it, or a file with --input (- is standard input)"
                    : "give a text or --input, not both")
        }
    }

    func run() throws {
        let format = json ? .edges : format
        let romanizer = try Romanizer(language: lang, asciiOnly: asciiOnly)
        var destination = try Destination(path: output)
        if let input {
            var parts = try InputParts(path: input)
            let size = input == "-" ? nil : FileSystem.byteCount(of: input)
            let bar = ProgressBar()
            defer { bar.clear() }
            switch format {
            case .text:
                var writer = RomanWriter(romanizer)
                var written: [UInt8] = []
                while let part = try parts.next() {
                    part.withUnsafeBufferPointer { writer.append($0, to: &written) }
                    try destination.write(&written, flushes: input == "-")
                    bar.progress.report("romanizing", parts.byteCount, of: size, unit: "bytes")
                }
                writer.finish(to: &written)
                try destination.write(&written, flushes: true)
            case .edges:
                try writeEdges(of: &parts, romanizer, to: &destination) {
                    bar.progress.report("romanizing", $0, of: size, unit: "bytes")
                }
            }
            bar.clear()
        } else {
            let text = text.joined(separator: " ")
            var written: [UInt8] =
                switch format {
                case .text: Array((romanizer.romanize(text) + "\n").utf8)
                case .edges: Array(line(of: text, romanizer).utf8)
                }
            try destination.write(&written, flushes: true)
        }
        try destination.finish()
    }

    /// The most bytes of a line: longer ones are cut into several objects.
    private static let longestLine = 1 << 24

    private func writeEdges(
        of parts: inout InputParts, _ romanizer: Romanizer, to destination: inout Destination,
        progress: (Int) -> Void
    ) throws {
        var pending: [UInt8] = []
        func write(_ line: ArraySlice<UInt8>) throws {
            let text = String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
            var written = Array(self.line(of: text, romanizer).utf8)
            try destination.write(&written, flushes: false)
        }
        while let part = try parts.next() {
            pending += part
            var start = 0
            while let end = pending[start...].firstIndex(of: 0x0A) {
                try Interruption.cancellation.check()
                try write(pending[start..<end])
                start = end + 1
            }
            pending.removeFirst(start)
            guard pending.count <= Self.longestLine else {
                throw LocatedError(
                    file: parts.name, problem: "a line is longer than \(Self.longestLine) bytes",
                    remedy: "break it into shorter lines, or write text")
            }
            progress(parts.byteCount)
        }
        if !pending.isEmpty { try write(pending[...]) }
    }

    /// One line of JSON: the romanized text and what each part of it came from.
    private func line(of text: String, _ romanizer: Romanizer) -> String {
        let edges = romanizer.edges(text)
        let object: JSONValue = [
            "text": .string(edges.map(\.text).joined()),
            "edges": .array(
                edges.map { edge in
                    [
                        "scalars": [.integer(edge.scalars.lowerBound), .integer(edge.scalars.upperBound)],
                        "bytes": [.integer(edge.bytes.lowerBound), .integer(edge.bytes.upperBound)],
                        "text": .string(edge.text), "source": .string(edge.source.rawValue),
                    ]
                }),
        ]
        return object.serialized() + "\n"
    }
}

/// Where romanized text goes: standard output, or a file that appears when it is complete.
private struct Destination: ~Copyable {
    private var file: AtomicFile?

    init(path: String) throws(LocatedError) {
        file = path == "-" ? nil : try AtomicFile(path: path)
    }

    /// Writes bytes and empties them.
    mutating func write(_ bytes: inout [UInt8], flushes: Bool) throws {
        if file == nil {
            try StandardOutput.standard.write(bytes)
            if flushes { try StandardOutput.standard.flush() }
        } else {
            try file?.write(bytes)
        }
        bytes.removeAll(keepingCapacity: true)
    }

    consuming func finish() throws {
        if let file { try file.commit() }
    }
}
