internal import CCLP
package import TesseraCore

/// A linear programme that grows: the smallest sum of costs under rows that ask sums of columns to be no smaller than a
/// number, with no column below zero and no cost either.
///
/// CLP solves its dual, whose columns are these rows: the most that `sum_r lower_r x_r` can be while for each column
/// `sum_r x_r A_rc` stays within its cost. A programme that has many rows for each column then has a basis of the size of
/// its columns, new rows enter as columns at zero, and the primal simplex goes on from what was optimal before. Nothing is
/// scaled inside: rows and columns should be of the order of one, and the tolerances are then what they say.
package struct LinearProgram: ~Copyable {
    /// The most by which a row or a column misses its bound.
    package static let tolerance = 1e-9

    private let model: UnsafeMutableRawPointer

    /// The cost of each column.
    private var costs: [Double] = []
    /// How many columns there are.
    package var columnCount: Int { costs.count }
    /// How many rows there are.
    package private(set) var rowCount = 0

    /// A row: a sum of columns, and what it is at least.
    package struct Row: Sendable {
        /// The columns with their coefficients; each column once, and it must be there.
        package var terms: [(column: Int, coefficient: Double)]
        /// The least that the sum may be.
        package var lower: Double

        package init(_ terms: [(column: Int, coefficient: Double)], lower: Double) {
            self.terms = terms
            self.lower = lower
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
        Clp_setObjSense(model, -1)
    }

    deinit { Clp_deleteModel(model) }

    /// Adds columns with these costs.
    ///
    /// - Throws: `LocatedError` when one is below zero or no number.
    package mutating func addColumns(costs: [Double]) throws(LocatedError) {
        guard !costs.isEmpty else { return }
        if let cost = costs.first(where: { !($0 >= 0 && $0.isFinite) }) {
            throw Self.error("a column has the cost \(cost)")
        }
        let free = [Double](repeating: -.greatestFiniteMagnitude, count: costs.count)
        let starts = [CoinBigIndex](repeating: 0, count: costs.count + 1)
        // No entries yet, which must all the same be somewhere.
        Clp_addRows(model, Int32(clamping: costs.count), free, costs, starts, [0], [0])
        self.costs += costs
    }

    /// Adds rows.
    ///
    /// - Throws: `LocatedError` when one names a column that is not there or what is no number.
    package mutating func addRows(_ rows: [Row]) throws(LocatedError) {
        guard !rows.isEmpty else { return }
        var starts: [CoinBigIndex] = [0]
        var (columns, coefficients) = ([Int32](), [Double]())
        for row in rows {
            guard row.lower.isFinite else { throw Self.error("a row is at least \(row.lower)") }
            for (column, coefficient) in row.terms where coefficient != 0 {
                guard column >= 0, column < columnCount, coefficient.isFinite else {
                    throw Self.error("a row has the coefficient \(coefficient) in column \(column)")
                }
                columns.append(Int32(truncatingIfNeeded: column))
                coefficients.append(coefficient)
            }
            starts.append(CoinBigIndex(columns.count))
        }
        // Swift's empty arrays have an address, but not one that may be read.
        if columns.isEmpty { (columns, coefficients) = ([0], [0]) }
        let zeros = [Double](repeating: 0, count: rows.count)
        let limits = [Double](repeating: .greatestFiniteMagnitude, count: rows.count)
        Clp_addColumns(
            model, Int32(clamping: rows.count), zeros, limits, rows.map(\.lower), starts, columns,
            coefficients)
        rowCount += rows.count
    }

    /// Removes the rows with these numbers, which are there; those after them move up.
    ///
    /// Rows that are slack leave the optimum and the basis as they are: see `isSlack`.
    package mutating func removeRows(_ rows: [Int]) {
        guard !rows.isEmpty else { return }
        Clp_deleteColumns(model, Int32(clamping: rows.count), rows.map { Int32(truncatingIfNeeded: $0) })
        rowCount -= rows.count
    }

    /// Finds the optimum.
    ///
    /// - Throws: `LocatedError` when there is none, or the solver gives up.
    package mutating func solve() throws(LocatedError) {
        _ = Clp_primal(model, 0)
        // What the primal simplex cannot end the dual one can.
        if Clp_status(model) == 3 || Clp_status(model) == 4 { _ = Clp_dual(model, 0) }
        switch Clp_status(model) {
        case 0: return
        case 1, 2: throw Self.error("nothing fulfils all rows")
        case 3: throw Self.error("the solver came to its limit of iterations")
        default: throw Self.error("the solver gave up with status \(Clp_status(model))")
        }
    }

    private static func error(_ problem: String) -> LocatedError {
        LocatedError(
            field: "linear programme", problem: problem,
            remedy: "give larger samples, or ask for fewer merges with --merges")
    }

    /// The sum of costs at the optimum.
    package var objective: Double { Clp_objectiveValue(model) }

    /// The value of a column at the optimum; zero for one that is not there.
    package func value(ofColumn column: Int) -> Double {
        element(column, of: Clp_dualRowSolution(model), count: columnCount)
    }

    /// How much the costs rise for each unit of a column beyond its value; zero for one that is not there.
    package func reducedCost(ofColumn column: Int) -> Double {
        guard costs.indices.contains(column) else { return 0 }
        return costs[column] - element(column, of: Clp_primalRowSolution(model), count: columnCount)
    }

    /// How much the costs rise for each unit by which a row's bound rises; zero for one that is not there.
    package func price(ofRow row: Int) -> Double {
        element(row, of: Clp_primalColumnSolution(model), count: rowCount)
    }

    /// Whether the optimum does without a row, which is then no part of the solver's basis; false for one that is not there.
    package func isSlack(row: Int) -> Bool {
        row >= 0 && row < rowCount && Clp_getColumnStatus(model, Int32(truncatingIfNeeded: row)) != 1
    }

    private func element(_ index: Int, of values: UnsafeMutablePointer<Double>?, count: Int) -> Double {
        guard let values, index >= 0, index < count else { return 0 }
        return values[index]
    }
}
