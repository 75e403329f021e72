import Foundation

/// What `swift package dump-package` says about the targets.
struct Manifest: Decodable {
    struct Target: Decodable {
        let name: String
        let type: String
        let dependencies: [Dependency]
    }

    /// `{"byName": ["TesseraCore", null]}` or `{"product": ["ArgumentParser", "swift-argument-parser", null, null]}`.
    struct Dependency: Decodable {
        let name: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let kinds = try container.decode([String: [Part]].self)
            guard case .name(let name)? = kinds.values.first?.first else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "no name in \(kinds)")
            }
            self.name = name
        }
    }

    /// One element of a dependency's list: only the first, its name, matters here.
    enum Part: Decodable {
        case name(String)
        case other

        init(from decoder: any Decoder) throws {
            self = (try? decoder.singleValueContainer().decode(String.self)).map(Part.name) ?? .other
        }
    }

    let targets: [Target]

    /// Reads the manifest of the package at `root`, with the lab side, whether or not it is built here.
    ///
    /// The scratch path is its own: SwiftPM would otherwise wait for the lock of the build that runs this test.
    static func read(at root: URL) throws -> Manifest {
        let scratch = FileManager.default.temporaryDirectory
            .appendingPathComponent("tessera-manifest-\(ProcessInfo.processInfo.processIdentifier)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "swift", "package", "--package-path", root.path, "--scratch-path", scratch.path,
            "--manifest-cache", "none", "dump-package",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(["TESSERA_LAB": "1"]) { $1 }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode(Manifest.self, from: data)
    }
}

/// What the manifest allows that the rows forbid.
func objections(to manifest: Manifest) -> [String] {
    manifest.targets.filter { $0.type != "test" && !testTools.contains($0.name) }.flatMap { target in
        guard let room = rooms.first(where: { $0.name == target.name }) else {
            return ["\(target.name) stands in no row: add it to Tests/ArchitectureTests/Rows.swift"]
        }
        return target.dependencies.compactMap { objection(from: room, toModule: $0.name) }
    }
}

/// What a source file of `target` imports that the rows forbid or the manifest does not declare.
func objections(toImportsOf source: String, path: String, target: String, manifest: Manifest) -> [String] {
    guard let room = rooms.first(where: { $0.name == target }) else {
        return ["\(path): \(target) stands in no row"]
    }
    let declared = Set(manifest.targets.first { $0.name == target }?.dependencies.map(\.name) ?? [])
    return importedModules(in: source).compactMap { line, module in
        if let objection = objection(from: room, toModule: module) { return "\(path):\(line): \(objection)" }
        if toolchainModules.contains(module) || declared.contains(module) { return nil }
        return "\(path):\(line): \(target) imports \(module) without declaring it in Package.swift"
    }
}
