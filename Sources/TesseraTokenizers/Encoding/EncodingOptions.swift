public import TesseraCore

/// How `PipelineTokenizer.encoding(of:options:)` makes an encoding.
public struct EncodingOptions: Hashable, Sendable {
    /// Whether an option is that of the file, left out, or given here.
    public enum Choice<Value: Hashable & Sendable>: Hashable, Sendable {
        /// As the tokenizer's file says.
        case asFile
        /// Not at all, whatever the file says.
        case never
        case given(Value)

        func resolved(_ ofFile: Value?) -> Value? {
            switch self {
            case .asFile: ofFile
            case .never: nil
            case .given(let value): value
            }
        }
    }

    /// How the spelling of a special token inside a text is read.
    public var special = SpecialTokenReading.asTokens

    /// Whether the post-processor puts its tokens around the text.
    public var addsSpecialTokens = true

    /// Cuts the text at random instead of in the best way; nil: in the best way.
    public var sampling: SegmentationSampling?

    /// How inputs that are too long are cut.
    public var truncation = Choice<Truncation>.asFile

    /// How inputs that are too short are filled.
    public var padding = Choice<Padding>.asFile

    public init() {}
}

/// One text or a pair, such as a question and the passage that may answer it.
public struct EncodingInput: Hashable, Sendable, ExpressibleByStringLiteral {
    public var text: String
    public var pair: String?

    public init(_ text: String, pair: String? = nil) {
        self.text = text
        self.pair = pair
    }

    public init(stringLiteral text: String) { self.init(text) }
}
