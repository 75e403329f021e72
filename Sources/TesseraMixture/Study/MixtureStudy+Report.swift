public import TesseraReport

extension MixtureStudy {
    /// A row for each mixture.
    public var table: Table {
        var table = Table(
            [
                .init("seed", .right), .init("mixture", .right),
            ] + Method.allCases.map { .init("log₁₀ MSE, \($0.rawValue)", .right) } + [
                .init("largest error", .right), .init("constraints", .right), .init("rounds", .right),
                .init("time", .right),
            ])
        for row in rows {
            table.append(
                [String(row.seed), NumberFormat.bytes(row.byteCount)]
                    + Method.allCases.map { NumberFormat.decimal(row.logError($0), places: 2) }
                    + [
                        NumberFormat.decimal(row.largestError, places: 4),
                        NumberFormat.count(row.constraintCount),
                        NumberFormat.count(row.roundCount), NumberFormat.duration(row.seconds),
                    ])
        }
        table.append(
            ["mean", ""] + Method.allCases.map { NumberFormat.decimal(meanLogError($0), places: 2) })
        return table
    }

    /// The shares of one mixture, true and found.
    public func shareTable(_ row: Row) -> Table {
        var table = Table(
            [.init("category"), .init("true", .right)] + Method.allCases.map { .init($0.rawValue, .right) })
        for (index, name) in categories.enumerated() {
            func percent(_ share: Double) -> String { NumberFormat.decimal(share * 100, places: 2) + " %" }
            table.append(
                [name, percent(row.truth[index])]
                    + Method.allCases.map { percent(row.shares[$0]?[index] ?? 0) })
        }
        return table
    }

    /// A row for each mixture with a category hidden.
    public var hiddenTable: Table {
        var table = Table([
            .init("seed", .right), .init("hidden"), .init("its share", .right),
            .init("log₁₀ MSE of the others", .right),
            .init("merges never seen", .right), .init("grows most"), .init("by", .right),
        ])
        for row in hiddenRows {
            let gains = zip(row.shares, row.truth).map { $0 - $1 }
            let most = gains.indices.max { gains[$0] < gains[$1] } ?? 0
            table.append([
                String(row.seed), categories[row.hidden],
                NumberFormat.decimal(row.hiddenShare * 100, places: 1) + " %",
                NumberFormat.decimal(row.logError, places: 2),
                NumberFormat.decimal(row.unseenShare * 100, places: 1) + " %", categories[most],
                NumberFormat.decimal(gains[most] * 100, places: 2) + " %",
            ])
        }
        return table
    }

    /// How many digits of the shares each method has right: the negative logarithm of the root of the mean squared error.
    public var errorChart: BarChart {
        BarChart(
            title: "Digits of the shares that are right: -½ log₁₀ MSE",
            series: Method.allCases.map(\.rawValue),
            groups: rows.map { row in
                BarChart.Group("mixture \(row.seed)", Method.allCases.map { max(row.logError($0) / -2, 0) })
            })
    }

    /// The shares of one mixture, true and inferred.
    public func shareChart(_ row: Row) -> BarChart {
        BarChart(
            title: "Shares of mixture \(row.seed), in percent", series: ["true", "inferred"],
            groups: categories.indices.map { index in
                BarChart.Group(
                    categories[index], [row.truth[index] * 100, (row.shares[.inference]?[index] ?? 0) * 100])
            })
    }
}
