import Dispatch
import TesseraCore
import TesseraDecoding
import TesseraFiles
import TesseraServer
import TesseraTokenizers

/// A scheduler on its own thread, as long as `body` runs.
func withScheduler<Value: Sendable>(
    _ model: FakeModel, limits: ServerLimits = ServerLimits(), drafting: BatchDrafting? = nil,
    _ body: (JobQueue, ServerMetrics) async throws -> Value
) async throws -> Value {
    let metrics = ServerMetrics()
    let queue = JobQueue(limits: limits, metrics: metrics)
    let ended = DispatchSemaphore(value: 0)
    DispatchQueue(label: "scheduler").async {
        Scheduler(
            model: model, tokenizer: byteTokenizer.tokenizer, contextLength: model.contextLength,
            limits: limits, queue: queue, metrics: metrics, drafting: drafting
        ).run()
        ended.signal()
    }
    let result: Result<Value, any Error>
    do { result = .success(try await body(queue, metrics)) } catch { result = .failure(error) }
    queue.stop()
    // Everything it held is released then.
    await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
            _ = ended.wait(timeout: .now() + 10)
            continuation.resume()
        }
    }
    return try result.get()
}

/// A request as it would come over the wire, with its prompt as bytes.
func request(
    _ prompt: String = "hello", _ fields: [(String, JSONValue)] = [], prompts: [String]? = nil,
    model: FakeModel, limits: ServerLimits = ServerLimits()
) throws -> GenerationRequest {
    var members: [(String, JSONValue)] = [
        ("prompt", prompts.map { .array($0.map(JSONValue.string)) } ?? .string(prompt)),
        ("max_tokens", 8), ("temperature", 1), ("seed", 1), ("ignore_eos", true),
    ]
    members += fields
    let body = JSONValue.object(JSONObject(members)).serializedBytes()
    let parsed = try CompletionRequest(
        try RequestFields(body: body), model: servedModel(model), limits: limits)
    return parsed.generation
}

/// What came of a request.
struct Outcome: Sendable, Equatable {
    /// The tokens of each text.
    var tokens: [Int: [TokenID]] = [:]
    /// The text of each text.
    var texts: [Int: String] = [:]
    var reasons: [Int: StopReason] = [:]
    var probabilities: [Int: [TokenProbability]] = [:]
    var promptProbabilities: [Int: [TokenProbability]] = [:]
    var failure: APIError?

    mutating func take(_ event: GenerationEvent) {
        switch event {
        case .prompt(let text, let told): promptProbabilities[text, default: []] += told
        case .token(let text, let id, let piece, let probability):
            tokens[text, default: []].append(id)
            texts[text, default: ""] += piece
            if let probability { probabilities[text, default: []].append(probability) }
        case .piece(let text, let piece): texts[text, default: ""] += piece
        case .ended(let text, let rest, let reason):
            texts[text, default: ""] += rest
            reasons[text] = reason
        case .failed(let error): failure = error
        }
    }
}

extension Job {
    /// Everything that is told, to the end.
    func outcome() async -> Outcome {
        var outcome = Outcome()
        while let events = await events.next() {
            for event in events { outcome.take(event) }
        }
        return outcome
    }
}

/// A gate that a model's pass waits at until the test lets it through.
final class Gate: Sendable {
    private let passes = DispatchSemaphore(value: 0)
    private let arrivals = DispatchSemaphore(value: 0)

    /// What the model calls before a pass; waits at most ten seconds.
    func pass() {
        arrivals.signal()
        _ = passes.wait(timeout: .now() + 10)
    }

    /// Lets passes through.
    func open(_ count: Int = 1) { for _ in 0..<count { passes.signal() } }

    /// Waits until the model stands at the gate.
    func arrival() async -> Bool {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [arrivals] in
                continuation.resume(returning: arrivals.wait(timeout: .now() + 10) == .success)
            }
        }
    }
}
