internal import TesseraCore
internal import TesseraFiles

/// The weights of an encoder, in place on the mapped files, with every shape checked.
struct EncoderWeights {
    let embedding: Matrix  // E [vocabulary, hidden]
    let positions: Matrix  // P [context, hidden]
    let tokenTypes: Matrix  // S [kinds of text, hidden]
    let embeddingNorm: Norm
    let layers: [DecoderLayer]

    /// The bytes of all tensors of the model, as stored.
    let byteCount: Int

    private let storage: WeightReader.Storage

    /// Finds and checks every tensor that `configuration` calls for.
    ///
    /// - Throws: `LocatedError` for a tensor that is missing, has the wrong shape or a type without kernels.
    init(
        _ c: ModelConfiguration, from source: some TensorSource, names: TensorNames
    ) throws(LocatedError) {
        var reader = WeightReader(source, names)
        let model = try reader.tensors(c.architecture.definition.tensors(c))
        embedding = try model.matrix(.embedding)
        positions = try model.matrix(.positions)
        tokenTypes = try model.matrix(.tokenTypes)
        embeddingNorm = try model.norm(.embeddingNorm, .layer, c)
        layers = try reader.layers(c).layers
        byteCount = reader.byteCount
        storage = reader.storage
    }
}
