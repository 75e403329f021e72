internal import ArgumentParser
internal import TesseraCore
internal import TesseraTokenizers

/// How inputs are made to fit a length.
struct FittingOptions: ParsableArguments {
    @Option(help: "Cut inputs to this many tokens, those around the text included; further parts follow.")
    var maxLength: Int?

    @Option(help: "Repeat this many tokens of a part at the head of the next; needs --max-length.")
    var stride: Int?

    @Option(help: "Fill inputs to this many tokens with the padding token.")
    var padTo: Int?

    @Flag(help: "Cut and fill on the left.")
    var left = false

    @Flag(help: "Neither cut nor fill, even where the tokenizer's file says so.")
    var noFitting = false

    /// Puts the choices into `options`.
    ///
    /// - Throws: `LocatedError` when a number makes no sense or the tokenizer has no padding token.
    func apply(to options: inout EncodingOptions, _ tokenizer: PipelineTokenizer) throws(LocatedError) {
        if noFitting {
            options.truncation = .never
            options.padding = .never
        }
        if let maxLength {
            try check(maxLength, "--max-length")
            var truncation = tokenizer.definition.truncation ?? Truncation(largestCount: maxLength)
            truncation.largestCount = maxLength
            if let stride {
                guard stride >= 0, stride < maxLength else {
                    throw LocatedError(
                        field: "--stride", problem: "\(stride) is not in 0..<\(maxLength)",
                        remedy: "give fewer tokens than --max-length")
                }
                truncation.stride = stride
            }
            if left { truncation.side = .left }
            options.truncation = .given(truncation)
        } else if stride != nil {
            throw LocatedError(
                field: "--stride", problem: "means nothing without --max-length", remedy: "add --max-length N"
            )
        }
        if let padTo {
            try check(padTo, "--pad-to")
            options.padding = .given(try padding(padTo, tokenizer))
        }
    }

    private func padding(_ length: Int, _ tokenizer: PipelineTokenizer) throws(LocatedError) -> Padding {
        var padding = tokenizer.definition.padding ?? Padding()
        if tokenizer.definition.padding == nil {
            guard let id = tokenizer.specialTokens.padding else {
                throw LocatedError(
                    field: "--pad-to", problem: "this tokenizer has no padding token",
                    remedy: "use one whose files name a pad_token")
            }
            padding.token = id
            padding.spelling = tokenizer.spelling(of: id) ?? ""
        }
        padding.length = .fixed(length)
        if left { padding.side = .left }
        return padding
    }

    private func check(_ count: Int, _ name: String) throws(LocatedError) {
        guard (1...1 << 24).contains(count) else {
            throw LocatedError(
                field: name, problem: "\(count) is outside 1...\(1 << 24)",
                remedy: "give a number in that range")
        }
    }
}
