/// How far a long job has come, told to whoever watches.
///
/// A job takes a `Progress` and calls `report` as it advances; a console draws a bar, a server writes JSON lines,
/// tests pass `.ignored`.
public struct Progress: Sendable {
    private let watch: @Sendable (Update) -> Void

    /// One report.
    public struct Update: Hashable, Sendable {
        /// What is being done, in a word or two: "reading", "measuring".
        public var label: String
        /// The units done.
        public var completed: Int
        /// The units to do in all; nil while unknown.
        public var total: Int?
        /// The plural name of the unit: "tokens", "bytes".
        public var unit: String

        /// Creates a report.
        public init(label: String, completed: Int, total: Int?, unit: String) {
            self.label = label
            self.completed = completed
            self.total = total
            self.unit = unit
        }
    }

    /// Creates a progress that hands each report to `watch`, which may be called from any thread.
    public init(_ watch: @escaping @Sendable (Update) -> Void) {
        self.watch = watch
    }

    /// A progress that nobody watches.
    public static let ignored = Progress { _ in }

    /// Tells how far the job has come.
    public func report(_ label: String, _ completed: Int, of total: Int?, unit: String) {
        watch(Update(label: label, completed: completed, total: total, unit: unit))
    }
}
