import Foundation
import TesseraFuzzing

/// The table of what was tried.
struct Report {
    private var rows: [String] = []

    static let head = [
        "| Target | Seed | Inputs | Accepted | Refused | CPU s | Slowest, ms | Peak, MB | Over 32 MB, × file | Findings |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]

    mutating func add(_ target: FuzzTarget, seed: UInt64, _ tally: Tally, findings: Int) {
        let cells = [
            target.name, String(seed), grouped(tally.tried), grouped(tally.accepted), grouped(tally.rejected),
            String(tally.time / 1_000_000), String(format: "%.1f", Double(tally.slowest) / 1000),
            String(format: "%.1f", Double(tally.memory) / 1e6),
            String(format: "%.1f", Double(tally.memoryRatio) / 100),
            String(findings),
        ]
        rows.append("| " + cells.joined(separator: " | ") + " |")
        print(rows[rows.count - 1])
    }

    /// Puts the table between the marks of a document.
    func write(to path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let (first, last) = ("<!-- fuzz table: begin -->", "<!-- fuzz table: end -->")
        guard let begin = text.range(of: first), let end = text.range(of: last),
            begin.upperBound < end.lowerBound
        else {
            throw Worker.Missing(path: "\(path): \(first)")
        }
        let table = (Self.head + rows).joined(separator: "\n")
        try (text[..<begin.upperBound] + "\n" + table + "\n" + text[end.lowerBound...])
            .write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func grouped(_ number: Int) -> String {
        var text = String(number)
        var place = text.count - 3
        while place > 0 {
            text.insert(",", at: text.index(text.startIndex, offsetBy: place))
            place -= 3
        }
        return text
    }
}
