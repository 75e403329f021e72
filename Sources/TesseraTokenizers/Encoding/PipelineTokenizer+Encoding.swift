public import TesseraCore

extension PipelineTokenizer {
    /// One text or a pair as a model reads it: cut, surrounded by special tokens, filled.
    ///
    /// - Throws: `LocatedError` when the truncation asked for is not possible.
    public func encoding(
        of input: EncodingInput, options: EncodingOptions = EncodingOptions()
    ) throws(LocatedError) -> Encoding {
        var encoding = try unpaddedEncoding(of: input, options, number: 0)
        if let padding = options.padding.resolved(definition.padding) {
            encoding.pad(to: padding.length(for: encoding.count), padding)
        }
        return encoding
    }

    /// Many inputs as a model reads them, all of one length when padding asks for it.
    ///
    /// - Parameter threads: how many threads work at once; nil: as many as there are cores.
    /// - Throws: `LocatedError` when the truncation asked for is not possible.
    public func encodings(
        of inputs: [EncodingInput], options: EncodingOptions = EncodingOptions(), threads: Int? = nil
    ) throws(LocatedError) -> [Encoding] {
        let results = mapBatch(inputs.count, threads: threads) { index in
            Result { () throws(LocatedError) in
                try unpaddedEncoding(of: inputs[index], options, number: index)
            }
        }
        var encodings: [Encoding] = []
        encodings.reserveCapacity(results.count)
        for result in results { encodings.append(try result.get()) }
        if let padding = options.padding.resolved(definition.padding) {
            let length = padding.length(for: encodings.lazy.map(\.count).max() ?? 0)
            for index in encodings.indices { encodings[index].pad(to: length, padding) }
        }
        return encodings
    }

    private func unpaddedEncoding(
        of input: EncodingInput, _ options: EncodingOptions, number: Int
    ) throws(LocatedError) -> Encoding {
        func encode(_ text: String, textIndex: Int) -> Encoding {
            guard let sampling = options.sampling, let sampler = path.sampler else {
                return Encoding(encodeWithOffsets(text, special: options.special), textIndex: textIndex)
            }
            let state = SamplingState(sampling, stream: UInt64(2 * number + textIndex))
            var text = text
            let spans = text.withUTF8 { bytes in
                withValidUTF8(bytes) { sampler.encodeWithOffsets($0, special: options.special, state) }
            }
            return Encoding(spans, textIndex: textIndex)
        }
        var first = encode(input.text, textIndex: 0)
        var second = input.pair.map { encode($0, textIndex: 1) }
        let postProcessor = definition.postProcessor
        if let truncation = options.truncation.resolved(definition.truncation) {
            let added =
                options.addsSpecialTokens ? postProcessor?.addedCount(isPair: second != nil) ?? 0 : 0
            try truncation.apply(to: &first, &second, addedCount: added)
        }
        return PostProcessor.process(
            first, second, with: postProcessor, addsTokens: options.addsSpecialTokens
        ) { bytesOfSpelling(of: $0) }
    }
}

extension Padding {
    /// The length that an input, or the longest of a batch, of `count` tokens is filled to.
    func length(for count: Int) -> Int {
        let wanted =
            switch length {
            case .longest: count
            case .fixed(let length): length
            }
        guard let multiple, multiple > 0, wanted % multiple != 0 else { return wanted }
        let (rounded, overflows) = (wanted / multiple + 1).multipliedReportingOverflow(by: multiple)
        return overflows ? wanted : rounded
    }
}
