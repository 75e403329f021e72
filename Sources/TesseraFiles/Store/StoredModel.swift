internal import TesseraCore

/// What the store knows about a fetched model: the stamp beside the file, written once its bytes were verified.
package struct StoredModel: Hashable, Sendable {
    /// The short name.
    package var name: String
    /// The file's name in the model's folder.
    package var file: String
    /// The file's size in bytes.
    package var byteCount: Int
    /// Its SHA-256, in lower-case hexadecimal digits.
    package var sha256: String
    /// Its SPDX licence identifier.
    package var licence: String
    /// The package that carried it.
    package var source: String

    /// Describes a model.
    package init(name: String, file: String, byteCount: Int, sha256: String, licence: String, source: String)
    {
        self.name = name
        self.file = file
        self.byteCount = byteCount
        self.sha256 = sha256
        self.licence = licence
        self.source = source
    }

    /// Reads a stamp.
    init(_ stamp: JSONField) throws(LocatedError) {
        name = try stamp["name"].string()
        file = try stamp["file"].string()
        byteCount = try stamp["bytes"].integer()
        sha256 = try stamp["sha256"].string()
        licence = try stamp["licence"].string()
        source = try stamp["source"].string()
        guard !file.isEmpty, !file.utf8.contains(UInt8(ascii: "/")), !file.utf8.contains(0), file != ".."
        else {
            throw stamp["file"].error("is not a plain file name")
        }
    }

    /// The stamp.
    var stamp: JSONValue {
        [
            "name": .string(name), "file": .string(file), "bytes": .integer(byteCount),
            "sha256": .string(sha256),
            "licence": .string(licence), "source": .string(source),
        ]
    }

    /// The stamp as text.
    package var stampText: String { stamp.serialized(pretty: true) + "\n" }
}
