package import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A failed system call, kept as its error number until a path can be added.
package struct SystemFailure: Error {
    /// The value of `errno` right after the call.
    package let code: Int32

    /// Remembers the error of the system call that failed just now in this thread.
    package init() {
        code = errno
    }

    /// Wraps the error number `code`, as `posix_spawn` returns it.
    package init(code: Int32) {
        self.code = code
    }

    /// What the system calls the error, such as `Permission denied`.
    package var words: String { String(cString: strerror(code)) }

    /// The error of reading `path`.
    package func reading(_ path: String) -> LocatedError {
        switch code {
        case ENOENT, ENOTDIR:
            LocatedError(file: path, problem: "no such file or folder", remedy: "check the path")
        case EACCES, EPERM:
            LocatedError(file: path, problem: "may not be read", remedy: "check its permissions")
        case ENOMEM:
            LocatedError(
                file: path, problem: "the system refused the memory to map it",
                remedy: "raise the memory limit or use a smaller file")
        default:
            LocatedError(
                file: path, problem: "cannot be read: \(words)", remedy: "check the path and the disk")
        }
    }

    /// The error of writing `path`.
    package func writing(_ path: String) -> LocatedError {
        switch code {
        case ENOSPC, EDQUOT:
            LocatedError(file: path, problem: "the disk is full", remedy: "free some space and try again")
        case EFBIG:
            LocatedError(
                file: path, problem: "is larger than a file may be here",
                remedy: "raise the limit (ulimit -f) or write to another disk")
        case ENOENT, ENOTDIR:
            LocatedError(file: path, problem: "its folder does not exist", remedy: "create the folder first")
        case EACCES, EPERM, EROFS:
            LocatedError(
                file: path, problem: "may not be written: \(words)",
                remedy: "check the permissions of its folder or write elsewhere")
        case EISDIR, ENOTEMPTY, EEXIST:
            LocatedError(file: path, problem: "a folder is in its place", remedy: "choose another name")
        default:
            LocatedError(
                file: path, problem: "cannot be written: \(words)", remedy: "check the path and the disk")
        }
    }
}

extension SystemFailure {
    /// The failure of writing to a full disk.
    package static var diskFull: SystemFailure { SystemFailure(code: ENOSPC) }
}
