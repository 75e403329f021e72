/// The experiment of a published system: what its paper claims, put to the test at our scale.
///
/// A new one is a home of its own and a line in `StudyRegistry`. Its thresholds are data that can be read before it
/// runs; what it measured is held against them by `Verdict`, not by the study.
public protocol Study: Sendable {
    /// The name on the command line: that of its system in `PublishedSystem.all`.
    var name: String { get }

    /// What is claimed, on one line.
    var claim: String { get }

    /// About how long a full run takes on two cores, in seconds.
    var expectedSeconds: Int { get }

    /// Whether a full run trains networks; those that do not run first.
    var trainsNetworks: Bool { get }

    /// What a run must reach, fixed before it.
    ///
    /// At the small scale these are properties and exact results alone, which no seed and no machine changes.
    func thresholds(at scale: StudyScale) -> [Threshold]

    /// Runs the experiment.
    ///
    /// - Parameters:
    ///   - seed: what all random numbers follow from; a study of several seeds takes this one and those after it.
    ///   - conditions: where texts and tokenizers lie, who watches, and how to stop.
    /// - Throws: `LocatedError` when a text is missing, with how to fetch it; `CancelledError` when stopped.
    func run(scale: StudyScale, seed: UInt64, conditions: StudyConditions) throws -> StudyResult
}

extension Study {
    /// The paper.
    public var paper: Paper { PublishedSystem.named(name)?.paper ?? Paper(title: name, arXiv: "") }
}

/// A publication.
public struct Paper: Hashable, Sendable {
    /// Its title.
    public let title: String
    /// Its number at arXiv, such as `2403.00417`; empty: it has none.
    public let arXiv: String

    /// Names a publication.
    public init(title: String, arXiv: String) {
        self.title = title
        self.arXiv = arXiv
    }
}

/// How much of an experiment is run.
public enum StudyScale: String, Hashable, Sendable, CaseIterable {
    /// Five seconds at most, with nothing fetched: properties and exactness.
    case small
    /// The experiment.
    case full
}
