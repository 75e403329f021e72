internal import Glibc
internal import TesseraFiles

/// The folder in which inputs lie as files while they are tried.
package final class FuzzFolder: Sendable {
    /// The folder.
    package let path: String

    /// Called when an input has been read and before anything is done with what it held.
    private let onLoaded: @Sendable () -> Void

    /// Makes a new folder in memory where there is such a place.
    package init(onLoaded: @escaping @Sendable () -> Void = {}) throws {
        let base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        path = try FileSystem.createTemporaryFolder(in: base, prefix: "tessera-fuzz-")
        self.onLoaded = onLoaded
    }

    deinit { FileSystem.remove(path) }

    /// Says that the input has been read.
    func markLoaded() { onLoaded() }

    /// The path of `name` inside the folder.
    func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Puts the files of `input` in place of what is there.
    ///
    /// `@FOLDER@` in a file called counting.json stands for the folder.
    func fill(with input: FuzzInput) throws {
        for name in FileSystem.names(in: path) { FileSystem.remove(self.path(name)) }
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
}
