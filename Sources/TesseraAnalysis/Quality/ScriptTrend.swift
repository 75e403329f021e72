public import TesseraFiles
public import TesseraReport
public import TesseraTokenizers

/// Whether the tokens of a script tell how much of a vocabulary's training text was in it, and what texts in it cost: the
/// claim of Qtok on vocabularies whose training mixtures are known.
public struct ScriptTrend: Sendable {
    /// A vocabulary whose mixture is known.
    public struct Point: Hashable, Sendable {
        /// What the vocabulary is called.
        public let name: String
        /// The share of the training text in the script.
        public let trainingShare: Double
        /// The share of the vocabulary that is letters of the script, at any place.
        public let tokenShare: Double
        /// The tokens that a word of held-out text in the script takes.
        public let fertility: Double
    }

    /// The script.
    public let script: String
    /// The vocabularies, by the share of the training text.
    public let points: [Point]

    /// Looks at vocabularies trained on known mixtures.
    ///
    /// - Parameter heldOut: text in the script that none was trained on.
    public init(
        of script: String,
        _ vocabularies: [(name: String, trainingShare: Double, tokenizer: PipelineTokenizer)], heldOut: String
    ) {
        self.script = script
        points = vocabularies.map { entry in
            let report = VocabularyReport(entry.name, entry.tokenizer)
            let share = TokenPosition.allCases.reduce(0) {
                $0 + report.share(of: VocabularyReport.ScriptPlace(script: script, position: $1))
            }
            return Point(
                name: entry.name, trainingShare: entry.trainingShare, tokenShare: share,
                fertility: TextQuality(entry.name, text: heldOut, entry.tokenizer).fertility)
        }
        .sorted { ($0.trainingShare, $0.name) < ($1.trainingShare, $1.name) }
    }

    /// Spearman's correlation of the shares in training and vocabulary; ties share their rank.
    public var orderAgreement: Double {
        correlation(ranks(of: points.map(\.trainingShare)), ranks(of: points.map(\.tokenShare)))
    }

    /// Pearson's correlation of the share of tokens and fertility: negative where tokens of the script help.
    public var fertilityCorrelation: Double { correlation(points.map(\.tokenShare), points.map(\.fertility)) }

    /// Whether the order agrees wholly and fertility falls: thresholds of the study's specification.
    public func holds(largestFertilityCorrelation: Double = -0.9) -> Bool {
        orderAgreement > 1 - 1e-9 && fertilityCorrelation <= largestFertilityCorrelation
    }

    /// A row for each vocabulary.
    public var table: Table {
        var table = Table([
            .init("vocabulary"), .init("training text, %", .right), .init("tokens, %", .right),
            .init("tokens per word", .right),
        ])
        for point in points {
            table.append([
                point.name, NumberFormat.decimal(point.trainingShare * 100, places: 1),
                NumberFormat.decimal(point.tokenShare * 100, places: 2),
                NumberFormat.decimal(point.fertility, places: 2),
            ])
        }
        return table
    }

    /// The shares as bars.
    public var chart: BarChart {
        BarChart(
            title: "\(script): share of training text and of tokens, percent",
            series: ["training text", "tokens"],
            groups: points.map { .init($0.name, [$0.trainingShare * 100, $0.tokenShare * 100]) })
    }

    /// The points for machines.
    public var json: JSONValue {
        [
            "script": .string(script), "orderAgreement": .number(orderAgreement),
            "fertilityCorrelation": .number(fertilityCorrelation),
            "points": .array(
                points.map {
                    [
                        "name": .string($0.name), "trainingShare": .number($0.trainingShare),
                        "tokenShare": .number($0.tokenShare), "fertility": .number($0.fertility),
                    ]
                }),
        ]
    }
}

/// The places of values in their order, from 1; equal ones share the mean of theirs.
private func ranks(of values: [Double]) -> [Double] {
    values.map { value in
        let below = values.count { $0 < value }
        let equal = values.count { $0 == value }
        return Double(below) + Double(equal + 1) / 2
    }
}

/// Pearson's correlation; zero where either does not vary.
private func correlation(_ left: [Double], _ right: [Double]) -> Double {
    let count = Double(left.count)
    guard count > 1, left.count == right.count else { return 0 }
    let (leftMean, rightMean) = (left.reduce(0, +) / count, right.reduce(0, +) / count)
    var (product, leftSquare, rightSquare) = (0.0, 0.0, 0.0)
    for (one, other) in zip(left, right) {
        product += (one - leftMean) * (other - rightMean)
        leftSquare += (one - leftMean) * (one - leftMean)
        rightSquare += (other - rightMean) * (other - rightMean)
    }
    guard leftSquare > 0, rightSquare > 0 else { return 0 }
    return product / (leftSquare * rightSquare).squareRoot()
}
