internal import TesseraCore
internal import TesseraEngine
internal import TesseraFiles
internal import TesseraTemplates
internal import TesseraTokenizers

/// The causal language model that studies use: SmolLM2-135M-Instruct, from the user's store.
struct DefaultModel {
    let model: DecoderModel
    let tokenizer: PipelineTokenizer
    let template: ChatTemplate

    /// Opens it.
    ///
    /// - Throws: `LocatedError` saying how to fetch it when it is not there.
    init() throws(LocatedError) {
        let location = try ModelStore().resolve(ModelStore.defaultModel)
        model = try DecoderModel.load(location)
        let loaded = try TokenizerLoader.load(location)
        tokenizer = loaded.tokenizer
        template = try loaded.requireChatTemplate()
    }
}
