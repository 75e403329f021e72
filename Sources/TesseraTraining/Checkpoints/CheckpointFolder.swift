internal import TesseraCore
internal import TesseraFiles
internal import TesseraTensor

/// The checkpoints of a run: a folder `step-N` for each, with `model.safetensors`, `optimizer.safetensors` and
/// `state.json`.
///
/// A folder appears under its name when it is complete, and older ones go only then: when the disk is full, the last good
/// one stays. There is no random state beside the seed: everything random is a function of it and the step.
struct CheckpointFolder {
    let path: String

    private static let prefix = "step-"
    private static let partialPrefix = ".partial-"

    /// The steps that there are checkpoints of, ascending.
    var steps: [Int] {
        FileSystem.names(in: path).compactMap { name in
            name.hasPrefix(Self.prefix) ? Int(name.dropFirst(Self.prefix.count)) : nil
        }.sorted()
    }

    private func folder(_ step: Int) -> String { "\(path)/\(Self.prefix)\(step)" }

    /// Writes a checkpoint and removes all but the last `kept`.
    ///
    /// - Returns: its folder.
    /// - Throws: `LocatedError` when the disk is full or fails; what was there before is there still.
    func write(
        _ checkpoint: Checkpoint, parameters: [Parameter], optimizer: [Parameter], keeping kept: Int
    ) throws(LocatedError) -> String {
        try FileSystem.createFolder(path)
        removePartial()
        let partial = "\(path)/\(Self.partialPrefix)\(checkpoint.step)"
        do throws(LocatedError) {
            try FileSystem.createFolder(partial)
            try writeSafetensors(parameters, to: "\(partial)/model.safetensors")
            try writeSafetensors(optimizer, to: "\(partial)/optimizer.safetensors")
            try writeAtomically(checkpoint.text, to: "\(partial)/state.json")
            try FileSystem.exchange(partial, with: folder(checkpoint.step))
        } catch {
            FileSystem.remove(partial)
            throw error
        }
        for step in steps.dropLast(kept) { FileSystem.remove(folder(step)) }
        return folder(checkpoint.step)
    }

    /// What the last checkpoint says; nil when there is none.
    ///
    /// - Throws: `LocatedError` naming a field of it that is missing or impossible.
    func last() throws(LocatedError) -> Checkpoint? {
        guard let step = steps.last else { return nil }
        let path = "\(folder(step))/state.json"
        let checkpoint = try Checkpoint(contentsOf: path)
        guard checkpoint.step == step else {
            throw LocatedError(
                file: path, field: "step", problem: "is \(checkpoint.step) in the folder of step \(step)",
                remedy: "give the folder back its name, or remove it and resume")
        }
        return checkpoint
    }

    /// Reads the tensors of the checkpoint of a step, in place.
    ///
    /// - Throws: `LocatedError` naming the file and the tensor that is missing or of another shape.
    func read(
        step: Int, parameters: [Parameter], optimizer: [Parameter]
    ) throws(LocatedError) {
        try readParameters(parameters, from: SafetensorsFile(path: "\(folder(step))/model.safetensors"))
        try readParameters(optimizer, from: SafetensorsFile(path: "\(folder(step))/optimizer.safetensors"))
    }

    /// Removes what a process left that was killed while it wrote.
    private func removePartial() {
        for name in FileSystem.names(in: path) where name.hasPrefix(Self.partialPrefix) {
            FileSystem.remove("\(path)/\(name)")
        }
    }
}
