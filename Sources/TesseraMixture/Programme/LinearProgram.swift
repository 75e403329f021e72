internal import CCLP
package import TesseraCore

/// A linear programme that grows: the smallest sum of costs under rows that bound sums of columns, none below zero.
///
/// CLP's dual simplex solves it. New columns start at zero and new rows with their slack, so that what was optimal before
/// stays dual feasible and solving goes on from there. Nothing is scaled inside: rows and columns should be of the order
/// of one, and the tolerances are then what they say.
package struct LinearProgram: ~Copyable {
    /// The most by which a row or a column misses its bound.
    package static let tolerance = 1e-9

    private let model: UnsafeMutableRawPointer

    /// How many columns there are.
    package private(set) var columnCount = 0
    /// How many rows there are.
    package private(set) var rowCount = 0

    /// A row: a sum of columns between two bounds.
    package struct Row: Sendable {
        /// The columns with their coefficients; each column once, and it must be there.
        package var terms: [(column: Int, coefficient: Double)]
        /// The least that the sum may be.
        package var lower: Double
        /// The most that it may be.
        package var upper: Double

        package init(_ terms: [(column: Int, coefficient: Double)], lower: Double, upper: Double = .infinity)
        {
            self.terms = terms
            self.lower = lower
            self.upper = upper
        }
    }

    /// Makes a programme without columns and rows.
    ///
    /// - Throws: `LocatedError` when the solver gives none.
    package init() throws(LocatedError) {
        guard let model = Clp_newModel() else {
            throw LocatedError(
                field: "linear programme", problem: "the solver has no memory for one",
                remedy: "free some memory")
        }
        self.model = model
        Clp_setLogLevel(model, 0)
        Clp_scaling(model, 0)
        Clp_setPrimalTolerance(model, Self.tolerance)
        Clp_setDualTolerance(model, Self.tolerance)
    }

    deinit { Clp_deleteModel(model) }

    /// Adds columns with these costs.
    package mutating func addColumns(costs: [Double]) {
        guard !costs.isEmpty else { return }
        let zeros = [Double](repeating: 0, count: costs.count)
        let limits = [Double](repeating: .greatestFiniteMagnitude, count: costs.count)
        let starts = [CoinBigIndex](repeating: 0, count: costs.count + 1)
        // No entries yet, which must all the same be somewhere.
        Clp_addColumns(model, Int32(clamping: costs.count), zeros, limits, costs, starts, [0], [0])
        columnCount += costs.count
    }

    /// Adds rows.
    ///
    /// - Throws: `LocatedError` when one names a column that is not there or a number that is none.
    package mutating func addRows(_ rows: [Row]) throws(LocatedError) {
        guard !rows.isEmpty else { return }
        var starts: [CoinBigIndex] = [0]
        var (columns, coefficients) = ([Int32](), [Double]())
        for row in rows {
            for (column, coefficient) in row.terms where coefficient != 0 {
                guard column >= 0, column < columnCount, coefficient.isFinite else {
                    throw LocatedError(
                        field: "linear programme",
                        problem: "a row has the coefficient \(coefficient) in column \(column)",
                        remedy: "give samples whose counts are ordinary numbers")
                }
                columns.append(Int32(truncatingIfNeeded: column))
                coefficients.append(coefficient)
            }
            starts.append(CoinBigIndex(columns.count))
        }
        // Swift's empty arrays have an address, but not one that may be read.
        if columns.isEmpty { (columns, coefficients) = ([0], [0]) }
        Clp_addRows(
            model, Int32(clamping: rows.count), rows.map { Self.bounded($0.lower) },
            rows.map { Self.bounded($0.upper) }, starts, columns, coefficients)
        rowCount += rows.count
    }

    /// Removes the rows with these numbers, which are there; those after them move up.
    ///
    /// Rows that are slack leave the optimum and the basis as they are: see `isSlack`.
    package mutating func removeRows(_ rows: [Int]) {
        guard !rows.isEmpty else { return }
        Clp_deleteRows(model, Int32(clamping: rows.count), rows.map { Int32(truncatingIfNeeded: $0) })
        rowCount -= rows.count
    }

    /// CLP's infinity is the largest finite number.
    private static func bounded(_ value: Double) -> Double {
        min(max(value, -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
    }

    /// Finds the optimum.
    ///
    /// - Throws: `LocatedError` when there is none, or the solver gives up.
    package mutating func solve() throws(LocatedError) {
        _ = Clp_dual(model, 0)
        // What the dual simplex cannot end the primal one can.
        if Clp_status(model) != 0 { _ = Clp_primal(model, 0) }
        let problem: String
        switch Clp_status(model) {
        case 0: return
        case 1: problem = "nothing fulfils all rows"
        case 2: problem = "the costs have no least value"
        case 3: problem = "the solver came to its limit of iterations"
        default: problem = "the solver gave up with status \(Clp_status(model))"
        }
        throw LocatedError(
            field: "linear programme", problem: problem,
            remedy: "give larger samples, or ask for fewer merges with --merges")
    }

    /// The sum of costs at the optimum.
    package var objective: Double { Clp_objectiveValue(model) }

    /// The value of a column at the optimum; zero for one that is not there.
    package func value(ofColumn column: Int) -> Double {
        element(column, of: Clp_primalColumnSolution(model), count: columnCount)
    }

    /// How much the costs rise for each unit of a column beyond its value; zero for one that is not there.
    package func reducedCost(ofColumn column: Int) -> Double {
        element(column, of: Clp_dualColumnSolution(model), count: columnCount)
    }

    /// How much the costs rise for each unit by which a row's bound rises; zero for one that is not there.
    package func price(ofRow row: Int) -> Double {
        element(row, of: Clp_dualRowSolution(model), count: rowCount)
    }

    /// Whether a row's own slack is in the basis, so that the optimum does without the row; false for one that is not there.
    package func isSlack(row: Int) -> Bool {
        row >= 0 && row < rowCount && Clp_getRowStatus(model, Int32(truncatingIfNeeded: row)) == 1
    }

    private func element(_ index: Int, of values: UnsafeMutablePointer<Double>?, count: Int) -> Double {
        guard let values, index >= 0, index < count else { return 0 }
        return values[index]
    }
}
