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
        except OSError as error:
            exit("cannot be read: " + str(error.strerror))
        with open(argv[2], "w") as file:
            file.write(digest.hexdigest())
        """
    let child = ChildProcess(
        program: python, arguments: ["-I", "-c", script, path, answer], errorPath: "\(folder)/digest.log")
    guard try child.run(cancellation: cancellation) == .exited(0) else {
        let words = child.lastErrors
        throw LocatedError(
            file: path, field: "SHA-256", problem: words.isEmpty ? "\(python) could not compute it" : words,
            remedy: "install Python 3, which checks what is fetched")
    }
    let file = try MappedFile(path: answer)
    return String(decoding: file.bytes, as: UTF8.self)
}
