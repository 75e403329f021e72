public import TesseraCore
internal import TesseraFiles

/// Published tokenizers that tests on real data use, as `Scripts/setup.sh tokenizers` fetched them into the user's
/// cache.
public enum ReferenceTokenizers {
    /// The folder with `huggingface`, `tiktoken`, `mistral` and `llama.cpp`.
    ///
    /// - Throws: `LocatedError` saying how to get it when it has not been fetched; tests never fetch.
    public static func folder() throws(LocatedError) -> String {
        let models = try ModelStore().folder
        let folder = models.prefix(upTo: models.lastIndex(of: "/") ?? models.endIndex) + "/tokenizers"
        guard case .file? = FileSystem.kind(of: "\(folder)/ready") else {
            throw LocatedError(
                field: "the reference tokenizers", problem: "are not in the cache, and this test needs them",
                remedy: "run the tests with: make test")
        }
        return String(folder)
    }

    /// The path of one file, given below the folder.
    ///
    /// - Throws: `LocatedError` saying how to get it when it has not been fetched.
    public static func path(_ file: String) throws(LocatedError) -> String {
        try "\(folder())/\(file)"
    }
}
