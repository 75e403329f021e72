/// What a tensor is for, whatever it is called in the file.
enum TensorRole: String, Hashable, Sendable, CaseIterable {
    // Of the model.
    case embedding, positions, tokenTypes, embeddingNorm, outputNorm, outputHead

    // Of a layer's attention.
    case attentionNorm, query, key, value, queryKeyValue, queryNorm, keyNorm, attentionOutput,
        attentionOutputNorm

    // Of a layer's feed-forward block.
    case feedForwardNorm, gate, up, gateUp, down, feedForwardOutputNorm
}

/// A tensor that an architecture needs.
struct TensorSpecification: Hashable, Sendable {
    let role: TensorRole

    /// `[rows, columns]` of a matrix as it is multiplied, or the length of a vector.
    let shape: [Int]

    /// Whether it is added after the product, or the norm, of the same role.
    let isBias: Bool

    /// How a Hugging Face folder has it otherwise than it is used here.
    let folder: Storage

    /// How a GGUF file has it otherwise than it is used here.
    let gguf: Storage

    /// How a file has a tensor.
    enum Storage: Hashable, Sendable {
        /// As it is used.
        case plain

        /// Rows and columns exchanged.
        case transposed

        /// Every number less one.
        case lessOne

        /// With the rows of each of so many heads in the order of rotary pairs that are neighbours. That is no
        /// change to who reads the file, since the rotary embedding of such a model turns neighbours.
        case neighbours(heads: Int)
    }

    static func matrix(
        _ role: TensorRole, _ rows: Int, _ columns: Int, folder: Storage = .plain, gguf: Storage = .plain
    ) -> Self {
        Self(role: role, shape: [rows, columns], isBias: false, folder: folder, gguf: gguf)
    }

    static func vector(_ role: TensorRole, _ count: Int, folder: Storage = .plain) -> Self {
        Self(role: role, shape: [count], isBias: false, folder: folder, gguf: .plain)
    }

    static func bias(_ role: TensorRole, _ count: Int, gguf: Storage = .plain) -> Self {
        Self(role: role, shape: [count], isBias: true, folder: .plain, gguf: gguf)
    }

    /// The numbers in it.
    var count: Int { shape.reduce(1, *) }
}
