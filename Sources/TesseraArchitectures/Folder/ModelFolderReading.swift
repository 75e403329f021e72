public import TesseraCore
internal import TesseraFiles
public import TesseraTensor

/// Reads a network from a Hugging Face folder, its weights as 32-bit numbers, ready to be trained on.
///
/// - Parameters:
///   - path: a folder with `config.json` of a `LlamaForCausalLM` or a `GPT2LMHeadModel`, and its safetensors.
///   - device: where the network is put.
/// - Throws: `LocatedError` naming file and field for another class, for what the networks here do not have, and for a
///   tensor that is missing, of another shape or too many. Nothing of the claimed size is made before the files were
///   seen to hold as many numbers.
public func readModelFolder(
    _ path: String, device: Device = .cpu
) throws(LocatedError) -> any CausalNetwork {
    let fields = try JSONField(contentsOf: "\(path)/config.json")
    let configuration = try NetworkConfiguration(fields)
    let source = try SafetensorsFolder(path: path)
    try configuration.check(against: source)
    // Its first numbers are replaced.
    let network = try configuration.network(RandomGenerator(seed: 0, device: device))
    let parameters = configuration.named(network.parameters, as: source)
    try configuration.refuseOthers(than: parameters, in: source)
    try readParameters(parameters, from: source)
    return network
}

/// The configuration of any of the networks.
private enum NetworkConfiguration {
    case llama(LlamaConfiguration)
    case gpt2(GPT2Configuration)

    init(_ fields: JSONField) throws(LocatedError) {
        let architectures = fields["architectures"]
        let field = architectures.isPresent ? architectures[0] : fields["model_type"]
        switch try field.string() {
        case "LlamaForCausalLM", "llama": self = .llama(try LlamaConfiguration(fields))
        case "GPT2LMHeadModel", "gpt2": self = .gpt2(try GPT2Configuration(fields))
        case let name:
            throw field.error(
                "\"\(name)\" is not trained here",
                remedy: "use a folder of LlamaForCausalLM or GPT2LMHeadModel")
        }
    }

    private var parameterCount: Int {
        switch self {
        case .llama(let configuration): configuration.parameterCount
        case .gpt2(let configuration): configuration.parameterCount
        }
    }

    /// Refuses sizes that call for more numbers than the files hold.
    func check(against source: SafetensorsFolder) throws(LocatedError) {
        let held = source.tensorNames.lazy.compactMap { source.tensor($0)?.elementCount }.reduce(0, +)
        guard parameterCount <= held else {
            throw LocatedError(
                file: "\(source.path)/config.json", field: "sizes",
                problem: "call for \(parameterCount) numbers, and the weights are \(held)",
                remedy: "the folder is incomplete or its configuration belongs to another model")
        }
    }

    func network(_ random: RandomGenerator) throws(LocatedError) -> any CausalNetwork {
        switch self {
        case .llama(let configuration): try LlamaNetwork(configuration, random: random)
        case .gpt2(let configuration): try GPT2Network(configuration, random: random)
        }
    }

    /// The parameters as the files call them: some of GPT-2 leave out what all names begin with.
    func named(_ parameters: [Parameter], as source: SafetensorsFolder) -> [Parameter] {
        let prefix = "transformer."
        guard case .gpt2 = self, source.tensor("wte.weight") != nil else { return parameters }
        return parameters.map {
            $0.name.hasPrefix(prefix) ? Parameter(String($0.name.dropFirst(prefix.count)), $0.tensor) : $0
        }
    }

    /// Refuses tensors that the network would compute without.
    func refuseOthers(
        than parameters: [Parameter], in source: SafetensorsFolder
    ) throws(LocatedError) {
        // Masks and frequencies that older versions of transformers saved, and the output head when it is tied.
        let known = ["lm_head.weight", ".attn.bias", ".attn.masked_bias", ".rotary_emb.inv_freq"]
        let names = Set(parameters.map(\.name))
        for name in source.tensorNames where !names.contains(name) && !known.contains(where: name.hasSuffix) {
            throw LocatedError(
                file: source.path, field: "tensor \(name)", problem: "has no place in the network",
                remedy: "use a folder of the class that its configuration names, without additions")
        }
    }
}
