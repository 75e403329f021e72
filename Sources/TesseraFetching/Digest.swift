package import TesseraCore
internal import TesseraFiles

/// The SHA-256 of the file at `path`, in lower-case hexadecimal digits, computed by Python's `hashlib`.
///
/// Fetching needs Python in any case. A hash of our own process would come from swift-crypto, which on Linux compiles
/// all of BoringSSL: more than half of a cold build, to hash one file once.
///
/// - Parameters:
///   - folder: where Python's answer and its errors are put; it must exist.
/// - Throws: `LocatedError` when the file cannot be read or Python cannot be run, `CancelledError` when cancelled.
package func sha256(
    ofFile path: String, in folder: String, python: String = "python3",
    cancellation: Cancellation = Cancellation()
) throws -> String {
    // Opened here for the errors that a missing or unreadable file gives everywhere else.
    _ = try MappedFile(path: path)
    let answer = "\(folder)/digest"
    let script = """
        from hashlib import sha256
        from sys import argv, exit
        digest = sha256()
        try:
            with open(argv[1], "rb") as file:
                while True:
                    piece = file.read(1 << 20)
                    if not piece: break
                    digest.update(piece)
            with open(argv[2], "w") as file:
                file.write(digest.hexdigest())
        except OSError as error:
            exit(str(error.strerror))
        """
    let child = ChildProcess(
        program: python, arguments: ["-I", "-c", script, path, answer], errorPath: "\(folder)/digest.log")
    switch try child.run(cancellation: cancellation) {
    case .exited(0):
        return String(decoding: try MappedFile(path: answer).copy(), as: UTF8.self)
    case .notFound:
        throw LocatedError.noPython(python)
    default:
        if child.errors.contains("No space left") { throw SystemFailure.diskFull.writing(answer) }
        throw LocatedError(
            file: path, field: "SHA-256", problem: "could not be computed: \(child.lastErrors)",
            remedy: "check that \(python) runs and try again")
    }
}

extension LocatedError {
    /// There is no Python to run.
    static func noPython(_ python: String) -> LocatedError {
        LocatedError(
            field: python,
            problem: "is not installed, and packages are fetched, checked and unpacked with it",
            remedy: "install Python 3 with pip")
    }
}
