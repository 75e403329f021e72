public import TesseraCore
public import TesseraFiles

/// The folder of a training: what comes out in the folder itself, and all that belongs to the run in `training`.
public struct RunFolder: Hashable, Sendable {
    /// The folder, where the trained model will be.
    public let path: String

    /// What the run follows from, as JSON; the mark that tells a run of ours from other folders.
    public var configuration: String { "\(path)/training/run.json" }
    /// The encoded corpus.
    public var tokens: String { "\(path)/training/tokens" }
    /// The checkpoints.
    public var checkpoints: String { "\(path)/training/checkpoints" }
    /// A line of JSON for each step and measurement.
    public var metrics: String { "\(path)/training/metrics.jsonl" }
    /// The loss over steps, as a picture.
    public var chart: String { "\(path)/training/loss.svg" }

    /// The files that a finished run leaves in the folder itself.
    private static let results = [
        "config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
        "tokenizer_config.json",
    ]

    /// Names the folder of a run.
    public init(_ path: String) {
        self.path = path.utf8.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// Whether something is there.
    public var exists: Bool { FileSystem.kind(of: path) != nil }

    /// Whether a run of ours is there.
    public var isRun: Bool { (try? JSONField(contentsOf: configuration)["tessera"].integer()) != nil }

    /// Whether a run is there that has a checkpoint to go on from.
    public var hasCheckpoint: Bool { isRun && !CheckpointFolder(path: checkpoints).steps.isEmpty }

    /// Begins a run, and writes down what it follows from.
    ///
    /// A folder that is not there is made, and one without files is taken. A run that has come to no checkpoint is begun
    /// anew, and any other run of ours if `replaces`: what the earlier one wrote is removed, and nothing else.
    ///
    /// - Throws: `LocatedError` when the folder is in other use, or cannot be written.
    public func begin(_ run: JSONValue, replaces: Bool) throws(LocatedError) {
        guard !path.isEmpty else {
            throw LocatedError(field: "output", problem: "is empty", remedy: "name a folder")
        }
        switch FileSystem.kind(of: path) {
        case nil: break
        case .folder?:
            if isRun {
                guard replaces || !hasCheckpoint else {
                    throw LocatedError(
                        file: path, problem: "holds a run already",
                        remedy:
                            "go on with it (--resume), begin it anew (--overwrite), or name another folder")
                }
                clear()
            } else if try !FileSystem.list(path).isEmpty {
                throw LocatedError(
                    file: path, problem: "is a folder with files that are no run of this program",
                    remedy: "name a new folder")
            }
        default:
            throw LocatedError(file: path, problem: "is not a folder", remedy: "name a new folder")
        }
        try FileSystem.createFolder("\(path)/training")
        let mark: JSONValue = ["tessera": 1, "run": run]
        try writeAtomically(mark.serialized(pretty: true) + "\n", to: configuration)
    }

    /// Takes back a run that came to nothing.
    ///
    /// - Parameter keepsFolder: whether the folder stays, since it was there before.
    public func discard(keepsFolder: Bool) {
        clear()
        for folder in ["\(path)/training"] + (keepsFolder ? [] : [path])
        where (try? FileSystem.list(folder).isEmpty) == true {
            FileSystem.remove(folder)
        }
    }

    private func clear() {
        for file in [configuration, tokens, checkpoints, metrics, chart] { FileSystem.remove(file) }
        for name in Self.results { FileSystem.remove("\(path)/\(name)") }
    }

    /// What the run follows from.
    ///
    /// - Throws: `LocatedError` when there is no run that can be gone on with.
    public func configurationToResume() throws(LocatedError) -> JSONField {
        guard isRun else {
            throw LocatedError(
                file: path, problem: "holds no run of this program", remedy: "start it without --resume")
        }
        guard hasCheckpoint else {
            throw LocatedError(
                file: path, problem: "its run has no checkpoint yet",
                remedy: "start it again without --resume")
        }
        return try JSONField(contentsOf: configuration)["run"]
    }
}
