package import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A file that grows at its end, part by part: what was appended is there when the process ends in any way.
package final class AppendedFile: Sendable {
    private let path: String
    private let descriptor: Int32

    /// Opens the file at `path`, or makes an empty one in a folder that exists.
    ///
    /// - Throws: `LocatedError` when it cannot be written.
    package init(path: String) throws(LocatedError) {
        let opened = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
        guard opened >= 0 else { throw SystemFailure().writing(path) }
        self.path = path
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Appends text as UTF-8.
    ///
    /// - Throws: `LocatedError` when the disk is full or fails; a part may then be there.
    package func append(_ text: String) throws(LocatedError) {
        var text = text
        let result: Result<Void, LocatedError> = text.withUTF8 { bytes in
            Result { () throws(LocatedError) in
                try writeAll(UnsafeRawBufferPointer(bytes), to: descriptor, path: path)
            }
        }
        try result.get()
    }
}
