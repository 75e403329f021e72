package import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Questions about paths, and the few changes that the stores make.
package enum FileSystem {
    /// What is at a path.
    package enum Kind: Hashable, Sendable {
        /// A regular file of so many bytes.
        case file(size: Int)
        /// A folder.
        case folder
        /// A device, pipe or socket.
        case other
    }

    /// What is at `path`, links followed; nil when nothing is, or it may not be looked at.
    package static func kind(of path: String) -> Kind? {
        var status = stat()
        guard !path.utf8.contains(0), stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file(size: Int(status.st_size))
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    /// The names in the folder at `path`, sorted by bytes, without `.` and `..`; none when it cannot be read.
    package static func names(in path: String) -> [String] { (try? list(path)) ?? [] }

    /// The names in the folder at `path`, sorted by bytes, without `.` and `..`.
    ///
    /// - Throws: `LocatedError` when it cannot be read.
    package static func list(_ path: String) throws(LocatedError) -> [String] {
        guard let folder = opendir(path) else { throw SystemFailure().reading(path) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// What a file or folder is the same by, whatever link leads to it.
    package struct Identity: Hashable, Sendable {
        private let device: UInt64
        private let number: UInt64

        /// What is at `path`, links followed; nil when nothing is.
        package init?(of path: String) {
            var status = stat()
            guard !path.utf8.contains(0), stat(path, &status) == 0 else { return nil }
            device = UInt64(truncatingIfNeeded: status.st_dev)
            number = UInt64(truncatingIfNeeded: status.st_ino)
        }
    }

    /// Makes the folder at `path` and those above it; does nothing when it is there.
    package static func createFolder(_ path: String) throws(LocatedError) {
        if kind(of: path) == .folder { return }
        let parent = folder(of: path)
        if parent != path, kind(of: parent) == nil { try createFolder(parent) }
        if mkdir(path, 0o777) != 0 {
            let failure = SystemFailure()
            guard failure.code == EEXIST, kind(of: path) == .folder else { throw failure.writing(path) }
        }
    }

    /// Makes a new empty folder where temporary files of the system lie; see `createTemporaryFolder(in:prefix:)`.
    package static func createTemporaryFolder(prefix: String) throws(LocatedError) -> String {
        try createTemporaryFolder(in: environment("TMPDIR") ?? "/tmp", prefix: prefix)
    }

    /// Makes a new empty folder inside `folder`, only for this user, whose name begins with `prefix`.
    package static func createTemporaryFolder(in folder: String, prefix: String) throws(LocatedError)
        -> String
    {
        var template = Array("\(folder)/\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemFailure().writing(folder) }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Removes the file, or the folder with all that is in it, at `path`; what cannot be removed stays.
    package static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in names(in: path) { remove("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    /// Moves the file at `source` to `target` in one step, replacing a file there.
    package static func move(_ source: String, to target: String) throws(LocatedError) {
        guard rename(source, target) == 0 else { throw SystemFailure().writing(target) }
        synchronizeFolder(folder(of: target))
    }

    /// Puts the folder `new` in the place of what is at `path`, which goes to where `new` was.
    ///
    /// When the second of the two moves fails, what was there is moved back.
    package static func exchange(_ new: String, with path: String) throws(LocatedError) {
        let kind = kind(of: path)
        guard kind != nil else { return try move(new, to: path) }
        let aside = "\(new).replaced"
        try move(path, to: aside)
        do throws(LocatedError) {
            try move(new, to: path)
        } catch {
            try? move(aside, to: path)
            throw error
        }
        remove(aside)
    }

    /// The bytes of a file, or of all files in a folder.
    package static func byteCount(of path: String) -> Int {
        switch kind(of: path) {
        case .file(let size)?: size
        case .folder?: names(in: path).reduce(0) { $0 + byteCount(of: "\(path)/\($1)") }
        default: 0
        }
    }

    /// Asks the system to put the folder's list of names on the disk, so that a rename survives a power cut.
    package static func synchronizeFolder(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// The folder of `path`: all before its last slash.
    package static func folder(of path: String) -> String {
        var end = path.utf8.endIndex
        // Slashes at the end belong to the name before them.
        while end > path.utf8.startIndex, path.utf8[path.utf8.index(before: end)] == UInt8(ascii: "/") {
            end = path.utf8.index(before: end)
        }
        guard let slash = path.utf8[..<end].lastIndex(of: UInt8(ascii: "/")) else {
            return end == path.utf8.startIndex && !path.isEmpty ? "/" : "."
        }
        return slash == path.utf8.startIndex ? "/" : String(path[..<slash])
    }

    /// The name of `path` in its folder: all after its last slash.
    package static func name(of path: String) -> String {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
    }

    /// The value of an environment variable; nil when unset or empty.
    package static func environment(_ name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
        return value
    }
}
