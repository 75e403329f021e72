package import TesseraCore
internal import TesseraReport

/// Decides when a progress line is drawn and what it says; knows no terminal and no clock.
package struct ProgressMeter: Sendable {
    private var label: String?
    private var began = 0.0
    private var beganAt = 0
    private var lastDrawn = -Double.infinity
    private var isVisible = false

    /// Seconds before the first line: shorter jobs show none.
    private static let patience = 2.0
    /// Seconds between two lines.
    private static let interval = 0.1

    /// Creates a meter for a job that starts now.
    package init() {}

    /// Takes a report at `now` seconds of any clock.
    ///
    /// - Returns: what to write to the terminal; nil when it is not time to redraw.
    package mutating func take(_ update: Progress.Update, now: Double, terminal: Terminal) -> String? {
        // A new stage, or the same over again, has its own rate and time.
        if label != update.label || update.completed < beganAt {
            let restarted = label != nil
            label = update.label
            began = now
            beganAt = restarted ? update.completed : 0
            if restarted, !isVisible { lastDrawn = -.infinity }
        }
        guard now - began >= Self.patience || isVisible, now - lastDrawn >= Self.interval else { return nil }
        lastDrawn = now
        isVisible = true
        let done = Double(update.completed) - Double(beganAt)
        let line = progressLine(update, seconds: now - began, done: done, terminal: terminal)
        return "\r" + line + "\u{1B}[K"
    }

    /// What to write to the terminal when the job is over.
    package mutating func end() -> String? {
        defer { self = ProgressMeter() }
        return isVisible ? "\r\u{1B}[K" : nil
    }
}

/// One line that says how far a job has come, at most one column narrower than the terminal.
///
/// For example `evaluating [=======>      ]  52%  1,204 tokens/s  3 min 05 s left`. What does not fit is left
/// out: the bar first, then the time left, then the rate.
///
/// - Parameters:
///   - seconds: the time since the stage began.
///   - done: the units done in that time.
package func progressLine(
    _ update: Progress.Update, seconds: Double, done: Double, terminal: Terminal
) -> String {
    let room = max(terminal.width - 1, 1)
    let rate = seconds > 0 ? max(done, 0) / seconds : 0
    var parts = [rate > 0 ? NumberFormat.rate(rate, unit: update.unit) : "0 \(update.unit)/s"]
    var fraction: Double?
    if let total = update.total, total > 0 {
        let share = min(max(Double(update.completed) / Double(total), 0), 1)
        fraction = share
        let percent = "\(Int(share * 100))%"
        parts.insert(String(repeating: " ", count: 4 - percent.count) + percent, at: 0)
        if rate > 0 {
            let rest = max(0, Double(total) - Double(update.completed))
            parts.append(NumberFormat.duration((rest / rate).rounded(.up)) + " left")
        }
    } else {
        parts.insert("\(NumberFormat.count(update.completed)) \(update.unit)", at: 0)
    }

    func width(_ parts: [String]) -> Int { columnWidth(of: ([update.label] + parts).joined(separator: "  ")) }
    while parts.count > 1, width(parts) > room { parts.removeLast() }
    let bare = ([update.label] + parts).joined(separator: "  ")
    guard let fraction else { return clipped(bare, to: room) }

    // The bar takes what is left, between 10 and 40 columns with its brackets.
    let columns = min(room - width(parts) - 1, 40)
    guard columns >= 10 else { return clipped(bare, to: room) }
    let inside = columns - 2
    let filled = Int(fraction * Double(inside))
    let full = String(repeating: "=", count: filled) + (filled < inside ? ">" : "")
    let empty = String(repeating: " ", count: inside - full.count)
    let colored = terminal.hasColor ? "\u{1B}[32m\(full)\u{1B}[0m" : full
    return "\(update.label) [\(colored)\(empty)] \(parts.joined(separator: "  "))"
}

private func clipped(_ text: String, to columns: Int) -> String {
    var width = 0
    var line = ""
    for character in text {
        width += columnWidth(of: String(character))
        if width > columns { break }
        line.append(character)
    }
    return line
}
