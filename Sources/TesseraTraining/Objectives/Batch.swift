public import TesseraCore
public import TesseraTensor

/// What an objective looks at in one go: tensors by name.
///
/// A new objective adds names of its own; what moves batches about does not know them.
public struct Batch: Sendable {
    /// What a tensor is to the objective.
    public struct Name: Hashable, Sendable, ExpressibleByStringLiteral {
        /// The name in errors.
        public let text: String

        /// Makes a name.
        public init(stringLiteral text: String) { self.text = text }

        /// Ids that the network reads, `[batch, time]` int64.
        public static let tokens: Name = "tokens"

        /// Ids that it should predict at the same places, `[batch, time]` int64; `ignoredTarget` where none counts.
        public static let targets: Name = "targets"
    }

    private var tensors: [Name: Tensor]

    /// Creates a batch.
    public init(_ tensors: [Name: Tensor]) { self.tensors = tensors }

    /// The tensor of that name.
    ///
    /// - Throws: `LocatedError` when the batch has none.
    public subscript(name: Name) -> Tensor {
        get throws(LocatedError) {
            guard let tensor = tensors[name] else {
                throw LocatedError(
                    field: "batch", problem: "has no \(name.text)",
                    remedy: "use an objective that goes with the source of the batches")
            }
            return tensor
        }
    }
}

extension Batch {
    /// Windows of text: all but the last token of each are read, all but the first are to be predicted.
    ///
    /// - Parameters:
    ///   - windows: of one length, at least 2.
    ///   - counted: for each token of each window whether predicting it counts; all when left out. With the answers of
    ///     questions alone, the loss is that of answers.
    ///   - device: where the tensors are put.
    /// - Throws: `LocatedError` for windows of several lengths or too short ones.
    public init(
        windows: [[TokenID]], counted: [[Bool]]? = nil, device: Device = .cpu
    ) throws(LocatedError) {
        let length = windows.first?.count ?? 0
        guard length >= 2, windows.allSatisfy({ $0.count == length }),
            counted?.map(\.count) ?? windows.map(\.count) == windows.map(\.count)
        else {
            throw LocatedError(
                field: "windows", problem: "are not all of one length of 2 or more",
                remedy: "cut or fill them to one length")
        }
        let shape = [windows.count, length - 1]
        var targets: [Int] = []
        targets.reserveCapacity(windows.count * (length - 1))
        for (row, window) in windows.enumerated() {
            for place in 1..<length {
                let counts = counted.map { $0[row][place] } ?? true
                targets.append(counts ? Int(window[place]) : ignoredTarget)
            }
        }
        self.init([
            .tokens: try Tensor(windows.flatMap { $0.dropLast() }, shape: shape, device: device),
            .targets: try Tensor(targets, shape: shape, device: device),
        ])
    }
}
