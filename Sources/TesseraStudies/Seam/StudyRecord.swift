public import TesseraCore
internal import TesseraFiles

/// A finished run of a study, as it is kept: `<name>.json` with its pictures and a page in Markdown.
public struct StudyRecord: Sendable {
    /// The name of the study.
    public let name: String
    /// The paper.
    public let paper: Paper
    /// What is claimed.
    public let claim: String
    /// How much was run.
    public let scale: StudyScale
    /// What the random numbers followed from.
    public let seed: UInt64
    /// Where and when.
    public let circumstances: RunCircumstances
    /// How long the run took.
    public let seconds: Double
    /// What was measured, beside what was needed.
    public let findings: [Finding]
    /// Tables, pictures and notes.
    public let result: StudyResult

    /// What came of the claim.
    public var verdict: Verdict { Verdict(findings) }

    /// Runs a study and keeps what came of it.
    ///
    /// - Parameter checkout: the folder whose commit is noted; nil outside one.
    /// - Throws: what the study throws.
    public init(
        running study: any Study, scale: StudyScale, seed: UInt64, conditions: StudyConditions,
        checkout: String? = nil
    ) throws {
        let begun = ContinuousClock.now
        let result = try study.run(scale: scale, seed: seed, conditions: conditions)
        self.init(
            name: study.name, paper: study.paper, claim: study.claim, scale: scale, seed: seed,
            circumstances: RunCircumstances(checkout: checkout),
            seconds: (ContinuousClock.now - begun).inSeconds,
            findings: Finding.pairing(result.measurements, with: study.thresholds(at: scale)), result: result)
    }

    init(
        name: String, paper: Paper, claim: String, scale: StudyScale, seed: UInt64,
        circumstances: RunCircumstances,
        seconds: Double, findings: [Finding], result: StudyResult
    ) {
        self.name = name
        self.paper = paper
        self.claim = claim
        self.scale = scale
        self.seed = seed
        self.circumstances = circumstances
        self.seconds = seconds
        self.findings = findings
        self.result = result
    }

    /// Why the verdict is no better: each threshold that was missed, and what was measured.
    public var reasons: [String] {
        findings.filter { !$0.holds }.map {
            "\($0.measurement.name): \($0.valueText), needed \($0.thresholdText)"
        }
    }

    /// What to tell when the verdict is not the one that is on record; nil: it is.
    public func difference(from other: StudyRecord) -> LocatedError? {
        guard other.verdict != verdict else { return nil }
        return LocatedError(
            file: "\(name).json", field: "verdict",
            problem: "on record it is \"\(other.verdict.rawValue)\", and this run says \"\(verdictText)\"",
            remedy: "look for what changed, or replace the record with --accept")
    }

    /// The name of the file of a picture.
    func fileName(of figure: StudyResult.Figure, stem: String) -> String {
        figure.suffix.isEmpty ? "\(stem).svg" : "\(stem)-\(figure.suffix).svg"
    }

    /// Writes the pictures, the page and, last, the JSON, each in one step.
    ///
    /// - Parameter stem: what the names of the files begin with; nil: the study's name.
    /// - Returns: the paths, the JSON first.
    /// - Throws: `LocatedError` when the folder cannot be made or written.
    @discardableResult
    public func write(to folder: String, stem: String? = nil) throws(LocatedError) -> [String] {
        let stem = stem ?? name
        try FileSystem.createFolder(folder)
        var paths: [String] = []
        func write(_ text: String, _ file: String) throws(LocatedError) {
            try writeAtomically(text, to: "\(folder)/\(file)")
            paths.insert("\(folder)/\(file)", at: 0)
        }
        for figure in result.figures { try write(figure.svg, fileName(of: figure, stem: stem)) }
        try write(markdown(stem: stem), "\(stem).md")
        try write(json(stem: stem).serialized(pretty: true) + "\n", "\(stem).json")
        return paths
    }
}
