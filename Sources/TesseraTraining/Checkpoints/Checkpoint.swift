internal import TesseraCore
internal import TesseraFiles

/// Where a training stood, beside its tensors: what `state.json` of a checkpoint says.
struct Checkpoint {
    /// The steps taken.
    var step: Int

    /// The last step after which was measured; 0 when none was.
    ///
    /// A training that was stopped while it measured does so when it goes on.
    var measuredStep: Int

    /// What it follows from; see `Difference`.
    var configuration: JSONValue
}

extension Checkpoint {
    private static let version = 1

    /// Reads `state.json`.
    ///
    /// - Throws: `LocatedError` naming the field that is missing or impossible.
    init(contentsOf path: String) throws(LocatedError) {
        let fields = try JSONField(contentsOf: path)
        let version = try fields["version"].integer()
        guard version == Self.version else {
            throw fields["version"].error(
                "is \(version), and this program writes \(Self.version)",
                remedy: "go on with the program that wrote it, or start anew")
        }
        step = try fields["step"].integer()
        measuredStep = try fields["measuredStep"].integer()
        configuration = fields["configuration"].value ?? .null
        guard step >= 0, (0...step).contains(measuredStep) else {
            throw fields["step"].error("is impossible", remedy: "remove this checkpoint and resume")
        }
    }

    /// The text of `state.json`.
    var text: String {
        let value: JSONValue = [
            "version": .integer(Self.version), "step": .integer(step),
            "measuredStep": .integer(measuredStep), "configuration": configuration,
        ]
        return value.serialized(pretty: true) + "\n"
    }
}
