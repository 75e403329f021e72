public import TesseraCore
public import TesseraFiles
internal import TesseraReport

extension StudyRecord {
    /// The record for machines; pictures are named by their files, which lie beside it.
    public func json(stem: String? = nil) -> JSONValue {
        let stem = stem ?? name
        let paper: JSONValue = ["title": .string(paper.title), "arXiv": .string(paper.arXiv)]
        let tables = result.tables.map { entry -> JSONValue in
            ["caption": .string(entry.caption), "table": Self.value(of: entry.table)]
        }
        let figures = result.figures.map { figure -> JSONValue in
            [
                "file": .string(fileName(of: figure, stem: stem)), "suffix": .string(figure.suffix),
                "title": .string(figure.title),
            ]
        }
        return [
            "study": .string(name), "paper": paper, "claim": .string(claim),
            "scale": .string(scale.rawValue), "seed": .string(String(seed)),
            "commit": .string(circumstances.commit), "machine": .string(circumstances.machine),
            "date": .string(circumstances.date), "seconds": .number((seconds * 10).rounded() / 10),
            "verdict": .string(verdict.rawValue), "reasons": Self.list(reasons),
            "measurements": .array(findings.map { Self.value(of: $0) }), "tables": .array(tables),
            "figures": .array(figures), "notes": Self.list(result.notes),
        ]
    }

    private static func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

    private static func value(of finding: Finding) -> JSONValue {
        var object = JSONObject([
            ("name", .string(finding.measurement.name)),
            ("values", .array(finding.measurement.values.map { .number($0) })),
        ])
        if let threshold = finding.threshold {
            object["relation"] = .string(threshold.relation.rawValue)
            object["bound"] = .number(threshold.bound)
            object["holds"] = .bool(finding.holds)
        }
        return .object(object)
    }

    private static func value(of table: Table) -> JSONValue {
        let columns = table.columns.map { column -> JSONValue in
            [
                "title": .string(column.title),
                "alignment": .string(column.alignment == .right ? "right" : "left"),
            ]
        }
        return ["columns": .array(columns), "rows": .array(table.rows.map { list($0) })]
    }

    /// Reads the record of a study; nil when the folder has none.
    ///
    /// - Throws: `LocatedError` when a file is damaged or a picture is missing.
    public static func read(_ name: String, in folder: String) throws(LocatedError) -> StudyRecord? {
        let path = "\(folder)/\(name).json"
        guard FileSystem.kind(of: path) != nil else { return nil }
        return try StudyRecord(try JSONField(contentsOf: path), folder: folder)
    }

    private init(_ field: JSONField, folder: String) throws(LocatedError) {
        guard let scale = StudyScale(rawValue: try field["scale"].string()) else {
            throw field["scale"].error("is no scale")
        }
        guard let seed = UInt64(try field["seed"].string()) else {
            throw field["seed"].error("is no whole number")
        }
        var findings: [Finding] = []
        for index in try field["measurements"].array().indices {
            findings.append(try Self.finding(field["measurements"][index]))
        }
        self.init(
            name: try field["study"].string(),
            paper: Paper(
                title: try field["paper"]["title"].string(), arXiv: try field["paper"]["arXiv"].string()),
            claim: try field["claim"].string(), scale: scale, seed: seed,
            circumstances: RunCircumstances(
                commit: try field["commit"].string(), machine: try field["machine"].string(),
                date: try field["date"].string()),
            seconds: try field["seconds"].double(), findings: findings,
            result: try Self.result(field, folder: folder))
    }

    private static func finding(_ field: JSONField) throws(LocatedError) -> Finding {
        var values: [Double] = []
        for index in try field["values"].array().indices {
            values.append(try field["values"][index].optionalDouble() ?? .nan)
        }
        let name = try field["name"].string()
        var threshold: Threshold?
        if field["bound"].isPresent {
            guard let relation = Threshold.Relation(rawValue: try field["relation"].string()) else {
                throw field["relation"].error("is no relation")
            }
            threshold = Threshold(measurement: name, relation: relation, bound: try field["bound"].double())
        }
        return Finding(measurement: Measurement(name, values), threshold: threshold)
    }

    private static func result(_ field: JSONField, folder: String) throws(LocatedError) -> StudyResult {
        var result = StudyResult()
        for index in try field["tables"].array().indices {
            let entry = field["tables"][index]
            result.add(try table(entry["table"]), caption: try entry["caption"].string())
        }
        for index in try field["figures"].array().indices {
            let entry = field["figures"][index]
            let file = try entry["file"].string()
            guard !file.utf8.contains(UInt8(ascii: "/")) else {
                throw entry["file"].error("is no name of a file")
            }
            let picture = try MappedFile(path: "\(folder)/\(file)")
            let svg = withExtendedLifetime(picture) { String(decoding: picture.bytes, as: UTF8.self) }
            result.add(figure: svg, title: try entry["title"].string(), suffix: try entry["suffix"].string())
        }
        for index in try field["notes"].array().indices { result.note(try field["notes"][index].string()) }
        return result
    }

    private static func table(_ field: JSONField) throws(LocatedError) -> Table {
        var columns: [Table.Column] = []
        for index in try field["columns"].array().indices {
            let column = field["columns"][index]
            columns.append(
                Table.Column(
                    try column["title"].string(), try column["alignment"].string() == "right" ? .right : .left
                ))
        }
        var table = Table(columns)
        for row in try field["rows"].array().indices {
            var cells: [String] = []
            for cell in try field["rows"][row].array().indices {
                cells.append(try field["rows"][row][cell].string())
            }
            table.append(cells)
        }
        return table
    }
}
