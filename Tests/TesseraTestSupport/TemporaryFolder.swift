public import TesseraCore
internal import TesseraFiles

/// A new empty folder that is removed, with all that is in it, when the last reference to it goes.
public final class TemporaryFolder: Sendable {
    /// The folder.
    public let path: String

    /// Makes a folder in the system's folder for temporary files.
    ///
    /// - Throws: `LocatedError` when that cannot be written.
    public init() throws(LocatedError) {
        let base = FileSystem.environment("TMPDIR") ?? "/tmp"
        path = try FileSystem.createTemporaryFolder(in: base, prefix: "tessera-test-")
    }

    deinit {
        FileSystem.remove(path)
    }

    /// The path of `name` inside the folder.
    public func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file into the folder, making folders on the way, and gives its path.
    @discardableResult
    public func write(_ bytes: [UInt8], to name: String) throws(LocatedError) -> String {
        let target = path(name)
        try FileSystem.createFolder(FileSystem.folder(of: target))
        try writeAtomically(bytes, to: target)
        return target
    }

    /// Writes a text file into the folder and gives its path.
    @discardableResult
    public func write(_ text: String, to name: String) throws(LocatedError) -> String {
        try write(Array(text.utf8), to: name)
    }

    /// The names in the folder, sorted.
    public var names: [String] { FileSystem.names(in: path) }
}
