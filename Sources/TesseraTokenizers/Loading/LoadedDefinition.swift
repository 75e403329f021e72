package import TesseraCore

/// A definition and what its files say beside it.
package struct LoadedDefinition: Sendable {
    /// The definition.
    package var definition: TokenizerDefinition

    /// The source of the chat template; nil when the files have none.
    package var chatTemplate: String?

    /// The file that the template came from, for errors.
    package var chatTemplateFile: String?

    /// The one token that the files call the end of a text: what `eos_token` stands for in the chat template.
    package var endOfText: TokenID?

    /// The file that the vocabulary came from.
    package var file: String

    package init(_ definition: TokenizerDefinition, file: String) {
        self.definition = definition
        self.file = file
    }
}
