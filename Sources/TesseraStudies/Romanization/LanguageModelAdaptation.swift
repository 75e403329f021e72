internal import TesseraAnalysis
internal import TesseraCore
internal import TesseraReport

/// Whether a model of English is adapted better to romanized text than to the same text in its own script
/// (Purkayastha and others, 2023), by method and by how much text there is.
///
/// All runs take as many steps of as many tokens. Bits are counted for each character of the text as it is, as romanizing
/// changes its length.
struct LanguageModelAdaptation {
    static let kept = "kept tokenizer, 50 KB: languages in which romanized needs fewer bits, of six"
    static let narrowing =
        "kept tokenizer: bits a character by which the lead of romanized shrinks from 50 to 1,000 KB, mean over languages"
    static let renewed =
        "new tokenizer, 50, 200 and 1,000 KB: languages in which romanized needs fewer bits, of six"

    /// More than half of the languages, and a lead that does not grow.
    static let thresholds: [Threshold] = [.atLeast(4, kept), .atLeast(0, narrowing), .atLeast(4, renewed)]

    /// The sizes of the texts in bytes, smallest first.
    static let sizes = [50_000, 200_000, 1_000_000]

    /// The seeds, the first of which is that of most runs.
    let seeds: [UInt64]
    /// The languages in the order of the tables.
    let languages: [AdaptationText.Language]
    /// Bits a character of the English model as it is, by language and form.
    private(set) var before: [String: [WritingForm: Double]] = [:]
    /// About how many bits a character of the native text takes when the romanized one is known.
    private(set) var readingBack: [String: Double] = [:]
    private(set) var runs: [AdaptationRun] = []

    /// Trains the English model and adapts it.
    ///
    /// - Parameter seeds: one or more; new tokenizers are measured with each at the smallest size, where chance matters most,
    ///   all else with the first.
    /// - Throws: `LocatedError` when a text is not there or a loss is no number; `CancelledError` when stopped.
    init(seeds: [UInt64], conditions: StudyConditions) throws {
        self.seeds = seeds
        languages = AdaptationText.languages
        guard let seed = seeds.first else { return }
        let model = try EnglishModel(seed: seed, conditions: conditions)
        for (index, language) in languages.enumerated() {
            let text = try AdaptationText(language, seed: seed, conditions: conditions)
            let characters = Double(max(text.heldOutCharacterCount, 1))
            for form in WritingForm.allCases {
                let bits = try LineCorpus.bits(
                    of: text.heldOutLines(form), tokenizer: model.tokenizer, model.network,
                    cancellation: conditions.cancellation)
                before[language.locale, default: [:]][form] = bits / characters
            }
            let reading = ReadingBack(
                try Romanizer(language: language.code),
                training: text.trainingLines(.native, size: Self.sizes.last ?? 0))
            readingBack[language.locale] = reading.bits(of: text.heldOutLines(.native)) / characters
            let arms = arms(language)
            for (place, arm) in arms.enumerated() {
                conditions.progress.report(
                    "adapting", index * arms.count + place, of: languages.count * arms.count, unit: "runs")
                runs.append(
                    try AdaptationRun(arm, of: model, to: text, cancellation: conditions.cancellation))
            }
        }
    }

    /// What is run for a language.
    private func arms(_ language: AdaptationText.Language) -> [AdaptationRun.Arm] {
        Self.sizes.enumerated().flatMap { place, size in
            AdaptationMethod.allCases.flatMap { method -> [AdaptationRun.Arm] in
                let isSwept = method == .full || method == .newTokenizer
                guard isSwept || place == 0 else { return [] }
                return seeds.prefix(method == .newTokenizer && place == 0 ? seeds.count : 1).flatMap { seed in
                    WritingForm.allCases.map { form in
                        AdaptationRun.Arm(
                            locale: language.locale, form: form, method: method, size: size, seed: seed)
                    }
                }
            }
        }
    }

    /// The bits a character of an arm; no number when it was not run.
    func bits(
        _ locale: String, _ form: WritingForm, _ method: AdaptationMethod, _ size: Int, seed: UInt64? = nil
    ) -> Double {
        let arm = AdaptationRun.Arm(
            locale: locale, form: form, method: method, size: size, seed: seed ?? seeds.first ?? 0)
        return runs.first { $0.arm == arm }?.bitsPerCharacter ?? .nan
    }

    /// The bits a character that romanized text needs fewer.
    func lead(_ locale: String, _ method: AdaptationMethod, _ size: Int, seed: UInt64? = nil) -> Double {
        bits(locale, .native, method, size, seed: seed) - bits(locale, .romanized, method, size, seed: seed)
    }

    /// The languages in which romanized text needs fewer bits.
    ///
    /// - Parameter handicap: bits a character that romanized text must make up for, by locale.
    func wins(
        _ method: AdaptationMethod, _ size: Int, seed: UInt64? = nil, handicap: [String: Double] = [:]
    ) -> Int {
        languages.count { lead($0.locale, method, size, seed: seed) > handicap[$0.locale] ?? 0 }
    }
}
