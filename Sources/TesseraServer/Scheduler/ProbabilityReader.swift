internal import TesseraCore
internal import TesseraDecoding

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Asks the running model what comes after texts, some at a time, beside everybody's texts.
///
/// Each text is a request for one token, so that batches, turns, limits and counters are those of all texts.
struct ProbabilityReader: Sendable {
    let queue: JobQueue
    let connection: ClientConnection
    let client: String

    /// The texts of a job: few enough that other clients' texts come in between.
    private static let textsAtOnce = 16

    /// What is added to a token's logit so that it is the one that is drawn and told; the probability told is that before.
    private static let certainty: Float = 100

    /// The most likely token after a text.
    ///
    /// - Throws: `APIError` when the queue is full, the client has gone or the model fails.
    func likeliest(after text: [TokenID]) async throws -> TokenID {
        guard let first = try await read([text], drawing: nil).first else { throw Self.noNumbers }
        return first.id
    }

    /// How likely a token is after each of `count` texts.
    ///
    /// - Parameter text: the text of a number.
    /// - Throws: `APIError` when the queue is full, the client has gone or the model fails.
    func probabilities(
        of target: TokenID, count: Int, after text: (Int) -> [TokenID]
    ) async throws -> [Double] {
        var all: [Double] = []
        while all.count < count {
            let numbers = all.count..<min(all.count + Self.textsAtOnce, count)
            // A token that even so is not the likeliest has a probability below 1e-43.
            all += try await read(numbers.map(text), drawing: target).map {
                $0.id == target ? exp($0.logProbability) : 0
            }
        }
        return all
    }

    /// The tokens drawn after texts, in their order.
    private func read(
        _ texts: [[TokenID]], drawing target: TokenID?
    ) async throws -> [TokenProbability.Alternative] {
        var request = GenerationRequest(prompts: texts, client: client)
        if let target { request.bias = [target: Self.certainty] }
        let job = try queue.submit(request)
        let watch = connection.whenGone { job.cancel() }
        defer {
            job.cancel()
            connection.forget(watch)
        }
        var drawn = [TokenProbability.Alternative?](repeating: nil, count: texts.count)
        while let events = await job.events.next() {
            for event in events {
                switch event {
                case .token(let text, let id, _, let probability):
                    guard let value = probability?.logProbability else { throw Self.noNumbers }
                    drawn[text] = .init(id: id, logProbability: value)
                case .failed(let error): throw error
                case .prompt, .piece, .ended: break
                }
            }
        }
        let found = drawn.compactMap { $0 }
        guard found.count == texts.count else { throw Self.noNumbers }
        return found
    }

    private static let noNumbers = APIError(
        status: 500, message: "the model's scores are no numbers; its weights may be damaged")
}

extension GenerationRequest {
    /// A request for the most likely token after each of some texts, with its probability.
    fileprivate init(prompts: [[TokenID]], client: String) {
        self.prompts = prompts
        self.client = client
        choicesPerPrompt = 1
        options = GenerationOptions(maximumTokens: 1)
        (bias, presencePenalty, frequencyPenalty) = ([:], 0, 0)
        probabilityCount = 0
        streams = false
    }
}
