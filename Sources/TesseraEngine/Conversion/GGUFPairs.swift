internal import TesseraCore
internal import TesseraFiles

extension GGUFWriter {
    /// Copies every pair but those that tell how numbers are stored.
    mutating func append(copying file: GGUFFile, fileType: UInt32) throws(LocatedError) {
        for key in file.metadata.keys where key != "general.alignment" && !key.hasPrefix("split.") {
            if key == "general.file_type" || key == "general.quantization_version" { continue }
            if let encoded = file.metadata.encoded(key) { append(key, copying: encoded) }
        }
        appendFileType(fileType)
    }

    /// Copies the pairs of a tokenizer.
    mutating func append(tokenizerOf file: GGUFFile) throws(LocatedError) {
        for key in file.metadata.keys where key.hasPrefix("tokenizer.") {
            if let encoded = file.metadata.encoded(key) { append(key, copying: encoded) }
        }
    }

    /// How the numbers are stored, in llama.cpp's numbering.
    mutating func appendFileType(_ fileType: UInt32) {
        append("general.file_type", .uint32(fileType))
        append("general.quantization_version", .uint32(2))
    }
}

extension ModelConfiguration {
    /// Writes what a GGUF file says of the model.
    ///
    /// - Parameter folder: where the model comes from; its name becomes the model's.
    /// - Throws: `LocatedError` for what GGUF cannot say.
    func append(to metadata: inout GGUFWriter, fileType: UInt32, folder: String) throws(LocatedError) {
        let name = architecture.ggufName
        func pair(_ key: String, _ value: GGUFWriter.Value) { metadata.append("\(name).\(key)", value) }
        func number(_ key: String, _ value: Int) { pair(key, .uint32(UInt32(truncatingIfNeeded: value))) }
        let epsilonKey =
            architecture == .gpt2 || architecture == .bert
            ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon"

        metadata.append("general.architecture", .string(name))
        metadata.append("general.name", .string(FileSystem.name(of: folder)))
        metadata.appendFileType(fileType)
        number("vocab_size", vocabularySize)
        number("context_length", contextLength)
        number("embedding_length", hiddenSize)
        number("block_count", layerCount)
        number("feed_forward_length", feedForwardSize)
        number("attention.head_count", headCount)
        number("attention.head_count_kv", keyValueHeadCount)
        if headSize * headCount != hiddenSize || architecture == .gemma3 {
            number("attention.key_length", headSize)
            number("attention.value_length", headSize)
        }
        pair(epsilonKey, .float32(Float(epsilon)))
        if architecture == .bert {
            pair("attention.causal", .bool(false))
            pair("pooling_type", .uint32(try Pooling(folder: folder).ggufType))
        }
        try checkActivation(folder)
        try appendRotary(pair, number, folder)
        try appendWindows(pair, number)
    }

    private func checkActivation(_ file: String) throws(LocatedError) {
        let usual: Activation =
            switch architecture {
            case .gemma3, .gpt2: .geluTanh
            case .bert: .gelu
            default: .silu
            }
        guard activation == usual else {
            throw LocatedError(
                file: file, field: "activation",
                problem: "GGUF has no word for \(activation.rawValue) in this model",
                remedy: "keep it as a folder")
        }
    }

