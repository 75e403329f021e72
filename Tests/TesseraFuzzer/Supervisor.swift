import Foundation
import TesseraFuzzing

/// The parent process: starts children that try inputs, and keeps what broke them.
struct Supervisor {
    let options: Options
    let target: FuzzTarget
    private let workFolder: String
    private static let mostFindings = 12

    init(_ options: Options, _ target: FuzzTarget) throws {
        self.options = options
        self.target = target
        workFolder = "\(options.findings)/work-\(target.name)-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: workFolder, withIntermediateDirectories: true)
    }

    /// Tries inputs for the time that was asked for.
    ///
    /// - Returns: the counts, and a line for each input that broke something.
    func run() throws -> (Tally, [String]) {
        defer { try? FileManager.default.removeItem(atPath: workFolder) }
        var total = Tally()
        var findings: [String] = []
        var seen: Set<String> = []
        var start = 0
        while Double(total.time) / 1e6 < options.seconds, findings.count < Self.mostFindings {
            let ending = try child([
                "--seconds", String(options.seconds - Double(total.time) / 1e6), "--start", String(start),
            ])
            let text = FuzzFolder.read("\(workFolder)/tally").map { String(decoding: $0, as: UTF8.self) }
            guard let tally = text.flatMap({ Tally(text: $0) }) else {
                findings.append("\(target.name): the child ended (\(ending)) before its first input")
                break
            }
            total.add(tally)
            start = tally.index + 1
            guard ending != .finished else { break }
            total.tried += 1
            // Inputs that break the same thing in the same way are kept once.
            let message = self.message(ending)
            let kind = "\(ending) " + message.filter { $0.isLetter }.prefix(70)
            if seen.insert(kind).inserted || message.isEmpty {
                findings.append(try keep(ending, message, index: tally.index))
            }
        }
        return (total, findings)
    }

    /// How a child ended.
    enum Ending: Hashable, CustomStringConvertible {
        case finished
        case hang
        case memory
        case property
        case trap(Int32)

        var description: String {
            switch self {
            case .finished: "finished"
            case .hang: "hang"
            case .memory: "memory"
            case .property: "property"
            case .trap(let signal): "trap-\(signal)"
            }
        }
    }

    private func child(_ more: [String], isQuiet: Bool = false) throws -> Ending {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments =
            ["--target", target.name, "--seed", String(options.seed), "--corpus", options.corpus]
            + ["--work-folder", workFolder] + (options.isSanitized ? ["--sanitized"] : []) + more
        var environment = ProcessInfo.processInfo.environment
        environment["ASAN_OPTIONS"] = "abort_on_error=1:detect_leaks=0:allocator_may_return_null=1"
        environment["SWIFT_BACKTRACE"] = "enable=no"
        // Large pieces of memory come and go one by one, so that peaks are those of one input.
        environment["MALLOC_MMAP_THRESHOLD_"] = "131072"
        environment["MALLOC_TRIM_THRESHOLD_"] = "131072"
        process.environment = environment
        if isQuiet {
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
        } else {
            let log = "\(workFolder)/stderr"
            try FuzzFolder.write([], to: log)
            process.standardError = FileHandle(forWritingAtPath: log)
        }
        try process.run()
        process.waitUntilExit()
        guard process.terminationReason == .exit else {
            let signal = process.terminationStatus
            return signal == SIGPROF || signal == SIGALRM ? .hang : .trap(signal)
        }
        switch process.terminationStatus {
        case 0: return .finished
        case Worker.Exit.memory.rawValue: return .memory
        case Worker.Exit.property.rawValue: return .property
        case let code: return .trap(code)
        }
    }

    /// What a child said at its end.
    private func message(_ ending: Ending) -> String {
        let file = ending == .memory || ending == .property ? "message" : "stderr"
        let text = (FuzzFolder.read("\(workFolder)/\(file)") ?? []).prefix(3000)
        return String(decoding: text, as: UTF8.self).split(separator: workFolder).joined()
    }

    /// Keeps the input that a child ended at, and a smaller one that ends it in the same way.
    private func keep(_ ending: Ending, _ message: String, index: Int) throws -> String {
        let bytes = FuzzFolder.read("\(workFolder)/input") ?? []
        let name = "\(options.findings)/\(target.name)-\(ending)-\(options.seed)-\(index)"
        try FuzzFolder.write(bytes, to: name)
        try FuzzFolder.write(Array(message.utf8), to: "\(name).message")
        let small = smaller(FuzzInput(bundle: bytes, name: target.fileName), ending)
        try FuzzFolder.write(small.bundle, to: "\(name).small")
        return
            "\(target.name): \(ending) at input \(index): \(name).small, \(small.byteCount) bytes: \(message.prefix(300))"
    }

    /// Takes pieces out as long as the input breaks the same thing, for a few seconds.
    private func smaller(_ input: FuzzInput, _ ending: Ending) -> FuzzInput {
        let end = Date().addingTimeInterval(ending == .property ? 3 : 10)
        func breaks(_ input: FuzzInput) -> Bool {
            let file = "\(workFolder)/candidate"
            guard (try? FuzzFolder.write(input.bundle, to: file)) != nil else { return false }
            return (try? child(["--replay", file], isQuiet: true)) == ending
        }
        var input = input
        guard breaks(input) else { return input }
        for index in input.parts.indices.reversed() where input.parts.count > 1 {
            var fewer = input
            fewer.parts.remove(at: index)
            if breaks(fewer) { input = fewer }
        }
        for part in input.parts.indices {
            var size = input.parts[part].bytes.count / 2
            while size > 0, Date() < end {
                var place = 0
                while place < input.parts[part].bytes.count, Date() < end {
                    var less = input
                    let count = less.parts[part].bytes.count
                    less.parts[part].bytes.removeSubrange(place..<min(place + size, count))
                    if breaks(less) { input = less } else { place += size }
                }
                size /= 2
            }
        }
        return input
    }
}
