package import TesseraCore
internal import TesseraFiles

/// Reads a `tokenizer.json` into a definition, with roles and chat template from the files beside it.
package struct HuggingFaceDefinitionReader {
    private let folder: String
    private let file: String

    /// Reads `file`; the files of `folder` give the roles of tokens and the chat template.
    package init(folder: String, file: String) {
        self.folder = folder
        self.file = file
    }

    /// The definition and what stands beside it.
    ///
    /// - Throws: `LocatedError` naming the file and field that is missing, damaged or not known.
    package func read() throws(LocatedError) -> LoadedDefinition {
        var loaded = LoadedDefinition(try Self.definition(file: file), file: file)
        try TokenizerFolder(folder).complete(&loaded)
        return loaded
    }

    /// The definition in a `tokenizer.json`, as it stands: without the roles that other files give.
    package static func definition(file path: String) throws(LocatedError) -> TokenizerDefinition {
        let file = try MappedFile(path: path)
        let json = try PartialJSON(file: file, leaving: TokenModelReader.large)
        let root = json.root
        if let version = try root["version"].optionalString(), version != "1.0" {
            throw root["version"].error(
                "\"\(version)\" is not known", remedy: "save the tokenizer in version 1.0 of the format")
        }
        let model = try TokenModelReader(json, file: path).model()
        var definition = TokenizerDefinition(model: model)
        definition.addedTokens = try AddedToken.list(root["added_tokens"], vocabulary: model.vocabulary)
        definition.normalizer = try root["normalizer"].ifPresent(Normalizer.init)
        definition.preTokenizer = try root["pre_tokenizer"].ifPresent(PreTokenizer.init)
        definition.postProcessor = try root["post_processor"].ifPresent(PostProcessor.init)
        definition.decoder = try root["decoder"].ifPresent(TokenDecoder.init)
        definition.truncation = try root["truncation"].ifPresent(Truncation.init)
        definition.padding = try root["padding"].ifPresent(Padding.init)
        return definition
    }
}

extension JSONField {
    /// What `read` makes of this field; nil when it is absent or null.
    func ifPresent<Value>(
        _ read: (JSONField) throws(LocatedError) -> Value
    ) throws(LocatedError) -> Value? {
        isPresent ? try read(self) : nil
    }
}
