internal import TesseraCore
internal import TesseraDecoding
internal import TesseraFiles
internal import TesseraTokenizers

/// What has been said of one text: the record that an answer is written from, whole or in pieces.
struct TextRecord {
    /// The text, with the prompt in front when it is echoed.
    var text = ""

    /// The tokens that the next piece tells, with the place in code points where the text of each begins.
    var told: [(probability: TokenProbability, offset: Int)] = []

    /// The tokens that were drawn.
    var ids: [TokenID] = []

    /// Why it ended: "stop" or "length"; nil while it goes on.
    var finishReason: String?

    private var decoder: StreamingDecoder
    private var length = 0

    /// How much of `text` earlier pieces said, in UTF-8 bytes.
    private var sentCount = 0

    init(tokenizer: any Tokenizer) {
        decoder = StreamingDecoder(tokenizer: tokenizer)
    }

    /// The text that the next piece says: all of it when there was none.
    var unsentText: String { String(decoding: text.utf8.dropFirst(sentCount), as: UTF8.self) }

    /// Begins another piece, after one was made.
    mutating func beginPiece() {
        sentCount = text.utf8.count
        told = []
        ids = []
    }

    /// `ids` as JSON.
    var idValues: JSONValue { .array(ids.map { .integer(Int($0)) }) }

    /// Notes a token and where its text begins.
    mutating func tell(_ id: TokenID, _ probability: TokenProbability?) {
        if let probability { told.append((probability, length)) }
        length += decoder.append(id).unicodeScalars.count
    }

    /// Puts an echoed prompt in front.
    mutating func echo(_ prompt: [TokenID], tokenizer: any Tokenizer, isTold: Bool) {
        text = tokenizer.decode(prompt)
        // Tokens that are told move the offset themselves.
        if !isTold { for id in prompt { tell(id, nil) } }
    }

    /// Takes an event of this text.
    mutating func take(_ event: GenerationEvent) {
        switch event {
        case .prompt(_, let probabilities):
            for probability in probabilities { tell(probability.id, probability) }
        case .token(_, let id, let piece, let probability):
            ids.append(id)
            tell(id, probability)
            text += piece
        case .piece(_, let piece): text += piece
        case .ended(_, let rest, let reason):
            text += rest
            finishReason = reason.wireName
        case .failed: break
        }
    }
}

extension StopReason {
    /// OpenAI's word for it.
    var wireName: String {
        switch self {
        case .endOfText, .stopString: "stop"
        case .maximumTokens, .contextFull: "length"
        case .cancelled: "cancelled"
        }
    }
}

extension GenerationEvent {
    /// The number of the text that it is about; nil when it is about the request.
    var text: Int? {
        switch self {
        case .prompt(let text, _), .token(let text, _, _, _), .piece(let text, _), .ended(let text, _, _):
            text
        case .failed: nil
        }
    }

    /// The tokens that it tells of, or the bytes.
    var drawnCount: Int {
        switch self {
        case .token: 1
        case .piece(_, let piece): piece.utf8.count
        case .prompt, .ended, .failed: 0
        }
    }
}

extension GenerationRequest {
    /// The counts of the request, of whose tokens `completionTokens` were generated.
    func usage(completionTokens: Int) -> JSONValue {
        let promptTokens = prompts.reduce(0) { $0 + $1.count }
        return [
            "prompt_tokens": .integer(promptTokens),
            "completion_tokens": .integer(completionTokens),
            "total_tokens": .integer(promptTokens + completionTokens),
        ]
    }
}
