import Foundation

/// The modules that a Swift source file imports, with their line numbers.
///
/// Access modifiers, attributes and `import struct Module.Name` are understood; imports inside `#if` count too.
func importedModules(in source: String) -> [(line: Int, module: String)] {
    let pattern =
        #/
        ^\s*
        (?:@\w+(?:\([^)]*\))?\s+)*
        (?:(?:public|package|internal|fileprivate|private)\s+)?
        import\s+
        (?:(?:typealias|struct|class|enum|protocol|let|var|func)\s+)?
        (?<module>\w+)
    /#
    return source.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
        index, line in
        (try? pattern.firstMatch(in: line)).map { (index + 1, String($0.module)) }
    }
}

/// Every file below `folder` with the extension, as paths relative to it, sorted.
func files(below folder: URL, withExtension pathExtension: String) throws -> [String] {
    let manager = FileManager.default
    return try manager.subpathsOfDirectory(atPath: folder.path)
        .filter { ($0 as NSString).pathExtension == pathExtension }
        .sorted()
}

/// The root of the package, found from this file's own place.
let packageRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
