import TesseraCore
import TesseraEngine
import TesseraFiles
import TesseraServer
import TesseraTestSupport
import TesseraTokenizers

/// A BERT of two layers with random weights in a folder of its own, whose vocabulary is the letters a to z.
struct TinyEncoder {
    static let hidden = 16
    static let context = 12
    /// The ids of `[CLS]` and `[SEP]`; the letters follow, first those that begin a word.
    static let (begin, end, letters) = (2 as TokenID, 3 as TokenID, 4 as TokenID)

    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let alphabet = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { String(Unicode.Scalar($0)) }
        let vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + alphabet + alphabet.map { "##" + $0 }
        try folder.write(vocabulary.joined(separator: "\n") + "\n", to: "vocab.txt")
        let configuration: JSONValue = [
            "architectures": ["BertModel"], "model_type": "bert", "vocab_size": .integer(vocabulary.count),
            "hidden_size": .integer(Self.hidden), "num_hidden_layers": 2, "num_attention_heads": 2,
            "intermediate_size": 32, "hidden_act": "gelu", "type_vocab_size": 2, "layer_norm_eps": 1e-12,
            "max_position_embeddings": .integer(Self.context), "pad_token_id": 0,
        ]
        try folder.write(configuration.serialized(), to: "config.json")
        try writeSafetensors(Self.tensors(vocabulary: vocabulary.count), to: folder.path("model.safetensors"))
    }

    private static func tensors(vocabulary: Int) -> [TensorData] {
        var random = SeededGenerator(seed: 7)
        func tensor(_ name: String, _ shape: Int...) -> TensorData {
            let numbers = (0..<shape.reduce(1, *)).map { _ in Float.random(in: -0.5...0.5, using: &random) }
            return TensorData(
                name: name, shape: shape, format: .float32,
                bytes: numbers.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) })
        }
        func dense(_ name: String, _ rows: Int, _ columns: Int) -> [TensorData] {
            [tensor("\(name).weight", rows, columns), tensor("\(name).bias", rows)]
        }
        func norm(_ name: String) -> [TensorData] {
            [tensor("\(name).weight", hidden), tensor("\(name).bias", hidden)]
        }
        var tensors = [
            tensor("embeddings.word_embeddings.weight", vocabulary, hidden),
            tensor("embeddings.position_embeddings.weight", context, hidden),
            tensor("embeddings.token_type_embeddings.weight", 2, hidden),
        ]
        tensors += norm("embeddings.LayerNorm")
        for layer in 0..<2 {
            let base = "encoder.layer.\(layer)"
            for name in ["query", "key", "value"] {
                tensors += dense("\(base).attention.self.\(name)", hidden, hidden)
            }
            tensors += dense("\(base).attention.output.dense", hidden, hidden)
            tensors += norm("\(base).attention.output.LayerNorm")
            tensors += dense("\(base).intermediate.dense", 32, hidden)
            tensors += dense("\(base).output.dense", hidden, 32) + norm("\(base).output.LayerNorm")
        }
        return tensors
    }

    /// The encoder as the engine loads it.
    func load() throws -> EmbeddingModel {
        try EmbeddingModel.load(.folder(path: folder.path), options: EngineOptions(threads: 1))
    }

    /// The encoder as the server has it; `beforeText` is called before each vector is computed.
    func served(name: String = "tiny", beforeText: @escaping @Sendable () -> Void = {}) throws
        -> ServedEncoder
    {
        let model = try load()
        return ServedEncoder(
            name: name, contextLength: model.contextLength,
            vocabularySize: model.configuration.vocabularySize, vectorSize: model.size,
            tokenizer: try TokenizerLoader.load(path: folder.path)
        ) { (text) throws(LocatedError) in
            beforeText()
            return try model.embed([text])[0]
        }
    }
}
