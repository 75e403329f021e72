/// What a pass of a model over a few rows costs: t(m), measured.
///
/// Up to some number of rows a pass mostly waits for the weights, and more rows cost little; how many that are
/// depends on the machine, the format of the weights and the text's length.
public struct PassCost: Hashable, Sendable {
    /// The seconds of a pass over 1, 2, 3, … rows; never falling.
    public let seconds: [Double]

    /// The numbers of rows that are measured; what lies between is interpolated.
    static let measuredRows = [1, 2, 3, 4, 5, 6, 8, 12, 16]

    /// Interpolates between measured numbers of rows, the smallest of which is taken for fewer.
    ///
    /// - Parameter points: rows of at least 1 with the seconds of a pass.
    public init(_ points: [(rows: Int, seconds: Double)]) {
        let points = points.filter { $0.rows >= 1 && $0.seconds.isFinite }.sorted { $0.rows < $1.rows }
        var seconds: [Double] = []
        for point in points {
            let before = (rows: seconds.count, seconds: seconds.last ?? point.seconds)
            // A pass over more rows that seems to take less time was disturbed less.
            let end = max(before.seconds, point.seconds)
            let steps = point.rows - before.rows
            guard steps > 0, point.rows <= 4096 else { continue }
            for step in 1...steps {
                let share = Double(step) / Double(steps)
                seconds.append(before.seconds + (end - before.seconds) * share)
            }
        }
        self.seconds = seconds
    }

    /// The seconds of a pass over `rows` rows; beyond those measured, each costs what the last half did on average.
    public func callAsFunction(rows: Int) -> Double {
        guard let last = seconds.last, rows > 0 else { return Double(max(rows, 1)) }
        if rows <= seconds.count { return seconds[rows - 1] }
        let half = seconds.count / 2
        let slope = (last - seconds[half]) / Double(max(1, seconds.count - 1 - half))
        return last + slope * Double(rows - seconds.count)
    }
}
