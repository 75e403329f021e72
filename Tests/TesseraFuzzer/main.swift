import Foundation
import TesseraFuzzing

// Tries readers of files with inputs made to break them; `Documentation/Fuzzing.md` tells how to use it.

/// Tries inputs on a thread with the stack that was asked for, and ends the process.
func work(_ options: Options, in workFolder: String) {
    nonisolated(unsafe) let worker = Worker(options, workFolder: workFolder)
    Gauges.onThread(stackBytes: options.stackBytes) {
        do {
            try worker.run()
            exit(0)
        } catch {
            print("\(error)")
            exit(1)
        }
    }
}

guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
    print(Options.usage)
    exit(2)
}

if let workFolder = options.workFolder {
    work(options, in: workFolder)
}

try FileManager.default.createDirectory(atPath: options.findings, withIntermediateDirectories: true)
if options.replay != nil {
    var replay = options
    replay.workFolder = options.findings
    work(replay, in: options.findings)
}

var report = Report()
var all: [String] = []
Report.head.forEach { print($0) }
for target in options.targets {
    let (tally, findings) = try Supervisor(options, target).run()
    report.add(target, seed: options.seed, tally, findings: findings.count)
    findings.forEach { print($0) }
    all += findings
}
if let document = options.document { try report.write(to: document) }
exit(all.isEmpty ? 0 : 1)
