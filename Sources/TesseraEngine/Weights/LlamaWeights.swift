internal import CTesseraKernels
internal import TesseraCore
internal import TesseraFiles

/// The weights of a Llama-family model, in place on the mapped files, with every shape checked.
///
/// Only the norm vectors, a thousandth of the model, are turned into floats of their own.
struct LlamaWeights {
    /// E, `[vocabulary, hidden]`: one row per token id.
    let embedding: Matrix

    /// The layers in order.
    let layers: [LlamaLayer]

    /// The weights of the norm before the output head, `[hidden]`.
    let outputNorm: UnsafePointer<Float>

    /// The output head, `[vocabulary, hidden]`; E again when tied.
    let outputHead: Matrix

    /// The bytes of each layer's tensors, as stored.
    let layerBytes: [Int]

    /// The bytes of all tensors of the model, as stored.
    let byteCount: Int

    private let norms: Memory
    private let files: [MappedFile]

    /// Finds and checks every tensor that `configuration` calls for.
    ///
    /// - Throws: `LocatedError` for a tensor that is missing, has the wrong shape or a type without kernels, and for
    ///   biases, which this family does not have.
    init(
        _ configuration: ModelConfiguration, from source: some TensorSource, names: TensorNames
    ) throws(LocatedError) {
        let c = configuration
        var finder = TensorFinder(source: source)
        let embedding = try finder.matrix(names.embedding, rows: c.vocabularySize, columns: c.hiddenSize)

        // A missing tensor ends this loop, so a file that claims too many layers costs no more than it holds.
        var layers: [LlamaLayer.Tensors] = []
        var layerBytes: [Int] = []
        for index in 0..<c.layerCount {
            let before = finder.byteCount
            func matrix(
                _ part: KeyPath<TensorNames, String>, _ rows: Int, _ columns: Int
            ) throws(LocatedError) -> Matrix {
                let name = names.name(part, layer: index)
                try finder.refuseBias(beside: name)
                return try finder.matrix(name, rows: rows, columns: columns)
            }
            layers.append(
                LlamaLayer.Tensors(
                    attentionNorm: try finder.vector(names.name(\.attentionNorm, layer: index), c.hiddenSize),
                    query: try matrix(\.query, c.querySize, c.hiddenSize),
                    key: try matrix(\.key, c.keyValueSize, c.hiddenSize),
                    value: try matrix(\.value, c.keyValueSize, c.hiddenSize),
                    attentionOutput: try matrix(\.attentionOutput, c.hiddenSize, c.querySize),
                    feedForwardNorm: try finder.vector(
                        names.name(\.feedForwardNorm, layer: index), c.hiddenSize),
                    gate: try matrix(\.gate, c.feedForwardSize, c.hiddenSize),
                    up: try matrix(\.up, c.feedForwardSize, c.hiddenSize),
                    down: try matrix(\.down, c.hiddenSize, c.feedForwardSize)
                )
            )
            layerBytes.append(finder.byteCount - before)
        }
        let outputNorm = try finder.vector(names.outputNorm, c.hiddenSize)
        outputHead =
            c.tiedEmbeddings
            ? embedding : try finder.matrix(names.outputHead, rows: c.vocabularySize, columns: c.hiddenSize)

        let norms = try Memory((2 * layers.count + 1) * c.hiddenSize, of: Float.self, for: "the norm weights")
        var free = norms.pointer(to: Float.self)
        func floats(_ vector: Matrix) -> UnsafePointer<Float> {
            tk_dequantize_row(TK_ISA_PORTABLE, vector.format, vector.weights, vector.columns, free)
            defer { free += vector.columns }
            return UnsafePointer(free)
        }
        self.layers = layers.map { LlamaLayer($0, floats: floats) }
        self.outputNorm = floats(outputNorm)
        self.norms = norms
        self.embedding = embedding
        self.layerBytes = layerBytes
        byteCount = finder.byteCount
        files = finder.files
    }

    /// The matrices of every shape and format, for sizing scratch.
    var matrices: [Matrix] {
        [embedding, outputHead]
            + layers.flatMap { [$0.query, $0.key, $0.value, $0.attentionOutput, $0.gate, $0.up, $0.down] }
    }
}

/// The weights of one layer.
struct LlamaLayer {
    let attentionNorm: UnsafePointer<Float>  // [hidden]
    let query: Matrix  // [heads * headSize, hidden]
    let key: Matrix  // [keyValueHeads * headSize, hidden]
    let value: Matrix  // [keyValueHeads * headSize, hidden]
    let attentionOutput: Matrix  // [hidden, heads * headSize]
    let feedForwardNorm: UnsafePointer<Float>  // [hidden]
    let gate: Matrix  // [feedForward, hidden]
    let up: Matrix  // [feedForward, hidden]
    let down: Matrix  // [hidden, feedForward]

    /// The same as the file has them, norms included.
    fileprivate struct Tensors {
        let attentionNorm: Matrix
        let query: Matrix
        let key: Matrix
        let value: Matrix
        let attentionOutput: Matrix
        let feedForwardNorm: Matrix
        let gate: Matrix
        let up: Matrix
        let down: Matrix
    }

    fileprivate init(_ tensors: Tensors, floats: (Matrix) -> UnsafePointer<Float>) {
        attentionNorm = floats(tensors.attentionNorm)
        query = tensors.query
        key = tensors.key
        value = tensors.value
        attentionOutput = tensors.attentionOutput
        feedForwardNorm = floats(tensors.feedForwardNorm)
        gate = tensors.gate
        up = tensors.up
        down = tensors.down
    }
}

/// Looks tensors up, adds up their bytes and keeps their files mapped.
private struct TensorFinder<Source: TensorSource> {
    let source: Source
    var byteCount = 0
    var files: [MappedFile] = []

    mutating func matrix(_ name: String, rows: Int, columns: Int) throws(LocatedError) -> Matrix {
        try Matrix(find(name), rows: rows, columns: columns)
    }

    mutating func vector(_ name: String, _ columns: Int) throws(LocatedError) -> Matrix {
        try Matrix(vector: find(name), columns: columns)
    }

    private mutating func find(_ name: String) throws(LocatedError) -> TensorView {
        guard let tensor = source.tensor(name) else {
            throw LocatedError(
                file: source.path, field: name, problem: "the tensor is missing",
                remedy: "the file is incomplete or its configuration belongs to another model"
            )
        }
        byteCount += tensor.bytes.count
        if !files.contains(where: { $0 === tensor.file }) { files.append(tensor.file) }
        return tensor
    }

    func refuseBias(beside name: String) throws(LocatedError) {
        let bias = String(name.dropLast("weight".count)) + "bias"
        if source.tensor(bias) != nil {
            throw LocatedError(
                file: source.path, field: bias, problem: "biases are not supported",
                remedy: "use a Llama model without attention or feed-forward biases"
            )
        }
    }
}
