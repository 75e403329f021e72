import TesseraConsole
import TesseraCore
import TesseraReport
import Testing

private let plain = Terminal(canRedraw: true, hasColor: false, width: 80)

private func update(_ completed: Int, of total: Int?, _ label: String = "evaluating") -> Progress.Update {
    Progress.Update(label: label, completed: completed, total: total, unit: "tokens")
}

@Suite("Progress bar")
struct ProgressMeterTests {
    @Test("a line has label, bar, percent, rate and time left")
    func line() {
        #expect(
            progressLine(update(500, of: 1_000), seconds: 4, done: 500, terminal: plain)
                == "evaluating [================>                ]  50%  125 tokens/s  4.00 s left"
        )
    }

    @Test("without a total it counts")
    func noTotal() {
        #expect(
            progressLine(update(12_000, of: nil), seconds: 4, done: 12_000, terminal: plain)
                == "evaluating  12,000 tokens  3,000 tokens/s"
        )
    }

    @Test(
        "the ends of the bar",
        arguments: [(0, "[>", "  0%"), (1_000, "===]", "100%"), (2_000, "===]", "100%")])
    func ends(completed: Int, part: String, percent: String) {
        let line = progressLine(
            update(completed, of: 1_000), seconds: 4, done: Double(completed), terminal: plain)
        #expect(line.contains(part) && line.contains(percent), "\(line)")
    }

    @Test("no line is as wide as its terminal, whatever the width", arguments: 1...140)
    func width(columns: Int) {
        let terminal = Terminal(canRedraw: true, hasColor: false, width: columns)
        for label in ["evaluating", "lesen 日本語のテキスト", ""] {
            for total in [1_000, nil, 0] {
                let line = progressLine(
                    update(333, of: total, label), seconds: 3, done: 333, terminal: terminal)
                #expect(columnWidth(of: line) < max(columns, 2), "\(columns): \(line)")
            }
        }
    }

    @Test("colour only where it is welcome, and the columns stay the same")
    func color() {
        let colored = Terminal(canRedraw: true, hasColor: true, width: 80)
        let line = progressLine(update(500, of: 1_000), seconds: 4, done: 500, terminal: colored)
        let bare = progressLine(update(500, of: 1_000), seconds: 4, done: 500, terminal: plain)
        #expect(!bare.contains("\u{1B}"))
        #expect(line.contains("\u{1B}[32m") && line.contains("\u{1B}[0m"))
        var stripped = line
        for code in ["\u{1B}[32m", "\u{1B}[0m"] {
            stripped = stripped.split(separator: code, omittingEmptySubsequences: false).joined()
        }
        #expect(stripped == bare)
    }

    @Test("nothing is drawn in the first two seconds, then at most ten lines a second")
    func pacing() {
        var meter = ProgressMeter()
        var drawn: [Int] = []
        for millisecond in 0..<5_000
        where meter.take(
            update(millisecond, of: 5_000), now: Double(millisecond) / 1_000, terminal: plain
        ) != nil {
            drawn.append(millisecond)
        }
        #expect(drawn.first == 2_000)
        #expect(drawn.count == 30)
    }

    @Test("a job of less than two seconds leaves no trace")
    func shortJob() {
        var meter = ProgressMeter()
        #expect(meter.take(update(1, of: 2), now: 0.5, terminal: plain) == nil)
        #expect(meter.end() == nil)
    }

    @Test("the line is overwritten in place and cleared at the end, once")
    func clearing() {
        var meter = ProgressMeter()
        _ = meter.take(update(1, of: 100), now: 0, terminal: plain)
        let drawn = meter.take(update(50, of: 100), now: 3, terminal: plain)
        #expect(drawn?.hasPrefix("\r") == true && drawn?.hasSuffix("\u{1B}[K") == true)
        #expect(meter.end() == "\r\u{1B}[K")
        #expect(meter.end() == nil)
    }

    @Test("a new stage has a rate of its own")
    func stages() {
        var meter = ProgressMeter()
        _ = meter.take(update(0, of: 100, "reading"), now: 0, terminal: plain)
        _ = meter.take(update(100, of: 100, "reading"), now: 10, terminal: plain)
        _ = meter.take(update(0, of: 1_000, "measuring"), now: 10.5, terminal: plain)
        let line = meter.take(update(200, of: 1_000, "measuring"), now: 12.5, terminal: plain)
        #expect(line?.contains("100 tokens/s") == true, "\(line ?? "nil")")
    }

    @Test("a clock that stands still and counts that run back do not trap")
    func oddReports() {
        var meter = ProgressMeter()
        for (count, now) in [(5, 3.0), (5, 3.0), (-7, 3.0), (.max, 9.0), (.min, 20.0), (0, 1.0)] {
            _ = meter.take(update(count, of: 10), now: now, terminal: plain)
        }
        _ = progressLine(update(.max, of: .max), seconds: 0, done: 1e300, terminal: plain)
    }
}
