public import TesseraCore
internal import TesseraFiles

/// How the hidden states of an encoder become one vector.
public enum Pooling: String, Hashable, Sendable, CaseIterable {
    /// Their mean.
    case mean
    /// That of the first token.
    case first
    /// The largest of each number.
    case largest

    /// What llama.cpp calls it in GGUF files; nil for what it does not have.
    private static let ggufTypes: [(Pooling, UInt32)] = [(.mean, 1), (.first, 2)]

    /// Reads `1_Pooling/config.json`, as sentence-transformers writes it; the mean when there is none.
    ///
    /// - Throws: `LocatedError` for a kind of pooling that this engine does not have.
    public init(folder path: String) throws(LocatedError) {
        let file = "\(path)/1_Pooling/config.json"
        guard FileSystem.kind(of: file) != nil else {
            self = .mean
            return
        }
        let fields = try JSONField(contentsOf: file)
        let kinds: [(String, Pooling?)] = [
            ("pooling_mode_mean_tokens", .mean), ("pooling_mode_cls_token", .first),
            ("pooling_mode_max_tokens", .largest), ("pooling_mode_mean_sqrt_len_tokens", nil),
            ("pooling_mode_weightedmean_tokens", nil), ("pooling_mode_lasttoken", nil),
        ]
        var chosen: [(String, Pooling?)] = []
        for (name, pooling) in kinds where try fields[name].optionalBool() == true {
            chosen.append((name, pooling))
        }
        guard chosen.count == 1, let pooling = chosen[0].1 else {
            let field = fields[chosen.first { $0.1 == nil }?.0 ?? kinds[0].0]
            throw field.error(
                chosen.count == 1
                    ? "is not supported" : "\(chosen.count) kinds of pooling are chosen, not one",
                remedy: "use a model that takes the mean, the first token or the largest numbers")
        }
        self = pooling
    }

    /// Reads `pooling_type`; the mean when there is none.
    init(gguf fields: GGUFFields) throws(LocatedError) {
        let type = try fields.optionalInteger("pooling_type") ?? 1
        guard let (pooling, _) = Self.ggufTypes.first(where: { Int($0.1) == type }) else {
            throw fields.error(
                "pooling_type", "\(type) is not supported",
                remedy: "use a model that takes the mean or the first token")
        }
        self = pooling
    }

    /// llama.cpp's number.
    var ggufType: UInt32 {
        get throws(LocatedError) {
            guard let type = Self.ggufTypes.first(where: { $0.0 == self })?.1 else {
                throw LocatedError(
                    field: "pooling", problem: "GGUF has no word for the largest numbers",
                    remedy: "keep it as a folder")
            }
            return type
        }
    }
}
