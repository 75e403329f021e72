internal import Glibc

/// The folder in which inputs lie as files while they are tried.
package final class FuzzFolder: Sendable {
    /// The folder.
    package let path: String

    /// Called when an input has been read and before anything is done with what it held.
    private let onLoaded: @Sendable () -> Void

    /// Makes a new folder in memory where there is such a place.
    package init(onLoaded: @escaping @Sendable () -> Void = {}) throws {
        let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(base)/tessera-fuzz-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw FuzzFailure("no folder can be made in \(base)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.onLoaded = onLoaded
    }

    deinit { Self.remove(path) }

    /// Says that the input has been read.
    func markLoaded() { onLoaded() }

    /// The path of `name` inside the folder.
    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Puts the files of `input` in place of what is there.
    ///
    /// `@FOLDER@` in a file called counting.json stands for the folder.
    func fill(with input: FuzzInput) throws {
        Self.empty(path)
        for part in input.parts {
            var bytes = part.bytes
            if part.name == "counting.json" {
                let text = String(decoding: bytes, as: UTF8.self)
                bytes = Array(
                    text.split(separator: "@FOLDER@", omittingEmptySubsequences: false).joined(
                        separator: path
                    ).utf8)
            }
            try Self.write(bytes, to: self.path(part.name))
        }
    }

    /// Writes a file.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw FuzzFailure("\(path) cannot be written") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw FuzzFailure("\(path) cannot be written")
        }
    }

    /// The bytes of a file; nil when it cannot be read.
    package static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// The names in a folder, sorted.
    package static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func empty(_ path: String) {
        for name in names(in: path) { remove("\(path)/\(name)") }
    }

    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        empty(path)
        rmdir(path)
    }
}