    private func appendRotary(
        _ pair: (String, GGUFWriter.Value) -> Void, _ number: (String, Int) -> Void, _ file: String
    ) throws(LocatedError) {
        guard let rotary = rotary.first else { return }
        func cannot(_ problem: String) -> LocatedError {
            LocatedError(file: file, field: "rope", problem: problem, remedy: "keep it as a folder")
        }
        number("rope.dimension_count", rotary.dimensions)
        pair("rope.freq_base", .float32(Float(rotary.base)))
        switch rotary.scaling {
        case .none, .divided: break
        case .linear(let factor):
            pair("rope.scaling.type", .string("linear"))
            pair("rope.scaling.factor", .float32(Float(factor)))
        case .llama3(_, _, _, let context): number("rope.scaling.original_context_length", context)
        case .yarn(let factor, let context, let fast, let slow, let magnitude):
            let usual = RotaryEmbedding.yarnMagnitude(factor: factor)
            pair("rope.scaling.type", .string("yarn"))
            pair("rope.scaling.factor", .float32(Float(factor)))
            number("rope.scaling.original_context_length", context)
            if fast != 32 || slow != 1 {
                pair("rope.scaling.yarn_beta_fast", .float32(Float(fast)))
                pair("rope.scaling.yarn_beta_slow", .float32(Float(slow)))
            }
            if magnitude != usual { pair("rope.scaling.attn_factor", .float32(Float(magnitude / usual))) }
        case .long(_, _, let context, let magnitude):
            number("rope.scaling.original_context_length", context)
            pair("rope.scaling.attn_factor", .float32(Float(magnitude)))
        }
        if self.rotary.count > 1 {
            let local = self.rotary[1]
            guard local.scaling == .none, local.dimensions == rotary.dimensions else {
                throw cannot("GGUF cannot say that the layers with a window are stretched")
            }
            pair("rope.freq_base_swa", .float32(Float(local.base)))
        }
        if architecture == .gemma3 { pair("attention.scale", .float32(Float(attentionScale))) }
        if architecture == .smollm3 {
            for (index, layer) in layers.enumerated()
            where (layer.rotary == nil) != (index + 1).isMultiple(of: SmolLM3.period) {
                throw cannot("GGUF cannot say that other layers than every fourth do not turn")
            }
        }
    }

    private func appendWindows(
        _ pair: (String, GGUFWriter.Value) -> Void, _ number: (String, Int) -> Void
    ) throws(LocatedError) {
        guard let window = layers.lazy.compactMap(\.window).first else { return }
        number("attention.sliding_window", window)
        let slides = layers.map { $0.window != nil }
        if architecture == .gemma3 {
            let full = slides.firstIndex(of: false).map { $0 + 1 } ?? slides.count + 1
            if slides.indices.allSatisfy({ slides[$0] == ($0 % full < full - 1) }) {
                number("attention.sliding_window_pattern", full)
                return
            }
        } else if slides.allSatisfy({ $0 }) {
            return
        }
        pair("attention.sliding_window_pattern", .uint32s(slides.map { $0 ? 1 : 0 }))
    }

    /// The tensors in which a GGUF file has what stretches the rotary embedding.
    var rotaryTensors: [(description: TensorDescription, numbers: [Float])] {
        func tensor(_ name: String, _ numbers: [Double]) -> (TensorDescription, [Float]) {
            (
                TensorDescription(name: name, shape: [numbers.count], format: .float32),
                numbers.map { Float($0) }
            )
        }
        guard let rotary = rotary.first else { return [] }
        switch rotary.scaling {
        case .llama3:
            var plain = rotary
            plain.scaling = .none
            let divisors = zip(plain.frequencies(isLong: false), rotary.frequencies(isLong: false)).map {
                $0 / $1
            }
            return [tensor("rope_freqs.weight", divisors)]
        case .divided(let divisors): return [tensor("rope_freqs.weight", divisors)]
        case .long(let short, let long, _, _):
            return [tensor("rope_factors_long.weight", long), tensor("rope_factors_short.weight", short)]
        default: return []
        }
    }
}

extension GGUFFile {
    /// The tensors in which the file has what stretches the rotary embedding.
    var rotaryTensors: [(description: TensorDescription, numbers: [Float])] {
        let names = ["rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"]
        return names.compactMap { name in
            guard let tensor = tensor(name), tensor.format == .float32, tensor.shape.count == 1 else {
                return nil
            }
            let bytes = tensor.bytes
            let numbers = (0..<tensor.elementCount).map {
                Float(
                    bitPattern: UInt32(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
            return (TensorDescription(name: name, shape: tensor.shape, format: .float32), numbers)
        }
    }
}
