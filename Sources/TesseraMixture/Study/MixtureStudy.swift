public import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The experiment of data mixture inference: tokenizers are trained on mixtures that are known, and the shares are found
/// again from their merges and other text of the same categories.
///
/// The lines of each text are dealt into two halves, one to train on and one to infer with. A mixture's shares are drawn
/// from the flat Dirichlet distribution; each category gives as many lines of its first half, drawn without replacement,
/// as its share asks for or as it has. What counts as true are the shares of pairs in the lines drawn.
public struct MixtureStudy: Sendable {
    /// What is run.
    public struct Settings: Sendable {
        /// The merges that are learned and used.
        public var merges = 1000
        /// About how many bytes a mixture has.
        public var mixtureBytes = 1_500_000
        /// A mixture is drawn with each.
        public var seeds: [UInt64] = [101, 102, 103, 104, 105]
        /// The share of one category that is hidden from the inference, in mixtures of their own; 0: none is.
        public var hiddenShare = 0.1
        /// The threads for reading and replaying.
        public var threads = availableCores()

        /// The run of the specification.
        public init() {}
    }

    /// A way to guess the shares.
    public enum Method: String, Hashable, Sendable, CaseIterable {
        /// This system.
        case inference = "inference"
        /// The share of tokens that are most frequent in the category's text.
        case vocabularyShare = "vocabulary share"
        /// Bytes for each token of the category's text, over the sum.
        case encodingEfficiency = "encoding efficiency"
        /// The same for all.
        case uniform = "uniform"
    }

    /// A mixture, and what was found of it.
    public struct Row: Sendable {
        /// What it was drawn with.
        public let seed: UInt64
        /// The bytes of the mixture.
        public let byteCount: Int
        /// The true share of each category.
        public let truth: [Double]
        /// What each method says.
        public let shares: [Method: [Double]]
        /// By how much merges and samples contradict each other.
        public let objective: Double
        /// How often constraints were searched for, and how many there were.
        public let roundCount: Int
        public let constraintCount: Int
        /// Whether the optimum is the only one.
        public let isUnique: Bool
        /// How long the inference took, reading and replaying included, in seconds.
        public let seconds: Double

        /// The logarithm to the base of ten of the mean squared error.
        public func logError(_ method: Method) -> Double {
            let squares = zip(shares[method] ?? [], truth).map { ($0 - $1) * ($0 - $1) }
            return log10(max(squares.reduce(0, +) / Double(max(squares.count, 1)), 1e-300))
        }

        /// The largest error of a share.
        public var largestError: Double {
            zip(shares[.inference] ?? [], truth).map { ($0 - $1).magnitude }.max() ?? 0
        }
    }

    /// A mixture one of whose categories the inference knows nothing of.
    public struct HiddenRow: Sendable {
        /// What it was drawn with.
        public let seed: UInt64
        /// The category that is hidden.
        public let hidden: Int
        /// Its true share.
        public let hiddenShare: Double
        /// The true shares of the others, over their sum; zero for the one that is hidden.
        public let truth: [Double]
        /// What is inferred; zero for the one that is hidden.
        public let shares: [Double]
        /// The part of merges that no sample has.
        public let unseenShare: Double
        /// The logarithm to the base of ten of the mean squared error over the others.
        public let logError: Double
    }

    /// The names of the categories.
    public let categories: [String]
    /// The mixtures.
    public private(set) var rows: [Row] = []
    /// The mixtures with a category hidden.
    public private(set) var hiddenRows: [HiddenRow] = []

    /// Runs the experiment.
    ///
    /// - Parameter texts: the lines of each category.
    /// - Throws: `LocatedError` when there are fewer than two categories or one has too little text; `CancelledError`.
    public static func run(
        on texts: [(name: String, lines: [String])], settings: Settings = Settings(),
        progress: Progress = .ignored,
        cancellation: Cancellation = Cancellation()
    ) throws -> MixtureStudy {
        let bench = try MixtureBench(texts, settings)
        var study = MixtureStudy(categories: texts.map(\.name))
        for (index, seed) in settings.seeds.enumerated() {
            progress.report("mixtures", index, of: settings.seeds.count, unit: "mixtures")
            study.rows.append(try bench.row(seed, cancellation))
            guard settings.hiddenShare > 0, texts.count > 2 else { continue }
            study.hiddenRows.append(
                try bench.hiddenRow(seed, hiding: index % texts.count, cancellation))
        }
        return study
    }

    private init(categories: [String]) { self.categories = categories }

    /// The mean over mixtures of the logarithm of a method's error.
    public func meanLogError(_ method: Method) -> Double {
        rows.isEmpty ? 0 : rows.map { $0.logError(method) }.reduce(0, +) / Double(rows.count)
    }
}
