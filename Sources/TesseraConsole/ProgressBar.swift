internal import Synchronization
public import TesseraCore

/// Draws a job's progress on standard error: on a terminal only, and only once the job has taken two seconds.
///
/// ```swift
/// let bar = ProgressBar()
/// defer { bar.clear() }
/// let result = try evaluate(text, model: model, tokenizer: tokenizer, progress: bar.progress)
/// ```
///
/// Reports may come from any thread; the line is redrawn at most ten times a second. Clear it before anything
/// else is written to the terminal.
public final class ProgressBar: Sendable {
    private let meter = Mutex(ProgressMeter())
    private let start = ContinuousClock.now

    /// Creates a bar that is not drawn yet.
    public init() {}

    /// What the job reports to.
    public var progress: Progress {
        guard Terminal.standardError.canRedraw else { return .ignored }
        return Progress { [self] update in
            // Asked anew each time: windows are resized.
            let now = (ContinuousClock.now - start).inSeconds
            meter.withLock { meter in
                if let line = meter.take(update, now: now, terminal: .standardError) {
                    writeToStandardError(line)
                }
            }
        }
    }

    /// Removes the line, if there is one.
    public func clear() {
        meter.withLock { meter in
            if let line = meter.end() { writeToStandardError(line) }
        }
    }
}
