internal import TesseraCore
internal import TesseraReport

extension LanguageModelAdaptation {
    func report(to result: inout StudyResult) {
        guard let smallest = Self.sizes.first, let largest = Self.sizes.last else { return }
        result.measure(Self.kept, count: wins(.full, smallest))
        result.measure(
            Self.narrowing,
            mean(languages.map { lead($0.locale, .full, smallest) - lead($0.locale, .full, largest) }))
        result.measure(
            Self.renewed,
            seeds.map { Double(wins(.newTokenizer, smallest, seed: $0)) }
                + Self.sizes.dropFirst().map { Double(wins(.newTokenizer, $0)) })
        for (method, name) in [(AdaptationMethod.full, "kept"), (.newTokenizer, "new")] {
            result.measure(
                "\(name) tokenizer, 50, 200 and 1,000 KB: languages in which romanized needs fewer bits with those to read it back, of six",
                Self.sizes.map { Double(wins(method, $0, handicap: readingBack)) })
            result.measure(
                "\(name) tokenizer, 50, 200 and 1,000 KB: bits a character fewer for romanized, mean over languages",
                Self.sizes.map { size in mean(languages.map { lead($0.locale, method, size) }) })
        }
        result.add(
            bitsTable,
            caption:
                "Adapting a model of English with text of 50, 200 and 1,000 KB, all its parameters trained for \(AdaptationRun.steps) steps: bits for each held-out character of the native text, of the text as it is / romanized. To read back: about how many bits more bring the native character out of the romanized text."
        )
        result.add(
            methodTable,
            caption:
                "Methods side by side on 50 KB, mean over languages; seconds of one processor for a run, bits for each held-out character of the native text."
        )
        result.add(
            tokenTable,
            caption:
                "Characters of the native text for each token to train on, of the text as it is / romanized: a run reads \(AdaptationRun.steps * AdaptationRun.batchSize * 128) tokens. Overlap: tokens of the new vocabulary that the English one has."
        )
        result.add(chart, suffix: "adaptation")
        result.note(
            """
            Adapting: a model of English (Llama, three layers of width 128, a byte-level BPE of \
            \(NumberFormat.count(EnglishModel.tokenCount))) learns lines of LibreOffice's help, the same for both forms \
            and nested by size; sizes are those of the native text in UTF-8. Equal steps of equal tokens mean that a form \
            with longer tokens reads more text in them. New tokenizers have as many tokens; rows of those that English has \
            not are drawn from the mean and the covariance of its embeddings. None of the six scripts is one that the \
            English model was trained on. New tokenizers at 50 KB have three seeds, all else has one.
            """)
        result.note(
            """
            Romanized text has lost what it cannot be read back from, tones and which of the characters of one sound it \
            was, so fewer bits for it are not a better model of the native text. The bits to read it back are an \
            estimate: the borders of what each character became are known, and nothing around it is looked at. \
            Left out: invertible adapters, task adapters, and the class accuracy of names under the adapted models; \
            the zero-shot transfer has a classifier of its own.
            """)
    }

    private func pair(_ values: (WritingForm) -> Double, places: Int = 3) -> String {
        WritingForm.allCases.map { NumberFormat.decimal(values($0), places: places) }.joined(separator: " / ")
    }

    private var bitsTable: Table {
        var table = Table(
            [.init("locale"), .init("script"), .init("tokenizer"), .init("before", .right)]
                + Self.sizes.map { .init("\(NumberFormat.count($0 / 1000)) KB", .right) }
                + [.init("to read back", .right)])
        for language in languages {
            for (method, name) in [(AdaptationMethod.full, "kept"), (.newTokenizer, "new")] {
                table.append(
                    [
                        language.locale, language.script, name,
                        method == .full ? pair { before[language.locale]?[$0] ?? .nan } : "",
                    ]
                        + Self.sizes.map { size in pair { bits(language.locale, $0, method, size) } }
                        + [NumberFormat.decimal(readingBack[language.locale] ?? .nan, places: 3)])
            }
        }
        return table
    }

    private var methodTable: Table {
        var table = Table([
            .init("method"), .init("trained parameters", .right), .init("seconds", .right),
            .init("native", .right), .init("romanized", .right),
            .init("languages in which romanized needs fewer", .right),
        ])
        guard let smallest = Self.sizes.first else { return table }
        for method in AdaptationMethod.allCases {
            let runs = runs.filter { $0.arm.method == method && $0.arm.size == smallest }
            table.append(
                [
                    method.rawValue, counts(runs.map(\.trainedCount)),
                    NumberFormat.decimal(mean(runs.map(\.seconds)), places: 1),
                ]
                    + WritingForm.allCases.map { form in
                        NumberFormat.decimal(
                            mean(runs.filter { $0.arm.form == form }.map(\.bitsPerCharacter)), places: 3)
                    } + ["\(wins(method, smallest))"])
        }
        return table
    }

    /// One number, or the least and the most: tokenizers of little text may have fewer tokens than asked for.
    private func counts(_ values: [Int]) -> String {
        Set([values.min() ?? 0, values.max() ?? 0]).sorted().map(NumberFormat.count).joined(separator: "–")
    }

    private var tokenTable: Table {
        var table = Table(
            [.init("locale"), .init("kept", .right)]
                + Self.sizes.map { .init("new, \(NumberFormat.count($0 / 1000)) KB", .right) }
                + [.init("overlap at 1,000 KB, %", .right)])
        guard let largest = Self.sizes.last else { return table }
        for language in languages {
            func run(_ method: AdaptationMethod, _ form: WritingForm, _ size: Int) -> AdaptationRun? {
                runs.first {
                    $0.arm.locale == language.locale && $0.arm.method == method && $0.arm.form == form
                        && $0.arm.size == size
                }
            }
            table.append(
                [
                    language.locale, pair { run(.full, $0, largest)?.charactersPerToken ?? .nan },
                ]
                    + Self.sizes.map { size in
                        pair { run(.newTokenizer, $0, size)?.charactersPerToken ?? .nan }
                    }
                    + [pair({ 100 * (run(.newTokenizer, $0, largest)?.overlap ?? .nan) }, places: 1)])
        }
        return table
    }

    private var chart: LineChart {
        var series: [LineChart.Series] = []
        for (method, name) in [(AdaptationMethod.full, "kept tokenizer"), (.newTokenizer, "new tokenizer")] {
            for (form, writing) in [(WritingForm.native, "as it is"), (.romanized, "romanized")] {
                series.append(
                    LineChart.Series(
                        "\(writing), \(name)",
                        Self.sizes.map { size in
                            LineChart.Point(
                                Double(size) / 1000,
                                mean(languages.map { bits($0.locale, form, method, size) }))
                        }))
            }
        }
        return LineChart(
            title: "A model of English adapted to six languages", xName: "KB of native text",
            yName: "bits for each held-out character", series: series)
    }
}
