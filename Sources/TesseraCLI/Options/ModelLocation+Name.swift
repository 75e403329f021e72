internal import TesseraFiles

extension ModelLocation {
    /// The last part of the path, to show beside results.
    var name: String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
