internal import TesseraFiles

/// The inputs that are kept in the repository.
package enum FuzzCorpus {
    /// The inputs of `target` below `folder`, by name and in the order of the names.
    ///
    /// A file is an input of one part, called as the target's files are, or of several with a line `=== NAME` in front
    /// of each.
    package static func inputs(
        of target: FuzzTarget, in folder: String
    ) -> [(name: String, input: FuzzInput)] {
        FileSystem.names(in: "\(folder)/\(target.name)").compactMap { name in
            guard let bytes = FuzzFolder.read("\(folder)/\(target.name)/\(name)"), !name.hasPrefix(".") else {
                return nil
            }
            return (name, FuzzInput(bundle: bytes, name: target.fileName))
        }
    }
}
