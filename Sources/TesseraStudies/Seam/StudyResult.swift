public import TesseraReport

/// What a run of a study brought to light; its verdict follows from the measurements and the study's thresholds.
public struct StudyResult: Sendable {
    /// A table and what it shows.
    public struct CaptionedTable: Hashable, Sendable {
        /// What it shows.
        public let caption: String
        /// The numbers.
        public let table: Table
    }

    /// A picture.
    public struct Figure: Hashable, Sendable {
        /// What tells its file from that of the study's other figures; empty for the first.
        public let suffix: String
        /// What it shows.
        public let title: String
        /// The picture.
        public let svg: String
    }

    /// The tables, the most important first.
    public private(set) var tables: [CaptionedTable] = []
    /// The pictures, the most important first.
    public private(set) var figures: [Figure] = []
    /// What was measured.
    public private(set) var measurements: [Measurement] = []
    /// What else must be known to read the numbers: the data, what does not follow, what was left out.
    public private(set) var notes: [String] = []

    /// A result without anything.
    public init() {}

    /// Adds a table.
    public mutating func add(_ table: Table, caption: String) {
        tables.append(CaptionedTable(caption: caption, table: table))
    }

    /// Adds a picture.
    ///
    /// - Parameter suffix: what tells its file from that of the other figures; empty for the first.
    public mutating func add(figure svg: String, title: String, suffix: String = "") {
        figures.append(Figure(suffix: suffix, title: title, svg: svg))
    }

    /// Adds a chart.
    public mutating func add(_ chart: LineChart, suffix: String = "") {
        add(figure: chart.svg(), title: chart.title, suffix: suffix)
    }

    /// Adds a measurement.
    public mutating func measure(_ name: String, _ values: [Double]) {
        measurements.append(Measurement(name, values))
    }

    /// Adds a measurement of one value.
    public mutating func measure(_ name: String, _ value: Double) { measure(name, [value]) }

    /// Adds a count.
    public mutating func measure(_ name: String, count: Int) { measure(name, Double(count)) }

    /// Adds a sentence.
    public mutating func note(_ text: String) { notes.append(text) }
}
