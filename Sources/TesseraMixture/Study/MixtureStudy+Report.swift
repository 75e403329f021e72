public import TesseraFiles
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

    /// What came of each part of the claim.
    public var verdict: Table {
        var table = Table([
            .init("claim"), .init("needed", .right), .init("measured", .right), .init("holds"),
        ])
        for finding in findings {
            table.append([
                finding.claim, "≤ " + NumberFormat.decimal(finding.limit, places: 2),
                NumberFormat.decimal(finding.measured, places: 4), finding.holds ? "yes" : "no",
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

    /// Everything, for machines.
    public var json: JSONValue {
        func list(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }
        let rows = self.rows.map { row -> JSONValue in
            var shares = JSONObject()
            for method in Method.allCases { shares[method.rawValue] = list(row.shares[method] ?? []) }
            return [
                "seed": .integer(Int(truncatingIfNeeded: row.seed)), "bytes": .integer(row.byteCount),
                "truth": list(row.truth), "shares": .object(shares),
                "logError": .number(row.logError(.inference)),
                "largestError": .number(row.largestError), "objective": .number(row.objective),
                "constraints": .integer(row.constraintCount), "rounds": .integer(row.roundCount),
                "isUnique": .bool(row.isUnique), "seconds": .number(row.seconds),
            ]
        }
        let hidden = hiddenRows.map { row -> JSONValue in
            [
                "seed": .integer(Int(truncatingIfNeeded: row.seed)),
                "hidden": .string(categories[row.hidden]),
                "hiddenShare": .number(row.hiddenShare), "truth": list(row.truth), "shares": list(row.shares),
                "unseenShare": .number(row.unseenShare), "logError": .number(row.logError),
            ]
        }
        let findings = self.findings.map { finding -> JSONValue in
            [
                "claim": .string(finding.claim), "limit": .number(finding.limit),
                "measured": .number(finding.measured),
                "holds": .bool(finding.holds),
            ]
        }
        return [
            "categories": .array(categories.map { .string($0) }), "mixtures": .array(rows),
            "hidden": .array(hidden),
            "findings": .array(findings), "holds": .bool(holds),
        ]
    }
}
