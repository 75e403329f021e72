internal import TesseraCore
internal import TesseraFiles

/// The short name of the model used when none is named.
let defaultModel = "smollm2"

extension ModelLocation {
    /// The last part of the path, to show beside results.
    var name: String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
