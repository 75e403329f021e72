internal import TesseraFiles

/// The second model with real weights: Gemma 3 270M, whose terms are Google's, so that only `make peers` fetches it.
public enum Gemma3Model {
    /// The path of its GGUF file, where `Scripts/setup.sh gemma` put it into the user's cache; nil when it did not.
    public static var path: String? {
        guard let models = try? ModelStore().folder else { return nil }
        let path = "\(FileSystem.folder(of: models))/gemma-3-270m/gemma-3-270m-q4_k_m.gguf"
        guard case .file? = FileSystem.kind(of: path) else { return nil }
        return path
    }
}
