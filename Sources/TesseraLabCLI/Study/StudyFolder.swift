internal import TesseraCore
internal import TesseraFiles

/// Where records of studies lie: `Documentation/Studies` of the checkout that holds the current folder.
struct StudyFolder {
    /// The checkout.
    let checkout: String

    /// The folder of records.
    var records: String { "\(checkout)/Documentation/Studies" }

    /// The page of all systems.
    var systemsPage: String { "\(checkout)/Documentation/Systems.md" }

    /// The checkout that holds the current folder; nil outside of one.
    static func find() -> StudyFolder? {
        // Up to the root of the file system, which few folders are 64 levels away from.
        var folder = "."
        for _ in 0..<64 {
            if FileSystem.kind(of: "\(folder)/Package.swift") != nil,
                FileSystem.kind(of: "\(folder)/Documentation/Architecture.md") != nil
            {
                return StudyFolder(checkout: folder)
            }
            folder = folder == "." ? ".." : "\(folder)/.."
        }
        return nil
    }

    /// The checkout that holds the current folder.
    ///
    /// - Throws: `LocatedError` outside of one.
    static func require(or option: String) throws(LocatedError) -> StudyFolder {
        guard let found = find() else {
            throw LocatedError(
                field: option,
                problem: "the current folder is not in a checkout of Tessera, which has the records",
                remedy: "go to the checkout, or name a folder with \(option)")
        }
        return found
    }
}
