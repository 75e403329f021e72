public import TesseraCore
public import TesseraFiles

/// A tiny model whose outputs Hugging Face transformers computed, as `Scripts/golden-architectures.py` wrote them.
///
/// Its numbers follow from the names of its tensors by the rule of that script and are exact in every dense format.
public struct GoldenModel: Sendable {
    public let name: String
    public let configuration: JSONObject
    public let tensors: [Tensor]
    public let texts: [Text]

    public struct Tensor: Sendable {
        public let name: String
        public let shape: [Int]
        public let centre: Float
        public let spread: Float

        public init(name: String, shape: [Int], centre: Float, spread: Float) {
            self.name = name
            self.shape = shape
            self.centre = centre
            self.spread = spread
        }
    }

    public struct Text: Sendable {
        public let ids: [TokenID]
        /// The logits after every token, or the last hidden states of an encoder.
        public let rows: [[Double]]
        /// The normalised mean, first and largest of the hidden states, for encoders.
        public let mean: [Double]
        public let cls: [Double]
        public let max: [Double]
    }

    /// The models that continue texts.
    public static let causal = [
        "llama", "mistral", "qwen2", "qwen2-yarn", "qwen3", "smollm3", "gemma3", "phi3", "gpt2",
    ]

    /// Reads the golden file of a model.
    public init(_ name: String, file: String = #filePath) throws {
        let tests = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
        let golden = try JSONField(
            contentsOf: tests.joined(separator: "/") + "/ConformanceTests/Golden/Architectures/\(name).json")
        func numbers(_ field: JSONField) throws -> [Double] {
            try field.optionalArray()?.indices.map { try field[$0].double() } ?? []
        }
        self.name = name
        configuration = try golden["config"].object()
        tensors = try golden["tensors"].array().indices.map { index in
            let tensor = golden["tensors"][index]
            return Tensor(
                name: try tensor[0].string(),
                shape: try tensor[1].array().indices.map { try tensor[1][$0].integer() },
                centre: Float(try tensor[2].double()), spread: Float(try tensor[3].double()))
        }
        texts = try golden["texts"].array().indices.map { index in
            let text = golden["texts"][index]
            let rows = text[text["logits"].isPresent ? "logits" : "hidden"]
            return Text(
                ids: try text["ids"].array().indices.map { TokenID(try text["ids"][$0].integer()) },
                rows: try rows.array().indices.map { try numbers(rows[$0]) }, mean: try numbers(text["mean"]),
                cls: try numbers(text["cls"]), max: try numbers(text["max"]))
        }
    }

    /// The largest output of all texts, to which tolerances are relative.
    public var largest: Double { texts.flatMap { $0.rows.joined() }.map(abs).max() ?? 0 }

    /// Writes a folder as transformers would, its tensors cut into `shards` files where there are more than one.
    public func writeFolder(
        to folder: TemporaryFolder, format: TensorFormat = .float32, shards: Int = 1,
        change: (inout JSONObject) -> Void = { _ in }, rename: (String) -> String = { $0 }
    ) throws {
        var fields = configuration
        change(&fields)
        try folder.write(JSONValue.object(fields).serialized(), to: "config.json")
        let data = tensors.map { tensor in
            TensorData(
                name: rename(tensor.name), shape: tensor.shape, format: format, bytes: tensor.bytes(format))
        }
        if shards == 1 {
            try writeSafetensors(data, metadata: [("format", "pt")], to: folder.path("model.safetensors"))
            return
        }
        var map = JSONObject()
        for shard in 0..<shards {
            let part = data.indices.filter { $0 % shards == shard }.map { data[$0] }
            let name = "model-0000\(shard + 1)-of-0000\(shards).safetensors"
            try writeSafetensors(part, to: folder.path(name))
            for tensor in part { map[tensor.name] = .string(name) }
        }
        let index: JSONValue = ["metadata": ["total_size": 0], "weight_map": .object(map)]
        try folder.write(index.serialized(), to: "model.safetensors.index.json")
    }
}

extension GoldenModel.Tensor {
    /// centre + spread * k / 64, k in -64...63: the seven upper bits of SplitMix64 from the FNV-1a of the name.
    public var numbers: [Float] {
        let seed = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return (1...shape.reduce(1, *)).map { index in
            var z = seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            z ^= z >> 31
            return centre + spread * (Float(z >> 57) - 64) / 64
        }
    }

    public func bytes(_ format: TensorFormat) -> [UInt8] {
        func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        return numbers.flatMap { number in
            switch format {
            case .float16: bytes(Float16(number).bitPattern)
            case .bfloat16: bytes(UInt16(truncatingIfNeeded: number.bitPattern >> 16))
            default: bytes(number.bitPattern)
            }
        }
    }
}

extension JSONObject {
    /// Sets the member at a path such as `rope_parameters.long_factor[0]`.
    public mutating func set(_ path: String, to value: JSONValue) {
        let names = path.split(separator: ".", maxSplits: 1).map(String.init)
        if names.count > 1, case .object(var member)? = self[names[0]] {
            member.set(names[1], to: value)
            self[names[0]] = .object(member)
            return
        }
        let parts = path.split { "[]".contains($0) }.map(String.init)
        if parts.count > 1, let index = Int(parts[1]), case .array(var elements)? = self[parts[0]] {
            elements[index] = value
            self[parts[0]] = .array(elements)
            return
        }
        self[path] = value
    }
}
