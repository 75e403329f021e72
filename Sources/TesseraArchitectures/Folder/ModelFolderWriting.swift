public import TesseraCore
internal import TesseraFiles
public import TesseraTensor

/// Which tokens begin and end a text: what a model's folder says beside its sizes.
public struct TextEnds: Hashable, Sendable {
    /// The token before a text; nil for none.
    public var beginning: TokenID?

    /// The tokens that end a text, the usual one first.
    public var ends: [TokenID]

    /// Names the tokens.
    public init(beginning: TokenID? = nil, ends: [TokenID] = []) {
        self.beginning = beginning
        self.ends = ends
    }
}

/// Writes a network as a Hugging Face folder, which the engine and other tools read.
///
/// The files are `config.json`, `generation_config.json` and last `model.safetensors`, each written in one step; the
/// tokenizer's are for the caller to put beside them. Other files of the folder stay. Whoever must not see new sizes
/// beside old weights writes into a new folder and gives it its name afterwards.
///
/// - Parameters:
///   - network: what is written.
///   - path: the folder; made when it is not there.
///   - textEnds: tokens below the network's vocabulary size.
///   - type: what weights are written as: `.float32`, `.bfloat16` or `.float16`.
/// - Throws: `LocatedError` for another type, a token that is not in the vocabulary, and when writing fails.
public func writeModelFolder(
    _ network: any CausalNetwork, to path: String, textEnds: TextEnds = TextEnds(),
    as type: ScalarType = .float32
) throws(LocatedError) {
    guard [.float32, .bfloat16, .float16].contains(type) else {
        throw LocatedError(
            file: path, field: "type", problem: "weights are not written as \(type)",
            remedy: "choose float32, bfloat16 or float16")
    }
    for token in textEnds.ends + [textEnds.beginning].compactMap({ $0 })
    where Int(token) >= network.vocabularySize {
        throw LocatedError(
            file: path, field: "token \(token)",
            problem: "is not in the vocabulary of \(network.vocabularySize) tokens",
            remedy: "use the tokenizer that the network was made for")
    }
    try FileSystem.createFolder(path)
    let fields = textEnds.added(to: network.fields, dtype: type)
    try writeAtomically(fields.serialized(pretty: true) + "\n", to: "\(path)/config.json")
    try writeAtomically(
        textEnds.generationFields.serialized(pretty: true) + "\n", to: "\(path)/generation_config.json")
    try writeSafetensors(network.parameters, as: type, to: "\(path)/model.safetensors")
}

extension TextEnds {
    /// `config.json`; the classes' own defaults for these are beyond small vocabularies, so what is not there is null.
    fileprivate func added(to fields: JSONObject, dtype: ScalarType) -> JSONValue {
        var fields = fields
        fields["torch_dtype"] = .string(dtype.rawValue)
        fields["bos_token_id"] = beginning.map { .integer(Int($0)) } ?? .null
        fields["eos_token_id"] = ends.first.map { .integer(Int($0)) } ?? .null
        fields["pad_token_id"] = .null
        return .object(fields)
    }

    /// `generation_config.json`.
    fileprivate var generationFields: JSONValue {
        var fields = JSONObject()
        if let beginning { fields["bos_token_id"] = .integer(Int(beginning)) }
        if ends.count == 1 { fields["eos_token_id"] = .integer(Int(ends[0])) }
        if ends.count > 1 { fields["eos_token_id"] = .array(ends.map { .integer(Int($0)) }) }
        return .object(fields)
    }
}
