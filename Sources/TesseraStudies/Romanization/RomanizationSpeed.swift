internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport

/// How fast running text is romanized, on one thread.
enum RomanizationSpeed {
    private static let texts = [("Russian", "rus", "ru"), ("Japanese", "jpn", "ja")]

    private static func name(_ language: String) -> String {
        "romanizing \(language) manual pages, MB/s, best of five"
    }

    static var thresholds: [Threshold] { texts.map { .atLeast(20, name($0.0)) } }

    /// - Throws: `LocatedError` when the texts have not been fetched; `CancelledError` when stopped.
    static func report(to result: inout StudyResult, conditions: StudyConditions) throws {
        var table = Table([.init("text"), .init("size", .right), .init("speed", .right)])
        for (language, code, file) in texts {
            let lines = try conditions.lines(of: "manual-pages/\(file).txt").joined(separator: "\n")
            let bytes = Array(lines.utf8)
            let romanizer = try Romanizer(language: code)
            var best = 0.0
            for _ in 0..<5 {
                try conditions.cancellation.check()
                let begun = ContinuousClock.now
                var writer = RomanWriter(romanizer)
                var output: [UInt8] = []
                output.reserveCapacity(bytes.count * 2)
                bytes.withUnsafeBufferPointer { writer.append($0, to: &output) }
                writer.finish(to: &output)
                best = max(best, Double(bytes.count) / (ContinuousClock.now - begun).inSeconds)
            }
            result.measure(name(language), best / 1e6)
            table.append([
                "\(language) manual pages", NumberFormat.bytes(bytes.count),
                NumberFormat.rate(best, unit: "bytes"),
            ])
        }
        result.add(table, caption: "Speed of one thread that remembers words.")
    }
}
