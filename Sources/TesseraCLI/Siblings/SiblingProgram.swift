internal import TesseraCore
internal import TesseraFiles

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Another program of this project, installed beside the one that runs.
///
/// Verbs that need large libraries live in programs of their own, so that the others start in milliseconds.
struct SiblingProgram {
    /// Its file name.
    let name: String

    /// The command that builds it.
    let installation: String

    /// Whether it is given the words of the verb as its first arguments, as a program of several verbs is.
    let readsVerb: Bool

    /// The program that serves.
    static let server = SiblingProgram(
        name: "tessera-server", installation: "make server", readsVerb: false)

    /// The program that trains and studies, on libtorch.
    static let lab = SiblingProgram(name: "tessera-lab", installation: "make lab", readsVerb: true)

    /// Becomes that program: same process, so that signals, exit status and streams pass through.
    ///
    /// - Throws: `LocatedError` naming the command that installs it when it is not there; never returns otherwise.
    func replaceProcess(with arguments: [String]) throws(LocatedError) {
        let path = FileSystem.folder(of: try ownPath()) + "/" + name
        guard case .file? = FileSystem.kind(of: path) else {
            throw LocatedError(
                file: path, problem: "is not installed beside this program", remedy: "run: \(installation)")
        }
        var pointers: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        pointers.append(nil)
        execv(path, pointers)
        throw LocatedError(
            file: path, problem: "cannot be started: \(String(cString: strerror(errno)))",
            remedy: "run: \(installation)")
    }

    /// The file that this process runs, with links resolved.
    private func ownPath() throws(LocatedError) -> String {
        #if canImport(Darwin)
        var size = UInt32(PATH_MAX)
        var buffer = [CChar](repeating: 0, count: Int(size))
        let named = _NSGetExecutablePath(&buffer, &size) == 0 ? String(cString: buffer) : ""
        #else
        let named = "/proc/self/exe"
        #endif
        guard let resolved = realpath(named, nil) else {
            throw LocatedError(
                file: named, problem: "the path of this program cannot be found",
                remedy: "start \(name) itself")
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
