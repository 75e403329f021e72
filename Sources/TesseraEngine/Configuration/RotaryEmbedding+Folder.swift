internal import TesseraCore
internal import TesseraFiles

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension RotaryEmbedding {
    /// Reads what `config.json` says of rotary embeddings.
    ///
    /// Newer files have it in `rope_parameters`, with one object a kind of layer where there are several; older ones in
    /// `rope_theta` and `rope_scaling`.
    ///
    /// - Parameters:
    ///   - kind: which of the objects in `rope_parameters`; nil where there is one for all layers.
    ///   - base: the base where the file has none.
    /// - Throws: `LocatedError` for a value that cannot be, and for kinds of scaling that this engine does not have.
    init(
        folder fields: JSONField, kind: String? = nil, base: Double = 10_000, headSize: Int,
        contextLength: Int
    ) throws(LocatedError) {
        var parameters = fields["rope_parameters"]
        if let kind, parameters.isPresent { parameters = parameters[kind] }
        if !parameters.isPresent { parameters = fields["rope_scaling"] }
        if parameters.isPresent { _ = try parameters.object() }

        let own = parameters["rope_theta"]
        let baseField = own.isPresent ? own : fields["rope_theta"]
        self.base = try baseField.optionalDouble() ?? base
        guard self.base.isFinite, self.base > 0 else {
            throw baseField.error("is \(self.base), not a positive number")
        }

        let ownPart = parameters["partial_rotary_factor"]
        let partField = ownPart.isPresent ? ownPart : fields["partial_rotary_factor"]
        let part = try partField.optionalDouble() ?? 1
        guard part > 0, part <= 1 else { throw partField.error("is \(part), not in 0...1") }
        dimensions = Int(Double(headSize) * part)
        guard dimensions > 0, dimensions.isMultiple(of: 2) else {
            throw partField.error("\(dimensions) of \(headSize) floats of a head cannot turn in pairs")
        }
        isInterleaved = false
        scaling = try Self.scaling(parameters, fields, pairs: dimensions / 2, contextLength: contextLength)
    }

    private static func scaling(
        _ parameters: JSONField, _ fields: JSONField, pairs: Int, contextLength: Int
    ) throws(LocatedError) -> Scaling {
        let kind = parameters[parameters["rope_type"].isPresent ? "rope_type" : "type"]
        guard let name = try kind.optionalString() else {
            if parameters["factor"].isPresent {
                throw parameters["factor"].error("does not come with a type of scaling", remedy: remedy)
            }
            return .none
        }
        func original() throws(LocatedError) -> Int {
            let name = "original_max_position_embeddings"
            let field = parameters[name].isPresent ? parameters[name] : fields[name]
            let value = try field.integer()
            guard (1...ModelConfiguration.mostPositions).contains(value) else {
                throw field.error("is \(value), not a length of a text")
            }
            return value
        }
        switch name {
        case "default": return .none
        case "linear": return .linear(factor: try positive(parameters["factor"]))
        case "llama3":
            let (low, high) = (parameters["low_freq_factor"], parameters["high_freq_factor"])
            let (lowest, highest) = (try positive(low), try positive(high))
            guard highest > lowest else { throw high.error("is \(highest), not above low_freq_factor") }
            return .llama3(
                factor: try positive(parameters["factor"]), lowFrequency: lowest, highFrequency: highest,
                originalContext: try original())
        case "yarn":
            let factor = try positive(parameters["factor"])
            for name in ["mscale", "mscale_all_dim"] where parameters[name].isPresent {
                throw parameters[name].error("is not supported", remedy: remedy)
            }
            return .yarn(
                factor: factor, originalContext: try original(),
                fast: try optionalPositive(parameters["beta_fast"]) ?? 32,
                slow: try optionalPositive(parameters["beta_slow"]) ?? 1,
                magnitude: try optionalPositive(parameters["attention_factor"])
                    ?? yarnMagnitude(factor: factor)
            )
        case "longrope", "su":
            let context = try original()
            let factor =
                try optionalPositive(parameters["factor"]) ?? Double(contextLength) / Double(context)
            return .long(
                shortBy: try divisors(parameters["short_factor"], pairs),
                longBy: try divisors(parameters["long_factor"], pairs), originalContext: context,
                magnitude: try optionalPositive(parameters["attention_factor"])
                    ?? longMagnitude(factor: factor, originalContext: context)
            )
        default: throw kind.error("\"\(name)\" is not supported", remedy: remedy)
        }
    }

    /// 1 + 0.1 ln(factor), YaRN's equation 22.
    static func yarnMagnitude(factor: Double) -> Double { factor <= 1 ? 1 : 0.1 * log(factor) + 1 }

    /// sqrt(1 + ln(factor) / ln(original context)), as Phi-3 has it.
    static func longMagnitude(factor: Double, originalContext: Int) -> Double {
        factor <= 1 || originalContext <= 1
            ? 1 : (1 + log(factor) / log(Double(originalContext))).squareRoot()
    }

    private static func divisors(_ field: JSONField, _ count: Int) throws(LocatedError) -> [Double] {
        var divisors: [Double] = []
        for index in try field.array().indices { divisors.append(try positive(field[index])) }
        guard divisors.count == count else {
            throw field.error("has \(divisors.count) numbers where \(count) pairs turn")
        }
        return divisors
    }

    private static func positive(_ field: JSONField) throws(LocatedError) -> Double {
        let value = try field.double()
        guard value.isFinite, value > 0 else { throw field.error("is \(value), not a positive number") }
        return value
    }

    private static func optionalPositive(_ field: JSONField) throws(LocatedError) -> Double? {
        field.isPresent ? try positive(field) : nil
    }

    private static let remedy =
        "use a model whose rotary embeddings are plain or scaled by linear, llama3, yarn or longrope"
}
