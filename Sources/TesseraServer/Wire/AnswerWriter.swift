internal import TesseraCore
internal import TesseraFiles

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Turns the events of a request into its answer, whole or as the chunks of a stream.
protocol AnswerWriter: Sendable {
    /// The chunks for some events, in order; empty when they say nothing.
    mutating func chunks(for events: [GenerationEvent]) -> [JSONValue]

    /// The whole answer, once all texts have ended.
    var answer: JSONValue { get }

    /// A chunk with the counts and no choices.
    var usageChunk: JSONValue { get }
}

/// What every answer and chunk begins with.
struct AnswerHead {
    let id: String
    let object: String
    let created = Int(time(nil))
    let model: String

    /// - Parameter prefix: "cmpl" or "chatcmpl".
    init(prefix: String, object: String, model: String) {
        id = "\(prefix)-\(String(UInt64.random(in: .min ... .max), radix: 16))"
        self.object = object
        self.model = model
    }

    /// The members with choices, and counts where they are known.
    func json(object: String? = nil, choices: [JSONValue], usage: JSONValue?) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", .string(id)), ("object", .string(object ?? self.object)), ("created", .integer(created)),
            ("model", .string(model)), ("choices", .array(choices)),
        ]
        if let usage { members.append(("usage", usage)) }
        return .object(JSONObject(members))
    }
}
