public import TesseraCore
internal import TesseraFiles

/// One line of the lock file: a file from outside, with its size and its SHA-256.
public struct Pin: Hashable, Sendable {
    /// Who wants the file.
    public var group: String
    /// The requirement that installs it; for a member of a package, `short-name@requirement`.
    public var name: String
    /// The file's name, or its path inside a package.
    public var file: String
    /// Its size in bytes.
    public var byteCount: Int
    /// Its SHA-256, in lower-case hexadecimal digits.
    public var sha256: String
    /// Its SPDX licence identifier.
    public var licence: String
}

/// The lock file `Pins/pins.lock`, whose first lines explain its columns.
public struct Pins: Sendable {
    /// The pins, in the order of the file.
    public let pins: [Pin]

    /// Reads the lock file that this program was built with.
    ///
    /// - Throws: `LocatedError` naming the line when it is not well formed.
    public init() throws(LocatedError) {
        try self.init(parsing: String(decoding: PackageResources.pins_lock, as: UTF8.self), file: "pins.lock")
    }

    /// Reads a lock file's text.
    ///
    /// - Throws: `LocatedError` naming the line when it is not well formed.
    public init(parsing text: String, file: String) throws(LocatedError) {
        var pins: [Pin] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let columns = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
            guard let first = columns.first, !first.utf8.starts(with: "#".utf8) else { continue }
            guard columns.count == 6, let byteCount = Int(columns[3]), byteCount > 0,
                Self.isSHA256(columns[4])
            else {
                throw LocatedError(
                    file: file, field: "line \(index + 1)",
                    problem: "is not: group name==version file bytes sha256 licence",
                    remedy: "correct the line")
            }
            pins.append(
                Pin(
                    group: first, name: columns[1], file: columns[2], byteCount: byteCount,
                    sha256: columns[4],
                    licence: columns[5]))
        }
        self.pins = pins
    }

    /// The models that can be fetched: each `member` line with the `model` line that it names.
    public var models: [FetchableModel] {
        pins.filter { $0.group == "member" }.compactMap { member in
            guard let at = member.name.firstIndex(of: "@") else { return nil }
            let requirement = String(member.name[member.name.index(after: at)...])
            guard let package = pins.first(where: { $0.group == "model" && $0.name == requirement }) else {
                return nil
            }
            return FetchableModel(name: String(member.name[..<at]), package: package, member: member)
        }
    }

    private static func isSHA256(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
            }
    }
}

/// A model that the lock file pins.
public struct FetchableModel: Hashable, Sendable {
    /// The short name that the user types.
    public var name: String
    /// The package that carries it.
    public var package: Pin
    /// The model's file inside the package.
    public var member: Pin

    /// What the store will say about it.
    var stored: StoredModel {
        StoredModel(
            name: name, file: FileSystem.name(of: member.file), byteCount: member.byteCount,
            sha256: member.sha256,
            licence: member.licence, source: package.name)
    }
}
