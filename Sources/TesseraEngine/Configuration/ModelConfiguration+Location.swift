public import TesseraCore
public import TesseraFiles

extension ModelConfiguration {
    /// Reads the configuration of a model, whichever way it is kept; weights are not looked at.
    ///
    /// - Throws: `LocatedError` as reading a folder or a GGUF file does.
    public init(_ location: ModelLocation) throws(LocatedError) {
        switch location {
        case .gguf(let path): try self.init(gguf: try GGUFFile(path: path))
        case .folder(let path): try self.init(folder: path)
        }
    }
}
