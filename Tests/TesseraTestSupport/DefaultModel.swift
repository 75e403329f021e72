public import TesseraCore
internal import TesseraFiles

/// The model that tests on real data use: SmolLM2-135M-Instruct, from the user's store.
public enum DefaultModel {
    /// Its short name.
    public static let name = ModelStore.defaultModel

    /// The path of its GGUF file.
    ///
    /// - Throws: `LocatedError` saying how to get it when it has not been fetched; tests never fetch.
    public static func path() throws(LocatedError) -> String {
        guard let path = try ModelStore().path(ofModel: name) else {
            throw LocatedError(
                field: "the model \(name)", problem: "is not in the cache, and this test needs it",
                remedy: "run the tests with: make test")
        }
        return path
    }
}
