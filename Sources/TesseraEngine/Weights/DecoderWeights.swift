internal import CTesseraKernels
internal import TesseraCore
internal import TesseraFiles

/// The weights of a model, in place on the mapped files, with every shape checked.
struct DecoderWeights {
    /// E, `[vocabulary, hidden]`: one row per token id.
    let embedding: Matrix

    /// P, `[context, hidden]`: one row per position; nil where positions turn queries and keys instead.
    let positions: Matrix?

    /// The layers in order.
    let layers: [DecoderLayer]

    /// The norm before the output head.
    let outputNorm: Norm

    /// The output head, `[vocabulary, hidden]`; E again when tied.
    let outputHead: Matrix

    /// The bytes of each layer's tensors, as stored.
    let layerBytes: [Int]

    /// The bytes of all tensors of the model, as stored.
    let byteCount: Int

    private let storage: WeightReader.Storage

    /// Finds and checks every tensor that `configuration` calls for.
    ///
    /// - Throws: `LocatedError` for a tensor that is missing, has the wrong shape or a type without kernels, and for
    ///   biases that the architecture does not have.
    init(
        _ c: ModelConfiguration, from source: some TensorSource, names: TensorNames
    ) throws(LocatedError) {
        var reader = WeightReader(source, names)
        let model = try reader.tensors(c.architecture.definition.tensors(c))
        embedding = try model.matrix(.embedding)
        positions = model.matrices[.positions]
        let kind: Norm.Kind = c.architecture == .gpt2 ? .layer : .rootMeanSquare
        outputNorm = try model.norm(.outputNorm, kind, c)
        outputHead = c.tiedEmbeddings ? embedding : try model.matrix(.outputHead)
        (layers, layerBytes) = try reader.layers(c)
        byteCount = reader.byteCount
        storage = reader.storage
    }

    /// The matrices of every shape and format, for sizing scratch.
    var matrices: [Matrix] {
        [embedding, outputHead]
            + layers.flatMap { layer in
                let attention = layer.attention
                let feedForward = layer.feedForward
                return [
                    attention.query, attention.key, attention.value, attention.output, feedForward.gate,
                    feedForward.up, feedForward.down,
                ].compactMap { $0?.weight }
            }
    }
}
