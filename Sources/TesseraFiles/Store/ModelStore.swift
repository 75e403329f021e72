public import TesseraCore

/// The folder of fetched models in the user's cache: `tessera/models/<name>/`.
///
/// A model is there once its stamp is, which is written after its bytes were verified; later runs read the stamp
/// and need not hash the file again.
public struct ModelStore: Sendable {
    /// The folder that holds a folder for each model.
    public let folder: String

    /// The short name of the model that commands use when none is named.
    public static let defaultModel = "smollm2"

    static let stampName = "model.json"

    /// The store in `folder`, which need not exist yet.
    public init(folder: String) {
        self.folder = folder
    }

    /// The user's store: below `XDG_CACHE_HOME` when that is an absolute path, else `~/Library/Caches` on macOS and
    /// `~/.cache` elsewhere.
    ///
    /// - Throws: `LocatedError` when neither variable is set.
    public init() throws(LocatedError) {
        if let cache = FileSystem.environment("XDG_CACHE_HOME"), cache.utf8.first == UInt8(ascii: "/") {
            folder = "\(cache)/tessera/models"
            return
        }
        guard let home = FileSystem.environment("HOME") else {
            throw LocatedError(
                field: "HOME", problem: "the variable is not set, so there is no cache folder",
                remedy: "set HOME or XDG_CACHE_HOME")
        }
        #if os(macOS)
        folder = "\(home)/Library/Caches/tessera/models"
        #else
        folder = "\(home)/.cache/tessera/models"
        #endif
    }

    /// Finds a model by its path or short name.
    ///
    /// - Parameter nameOrPath: a GGUF file, a folder with `config.json`, a folder with one GGUF file, or the short name
    ///   of a fetched model. A path that leads to a model wins over a short name.
    /// - Throws: `LocatedError` saying what was found instead and how to fetch a model.
    public func resolve(_ nameOrPath: String) throws(LocatedError) -> ModelLocation {
        let found = FileSystem.kind(of: nameOrPath)
        switch found {
        case .file?:
            if Self.isGGUF(nameOrPath) { return .gguf(path: nameOrPath) }
        case .folder?:
            if case .file? = FileSystem.kind(of: "\(nameOrPath)/config.json") {
                return .folder(path: nameOrPath)
            }
            let files = FileSystem.names(in: nameOrPath).filter { Self.hasSuffix($0, ".gguf") }
            if files.count == 1 { return .gguf(path: "\(nameOrPath)/\(files[0])") }
        case .other?, nil: break
        }
        if let path = try path(ofModel: nameOrPath) { return .gguf(path: path) }

        switch found {
        case .file?:
            _ = try MappedFile(path: nameOrPath)  // says why when it is empty or may not be read
            throw LocatedError(
                file: nameOrPath, problem: "is not a GGUF model",
                remedy: "name a .gguf file or the folder that holds config.json")
        case .folder?:
            throw LocatedError(
                file: nameOrPath, problem: "holds neither config.json nor exactly one .gguf file",
                remedy: "name a .gguf file or a model folder")
        case .other?:
            throw LocatedError(
                file: nameOrPath, problem: "is not a regular file",
                remedy: "name a .gguf file or a model folder")
        case nil:
            throw LocatedError(
                file: nameOrPath, problem: "no such file, folder or fetched model",
                remedy:
                    "check the path, or fetch the default model with: tessera model fetch \(Self.defaultModel)"
            )
        }
    }

    /// The short names of the fetched models, sorted.
    public var names: [String] {
        FileSystem.names(in: folder).filter { FileSystem.kind(of: stampPath($0)) != nil }
    }

    /// The file of the fetched model `name`; nil when it has not been fetched.
    ///
    /// - Throws: `LocatedError` when its stamp is damaged, or its file is gone or has another size.
    public func path(ofModel name: String) throws(LocatedError) -> String? {
        guard let model = try model(named: name) else { return nil }
        let path = path(of: model)
        guard FileSystem.kind(of: path) == .file(size: model.byteCount) else {
            throw LocatedError(
                file: path, problem: "is missing or not \(model.byteCount) bytes long any more",
                remedy: "fetch it again with: tessera model fetch \(name)")
        }
        return path
    }
}

// MARK: Stamps

extension ModelStore {
    /// The folder of model `name`.
    package func folder(ofModel name: String) -> String { "\(folder)/\(name)" }

    /// The file of `model`, whether it is there or not.
    package func path(of model: StoredModel) -> String { "\(folder(ofModel: model.name))/\(model.file)" }

    /// What the stamp of `name` says; nil when there is none.
    package func model(named name: String) throws(LocatedError) -> StoredModel? {
        guard Self.isShortName(name), FileSystem.kind(of: stampPath(name)) != nil else { return nil }
        do throws(LocatedError) {
            let stamp = try JSONField(contentsOf: stampPath(name))
            let model = try StoredModel(stamp)
            guard model.name.hasSameBytes(as: name) else {
                throw stamp["name"].error("\"\(model.name)\" is not the name of its folder")
            }
            return model
        } catch {
            var error = error
            error.remedy = "fetch it again with: tessera model fetch \(name)"
            throw error
        }
    }

    /// Says that the file of `model` is there and verified.
    package func stamp(_ model: StoredModel) throws(LocatedError) {
        try writeAtomically(model.stampText, to: stampPath(model.name))
    }

    /// Takes the stamp of `name` away.
    package func removeStamp(_ name: String) {
        FileSystem.remove(stampPath(name))
    }

    private func stampPath(_ name: String) -> String { "\(folder(ofModel: name))/\(Self.stampName)" }

    /// Whether `name` could be a short name: letters, digits, `-`, `_` and inner dots, so never a path.
    package static func isShortName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 64, first != UInt8(ascii: ".") else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
    }

    private static func isGGUF(_ path: String) -> Bool {
        if hasSuffix(path, ".gguf") { return true }
        guard let file = try? MappedFile(path: path) else { return false }
        return withExtendedLifetime(file) { file.bytes.starts(with: "GGUF".utf8) }
    }

    private static func hasSuffix(_ path: String, _ suffix: String) -> Bool {
        path.lowercased().utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
}
