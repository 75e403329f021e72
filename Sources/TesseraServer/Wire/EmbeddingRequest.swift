package import TesseraCore
package import TesseraFiles

/// The body of `POST /v1/embeddings`.
package struct EmbeddingRequest: Sendable {
    /// How a vector is written.
    package enum Format: String, CaseIterable, Sendable {
        /// As a list of numbers.
        case float
        /// As the base64 of its numbers in single precision, lowest byte first.
        case base64
    }

    /// The texts, each of 1 token to the encoder's context.
    package var texts: [[TokenID]]

    package var format: Format

    /// Who asks: the texts of different clients take turns.
    package var client: String

    /// Reads and checks a body.
    ///
    /// - Throws: `APIError` 400 naming the field, 404 for the name of another model.
    package init(_ fields: RequestFields, encoder: ServedEncoder, limits: ServerLimits) throws(APIError) {
        try encoder.check(name: fields["model"])
        let name = try fields["encoding_format"].text() ?? Format.float.rawValue
        guard let format = Format(rawValue: name) else {
            throw fields["encoding_format"].refusal("\"\(name)\" is unknown; give float or base64")
        }
        self.format = format
        // Shorter vectors make sense for models trained to be cut, which no BERT checkpoint says of itself.
        let size = encoder.vectorSize
        if let wanted = try fields["dimensions"].integer(in: 1...Int(Int32.max)), wanted != size {
            throw fields["dimensions"].refusal(
                "the vectors of \(encoder.name) have \(size) numbers and lose their meaning when they are cut; "
                    + "leave the field out")
        }
        client = try fields["user"].text() ?? ""
        texts = try fields["input"].prompts(
            below: encoder.vocabularySize, most: limits.inputsPerRequest
        ) { (text: String) throws(APIError) in try encoder.tokens(of: text) }
        try checkPrompts(texts, most: encoder.contextLength, of: encoder.contextLength, field: "input")
    }

    /// The answer, given the vector of each text.
    package func answer(_ vectors: [[Float]], encoder: ServedEncoder) -> JSONValue {
        let tokens = JSONValue.integer(texts.reduce(0) { $0 + $1.count })
        let data = vectors.enumerated().map { index, vector -> JSONValue in
            ["object": "embedding", "index": .integer(index), "embedding": written(vector)]
        }
        return [
            "object": "list", "data": .array(data), "model": .string(encoder.name),
            "usage": ["prompt_tokens": tokens, "total_tokens": tokens],
        ]
    }

    private func written(_ vector: [Float]) -> JSONValue {
        switch format {
        case .float:
            // The shortest digits that give the same number in single precision.
            return .array(vector.map { .number(Double($0.description) ?? Double($0)) })
        case .base64:
            return .string(
                Base64.encode(vector.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }))
        }
    }
}
