public import TesseraCore
internal import TesseraFiles

/// The files that people mean when they name files and folders.
public enum CorpusFiles {
    /// The files at `paths`, in that order.
    ///
    /// A folder stands for the files in it and in its folders, in the order of their names' bytes, without those whose
    /// names begin with a dot. Links are followed; a folder that was met before is passed over, so that links in a circle
    /// end. `-` is standard input.
    ///
    /// - Throws: `LocatedError` naming what is not there, cannot be read or holds no files.
    public static func find(_ paths: [String]) throws(LocatedError) -> [String] {
        var files: [String] = []
        for path in paths {
            guard path != "-" else {
                files.append(path)
                continue
            }
            switch FileSystem.kind(of: path) {
            case nil: throw missing(path)
            case .folder?:
                var visited: Set<FileSystem.Identity> = []
                let before = files.count
                try walk(path, &visited, &files)
                guard files.count > before else {
                    throw LocatedError(
                        file: path, problem: "holds no files", remedy: "name a folder with text files")
                }
            default: files.append(path)
            }
        }
        return files
    }

    private static func walk(
        _ folder: String, _ visited: inout Set<FileSystem.Identity>, _ files: inout [String]
    ) throws(LocatedError) {
        guard let identity = FileSystem.Identity(of: folder), visited.insert(identity).inserted else {
            return
        }
        for name in try FileSystem.list(folder) where !name.hasPrefix(".") {
            let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
            switch FileSystem.kind(of: path) {
            case nil: throw missing(path)
            case .folder?: try walk(path, &visited, &files)
            case .file?: files.append(path)
            // Sockets and pipes hold no text.
            case .other?: break
            }
        }
    }

    private static func missing(_ path: String) -> LocatedError {
        LocatedError(
            file: path, problem: "there is no such file or folder, or it is a link to nothing",
            remedy: "check the path, or name the files one by one")
    }
}
