public import TesseraFiles
public import TesseraReport

extension MixtureEstimate {
    /// What to know before the shares are believed; empty when there is nothing.
    public var warnings: [String] {
        var warnings: [String] = []
        let unseen = Double(unseenMerges.count) / Double(max(mergeCount, 1))
        if unseen > Self.mostUnseen {
            warnings.append(
                "\(NumberFormat.decimal(unseen * 100, places: 1)) % of the merges are in no sample: a category is missing, "
                    + "or samples are small or unlike the training data")
        }
        if !identifiability.isUnique {
            let names = identifiability.leastDetermined.map { categories[$0].name }
            let which = names.count > 1 ? "; least told apart: \(names.joined(separator: ", "))" : ""
            warnings.append(
                "the merges do not determine the shares fully (rank \(identifiability.rank) of "
                    + "\(identifiability.categoryCount))\(which); give samples one name to make them one category"
            )
        }
        if sequence.unrecoverableCount > 0 {
            warnings.append(
                "\(NumberFormat.count(sequence.unrecoverableCount)) tokens were left out since no merge of two makes them"
            )
        }
        return warnings
    }

    /// A row for each category.
    public func table(of denominator: MixtureDenominator = .pairs) -> Table {
        let (intervals, ranges) = (intervals(of: denominator), prefixRanges(of: denominator))
        var columns: [Table.Column] = [.init("category"), .init("share of \(denominator.rawValue)", .right)]
        if intervals != nil { columns.append(.init("90 % of draws", .right)) }
        if let first = prefixes.first {
            columns.append(
                .init(
                    "\(NumberFormat.count(first.merges)) to \(NumberFormat.count(mergeCount)) merges", .right)
            )
        }
        columns += [.init("sample", .right), .init("texts", .right)]
        var table = Table(columns)
        for (index, category) in categories.enumerated() {
            var row = [category.name, Self.percent(category.share(of: denominator))]
            if let intervals { row.append(Self.percent(intervals[index])) }
            if let ranges { row.append(Self.percent(ranges[index])) }
            table.append(
                row + [NumberFormat.bytes(category.byteCount), NumberFormat.count(category.textCount)])
        }
        return table
    }

    /// The merges that the mixture contradicts most.
    public func violationTable(count: Int = 10) -> Table {
        var table = Table([
            .init("merge", .right), .init("left"), .init("right"), .init("share of pairs", .right),
            .init("short by", .right),
        ])
        for violation in violations.prefix(max(count, 0)) {
            table.append([
                NumberFormat.count(violation.merge), violation.left, violation.right,
                Self.millionths(violation.share), Self.millionths(violation.slack),
            ])
        }
        return table
    }

    private static func percent(_ share: Double) -> String {
        NumberFormat.decimal(share * 100, places: 2) + " %"
    }

    private static func percent(_ range: ClosedRange<Double>) -> String {
        NumberFormat.decimal(range.lowerBound * 100, places: 2) + " to " + percent(range.upperBound)
    }

    private static func millionths(_ share: Double) -> String {
        NumberFormat.decimal(share * 1e6, places: 1) + " ppm"
    }

    /// Everything, for machines.
    public var json: JSONValue {
        let (pairs, bytes) = (intervals(of: .pairs), intervals(of: .bytes))
        let ranges = prefixRanges()
        func list(_ range: ClosedRange<Double>?) -> JSONValue {
            range.map { [.number($0.lowerBound), .number($0.upperBound)] } ?? .null
        }
        let categories = self.categories.enumerated().map { index, category -> JSONValue in
            [
                "name": .string(category.name), "share": .number(category.share),
                "shareOfBytes": .number(category.shareOfBytes), "interval": list(pairs?[index]),
                "intervalOfBytes": list(bytes?[index]), "prefixRange": list(ranges?[index]),
                "samplePairs": .integer(category.pairCount), "sampleBytes": .integer(category.byteCount),
                "sampleTexts": .integer(category.textCount),
            ]
        }
        return [
            "categories": .array(categories), "denominator": "pairs", "objective": .number(objective),
            "mergesUsed": .integer(mergeCount), "mergesAvailable": .integer(sequence.availableCount),
            "mergesRedundant": .integer(sequence.redundantCount),
            "mergesUnrecoverable": .integer(sequence.unrecoverableCount),
            "mergesOfSpaces": .integer(sequence.spaceCount),
            "mergesUnseen": .array(unseenMerges.map { .integer($0) }),
            "violations": .array(violations.prefix(100).map(Self.json)),
            "prefixes": .array(
                prefixes.map {
                    ["merges": .integer($0.merges), "shares": .array($0.shares.map { .number($0) })]
                }),
            "draws": .integer(draws.count), "constraints": .integer(constraintCount),
            "rounds": .integer(roundCount),
            "rank": .integer(identifiability.rank),
            "condition": identifiability.condition.isFinite ? .number(identifiability.condition) : .null,
            "warnings": .array(warnings.map { .string($0) }),
        ]
    }

    private static func json(_ violation: Violation) -> JSONValue {
        [
            "merge": .integer(violation.merge), "left": .string(violation.left),
            "right": .string(violation.right),
            "slack": .number(violation.slack), "share": .number(violation.share),
        ]
    }
}
