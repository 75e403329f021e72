import TesseraCore
import TesseraDecoding
import Testing

@Suite("Sampling options")
struct SamplingOptionsTests {
    @Test(
        "values out of range are refused by the option's name, with a remedy",
        arguments: [
            (SamplingOptions(temperature: .nan), "--temperature"),
            (SamplingOptions(temperature: -0.1), "--temperature"),
            (SamplingOptions(temperature: .infinity), "--temperature"),
            (SamplingOptions(topK: -1), "--top-k"),
            (SamplingOptions(topP: 1.5), "--top-p"),
            (SamplingOptions(topP: -0.5), "--top-p"),
            (SamplingOptions(topP: .nan), "--top-p"),
            (SamplingOptions(minP: .nan), "--min-p"),
            (SamplingOptions(minP: 1.01), "--min-p"),
            (SamplingOptions(repetitionPenalty: 0), "--repetition-penalty"),
            (SamplingOptions(repetitionPenalty: -.infinity), "--repetition-penalty"),
            (SamplingOptions(repetitionPenalty: .nan), "--repetition-penalty"),
            (SamplingOptions(repetitionWindow: -1), "--repetition-window"),
        ]
    )
    func refused(options: SamplingOptions, field: String) {
        let error = #expect(throws: LocatedError.self) { try options.validate() }
        #expect(error?.field == field)
        #expect(error?.remedy?.isEmpty == false)
        #expect(throws: LocatedError.self) { try Sampler(options) }
    }

    @Test("the ends of the ranges are allowed")
    func allowed() throws {
        try SamplingOptions.greedy.validate()
        try SamplingOptions(temperature: 1e-300, topK: .max, topP: 0, minP: 1, repetitionPenalty: 1e300)
            .validate()
        try SamplingOptions(temperature: 1e300, topP: 1, minP: 0, repetitionWindow: .max, seed: .max)
            .validate()
    }

    @Test("generation options too")
    func generationOptions() {
        var options = GenerationOptions(maximumTokens: 0)
        #expect(throws: LocatedError.self) { try options.validate() }
        options = GenerationOptions(stopStrings: ["x", ""])
        #expect(throws: LocatedError.self) { try options.validate() }
        options = GenerationOptions(sampling: SamplingOptions(minP: 2))
        #expect(throws: LocatedError.self) { try options.validate() }
    }
}
