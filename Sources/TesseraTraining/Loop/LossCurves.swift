internal import TesseraReport

/// The loss over steps, in training and on held-out text: a picture of bounded size of a run of any length.
struct LossCurves {
    var training = LossCurve()
    var heldOut = LossCurve()

    mutating func add(_ line: MetricsFile.Line) {
        guard let loss = line.loss else { return }
        if line.isMeasurement { heldOut.add(line.step, loss) } else { training.add(line.step, loss) }
    }

    func svg(title: String) -> String {
        let series = [
            LineChart.Series("training", training.points), LineChart.Series("held-out text", heldOut.points),
        ]
        return LineChart(
            title: title, xName: "step", yName: "loss, nats a token",
            series: series.filter { !$0.points.isEmpty }
        ).svg()
    }
}

/// Points of a line, of which neighbours are averaged once there are many.
struct LossCurve {
    private struct Sum {
        var steps = 0.0
        var losses = 0.0
        var count = 0
    }

    private var sums: [Sum] = []
    /// The points that are averaged to one.
    private var size = 1

    private static let mostPoints = 400

    mutating func add(_ step: Int, _ loss: Double) {
        if sums.last.map({ $0.count >= size }) ?? true { sums.append(Sum()) }
        sums[sums.count - 1].steps += Double(step)
        sums[sums.count - 1].losses += loss
        sums[sums.count - 1].count += 1
        if sums.count > Self.mostPoints { halve() }
    }

    /// Averages pairs.
    private mutating func halve() {
        sums = stride(from: 0, to: sums.count, by: 2).map { index in
            var sum = sums[index]
            if index + 1 < sums.count {
                sum.steps += sums[index + 1].steps
                sum.losses += sums[index + 1].losses
                sum.count += sums[index + 1].count
            }
            return sum
        }
        size *= 2
    }

    var points: [LineChart.Point] {
        sums.map { LineChart.Point($0.steps / Double($0.count), $0.losses / Double($0.count)) }
    }
}
