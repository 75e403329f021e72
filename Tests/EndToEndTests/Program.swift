import Foundation
import Testing

/// The built program, run as a person would run it.
struct Program {
    /// What a run left behind.
    struct Run {
        var status: Int32
        var output: String
        var errors: String
        var seconds: Double
    }

    /// The root of the package, found from this file's own place.
    static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The release program that `make build` makes, or the one named by `TESSERA_PROGRAM`.
    static func path() throws -> String {
        let path =
            ProcessInfo.processInfo.environment["TESSERA_PROGRAM"]
            ?? packageRoot.appendingPathComponent(".build/product/release/tessera").path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw Missing(path: path)
        }
        return path
    }

    /// Whether the lab's program stands beside it, as it does where libtorch is pinned; elsewhere the everyday side is
    /// tested alone.
    static let hasLab: Bool = {
        guard let path = try? path() else { return false }
        let folder = URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent()
        return FileManager.default.isExecutableFile(atPath: folder.appendingPathComponent("tessera-lab").path)
    }()

    struct Missing: Error, CustomStringConvertible {
        let path: String
        var description: String { "no program at \(path): run the tests with `make test`" }
    }

    /// Runs the program to its end.
    ///
    /// - Parameters:
    ///   - input: what it reads from standard input.
    ///   - outputPath: a file or device for standard output, such as `/dev/full`; nil collects it.
    ///   - fileSizeLimit: the most blocks of 512 bytes that a file may have, beyond which the disk counts as full.
    ///   - signal: a signal to send once this many bytes of standard output have arrived.
    ///   - program: another program than the built one.
    static func run(
        _ arguments: [String], input: Data = Data(), environment: [String: String] = [:],
        outputPath: String? = nil, fileSizeLimit: Int? = nil, signal: (number: Int32, afterBytes: Int)? = nil,
        timeoutSeconds: Double = 120, program: String? = nil
    ) throws -> Run {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try program ?? path())
        process.arguments = arguments
        if let fileSizeLimit {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments =
                ["-c", "ulimit -f \(fileSizeLimit); exec \"$0\" \"$@\"", try path()] + arguments
        }
        process.currentDirectoryURL = packageRoot
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        process.standardInput = stdin
        process.standardError = stderr
        if let outputPath {
            process.standardOutput = FileHandle(forWritingAtPath: outputPath)
        } else {
            process.standardOutput = stdout
        }
        let start = ContinuousClock.now
        try process.run()
        let errors = Collector(stderr)
        if outputPath != nil { try? stdout.fileHandleForWriting.close() }
        let output = Collector(stdout)
        DispatchQueue.global().async {
            try? stdin.fileHandleForWriting.write(contentsOf: input)
            try? stdin.fileHandleForWriting.close()
        }
        let watchdog = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + timeoutSeconds, execute: watchdog)
        if let signal {
            output.wait(forBytes: signal.afterBytes)
            kill(process.processIdentifier, signal.number)
        }
        process.waitUntilExit()
        watchdog.cancel()
        let components = (ContinuousClock.now - start).components
        return Run(
            status: process.terminationStatus, output: output.text(), errors: errors.text(),
            seconds: Double(components.seconds) + Double(components.attoseconds) * 1e-18)
    }

    /// The JSON object that a successful run printed.
    static func json(_ arguments: [String], input: Data = Data()) throws -> [String: Any] {
        let run = try run(arguments, input: input)
        #expect(run.status == 0, "\(run.errors)")
        return try object(run.output)
    }

    /// The JSON object in `text`.
    static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}

/// Reads a pipe to its end on a thread of its own.
private final class Collector: @unchecked Sendable {
    // Every access to `data` and `isDone` holds `condition`.
    private let condition = NSCondition()
    private var data = Data()
    private var isDone = false

    init(_ pipe: Pipe) {
        Thread.detachNewThread { [self] in
            while true {
                let piece = pipe.fileHandleForReading.availableData
                condition.lock()
                data += piece
                isDone = piece.isEmpty
                condition.broadcast()
                condition.unlock()
                if piece.isEmpty { return }
            }
        }
    }

    func wait(forBytes count: Int) {
        condition.lock()
        defer { condition.unlock() }
        while data.count < count, !isDone { condition.wait() }
    }

    func text() -> String {
        wait(forBytes: .max)
        condition.lock()
        defer { condition.unlock() }
        return String(decoding: data, as: UTF8.self)
    }
}
