internal import TesseraCore
internal import TesseraDecoding
internal import TesseraReport

extension EvictionLosses {
    /// The extra loss of each token, the mean over the seeds of an arm.
    private func extraLosses(_ name: String, _ percent: Double, _ text: String) -> [Double] {
        let full = runs.first { $0.text == text && $0.arm.method == .full }?.losses ?? []
        let own = runs.filter { $0.text == text && $0.arm.name == name && $0.percent == percent }
        return full.indices.map { index in mean(own.map { $0.losses[index] }) - full[index] }
    }

    func report(to result: inout StudyResult) throws(LocatedError) {
        let names = Self.texts.map(\.name)
        let keyformer = EvictionArm.keyformer(0).name
        for budget in Self.budgets {
            func extra(_ name: String) -> [Double] {
                names.map { mean(extraLosses(name, budget.percent, $0)) }
            }
            let own = extra(keyformer)
            result.measure(Self.extra(budget.percent), own)
            result.measure(
                Self.ofWindow(budget.percent), zip(own, extra(EvictionArm.window.name)).map { $0 / $1 })
            result.measure(
                Self.overH2O(budget.percent), zip(own, extra(EvictionArm.h2o.name)).map { $0 - $1 })
        }
        result.measure(Self.spread, spreads())
        let used = runs.filter { $0.arm.method != .full }
        result.measure(
            Self.bytes,
            used.map { Double($0.use.byteCount) - Double($0.use.promptByteCount) * $0.percent / 100 }.max()
                ?? .nan)
        result.add(
            lossTable(), caption: "Extra nats per token, teacher-forced, and the cache at the end.")
        result.add(
            differenceTable(),
            caption: "Keyformer against H2O, both with recent 30%: nats per token, with 95% intervals.")
        result.add(figure())
    }

    private func spreads() -> [Double] {
        Self.budgets.flatMap { budget in
            Self.texts.map { text in
                let means = runs.filter {
                    $0.arm.method == .keyformer && $0.percent == budget.percent && $0.text == text.name
                }.map { mean($0.losses) }
                let centre = mean(means)
                let squares = means.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
                return (squares / Double(max(1, means.count - 1))).squareRoot()
            }
        }
    }

    private var armNames: [String] {
        var names: [String] = []
        for run in runs where run.arm.method != .full && !names.contains(run.arm.name) {
            names.append(run.arm.name)
        }
        return names
    }

    private func lossTable() -> Table {
        var columns: [Table.Column] = [.init("policy"), .init("budget", .right)]
        for text in Self.texts { columns.append(.init(text.name, .right)) }
        columns += [.init("mean", .right), .init("cache", .right), .init("scores", .right)]
        var table = Table(columns)
        func add(_ name: String, _ percent: Double, _ losses: [Double], _ use: EvictionUse?) {
            let numbers = losses + [mean(losses)]
            var row = [name, "\(Int(percent))%"]
            row += numbers.map { NumberFormat.decimal($0, places: 3) }
            row += [NumberFormat.bytes(use?.byteCount ?? 0), NumberFormat.bytes(use?.scoreByteCount ?? 0)]
            table.append(row)
        }
        let full = runs.filter { $0.arm.method == .full }
        add("full (nats per token)", 100, full.map { mean($0.losses) }, full.first?.use)
        for budget in Self.budgets {
            for name in armNames {
                let extras = Self.texts.map { mean(extraLosses(name, budget.percent, $0.name)) }
                let use = runs.last { $0.arm.name == name && $0.percent == budget.percent }?.use
                add(name, budget.percent, extras, use)
            }
        }
        return table
    }

    private func differenceTable() -> Table {
        var table = Table([
            .init("text"), .init("budget", .right), .init("difference", .right), .init("from", .right),
            .init("to", .right),
        ])
        for budget in Self.budgets {
            for text in Self.texts {
                let differences = zip(
                    extraLosses(EvictionArm.keyformer(0).name, budget.percent, text.name),
                    extraLosses(EvictionArm.h2o.name, budget.percent, text.name)
                ).map { $0 - $1 }
                let interval = blockInterval(of: differences, block: 20, seed: seed)
                let numbers = [mean(differences), interval.low, interval.high]
                table.append(
                    [text.name, "\(Int(budget.percent))%"]
                        + numbers.map { NumberFormat.decimal($0, places: 3) })
            }
        }
        return table
    }

    private func figure() -> LineChart {
        LineChart(
            title: "What is lost with a part of the cache",
            xName: "share of the prompt's tokens kept, percent",
            yName: "extra nats per token, mean of four texts",
            series: armNames.map { name in
                LineChart.Series(
                    name,
                    Self.budgets.reversed().map { budget in
                        LineChart.Point(
                            budget.percent,
                            mean(Self.texts.map { mean(extraLosses(name, budget.percent, $0.name)) }))
                    } + [LineChart.Point(100, 0)])
            })
    }
}

/// The 95% interval of a mean by the moving-block bootstrap, which keeps neighbours together (Künsch, 1989).
func blockInterval(of values: [Double], block: Int, seed: UInt64) -> (low: Double, high: Double) {
    guard values.count >= block, block > 0 else { return (.nan, .nan) }
    let random = CounterRandom(seed: seed)
    let starts = values.count - block + 1
    let blocks = (values.count + block - 1) / block
    let means = (0..<2_000).map { draw in
        mean(
            (0..<blocks).map { index in
                let start = Int(random.bits(at: draw * blocks + index) % UInt64(starts))
                return mean(values[start..<start + block])
            })
    }.sorted()
    return (means[means.count / 40], means[means.count - 1 - means.count / 40])
}
