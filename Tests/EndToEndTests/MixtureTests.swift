import Foundation
import TesseraTestSupport
import Testing

@Suite("tokenizer mixture", .enabled(if: Program.hasLab))
struct MixtureTests {
    private struct Corpora {
        let folder: TemporaryFolder
        let tokenizer: String
        let samples: [String]

        /// A tokenizer trained on three parts of made text in two languages to one in another, and other such text.
        init() throws {
            folder = try TemporaryFolder()
            var generator = SeededGenerator(seed: 3)
            func text(_ lines: Int, _ syllables: [String]) -> String {
                (0..<lines).map { _ in
                    (0..<8).map { _ in
                        (0..<2).map { _ in syllables[Int.random(in: syllables.indices, using: &generator)] }
                            .joined()
                    }.joined(separator: " ")
                }.joined(separator: "\n") + "\n"
            }
            let (one, two) = (
                ["win", "ter", "hou", "se", "light"], ["kara", "mino", "tosa", "yuki", "hima"]
            )
            // Three lines to one are 71 % of the bytes and 70 % of the pairs: words of the second are longer.
            let corpus = try folder.write(text(900, one) + text(300, two), to: "corpus.txt")
            tokenizer = folder.path("tokenizer.json")
            let trained = try Program.run([
                "tokenizer", "train", corpus, "-o", tokenizer, "--vocab-size", "300", "--special", "<s>",
            ])
            guard trained.status == 0 else { throw Failed(errors: trained.errors) }
            samples = [
                "one=\(try folder.write(text(500, one), to: "one/a.txt").dropLast(6))",
                "two=\(try folder.write(text(500, two), to: "two.txt"))",
            ]
        }
    }

    private struct Failed: Error { let errors: String }

    private func run(_ corpora: Corpora, _ further: [String] = [], samples: [String]? = nil) throws
        -> Program.Run
    {
        try Program.run(
            ["tokenizer", "mixture", "--tokenizer", corpora.tokenizer, "--samples"]
                + (samples ?? corpora.samples) + further)
    }

    @Test("prints a table, and one JSON object with --json")
    func output() throws {
        let corpora = try Corpora()
        let table = try run(corpora, ["--bootstrap", "3"])
        #expect(table.status == 0 && table.errors.isEmpty)
        #expect(table.output.contains("one") && table.output.contains("90 % of draws"))
        #expect(table.output.contains("shares are of pairs"))
        let json = try run(corpora, ["--json", "--denominator", "bytes"])
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let categories = try #require(object["categories"] as? [[String: Any]])
        let shares = categories.compactMap { $0["share"] as? Double }
        #expect(shares.count == 2 && abs(shares[0] + shares[1] - 1) < 1e-12 && abs(shares[0] - 0.71) < 0.05)
    }

    @Test("ends with 1 when the mixture is not the one expected")
    func expected() throws {
        let corpora = try Corpora()
        let right = try corpora.folder.write(#"{"one": 0.7, "two": 0.3}"#, to: "right.json")
        let wrong = try corpora.folder.write(#"{"one": 0.3, "two": 0.7}"#, to: "wrong.json")
        let good = try run(corpora, ["--expected", right, "--tolerance", "0.05"])
        #expect(good.status == 0 && good.output.contains("within"))
        for format in [[], ["--json"]] {
            let bad = try run(corpora, ["--expected", wrong] + format)
            #expect(bad.status == 1 && bad.errors.isEmpty && !bad.output.isEmpty)
        }
    }

    @Test("says on one line what is wrong with the arguments")
    func errors() throws {
        let corpora = try Corpora()
        let wordPiece = corpora.folder.path("wordpiece.json")
        let trained = try Program.run(
            [
                "tokenizer", "train", corpora.folder.path("two.txt"), "-o", wordPiece, "--model", "wordpiece",
                "-n", "80",
            ])
        #expect(trained.status == 0)
        let cases: [([String], [String]?, String)] = [
            (["--merges", "100000"], nil, "merges"), (["--merges", "0"], nil, "--merges"),
            (["--bootstrap=-1"], nil, "--bootstrap"), (["--tolerance", "2"], nil, "--tolerance"),
            (["--expected", corpora.folder.path("none.json")], nil, "none.json"), ([], ["one"], "en=texts"),
            ([], ["one=/none/at/all", "two=/none"], "/none/at/all"), ([], [corpora.samples[0]], "samples"),
            (["--bootstrap", "2"], ["one=-", "two=-"], "standard input"),
            (["--tokenizer", wordPiece], nil, "WordPiece"),
            (["--skip-merges", "5000"], nil, "--skip-merges"),
        ]
        for (arguments, samples, named) in cases {
            let run = try run(corpora, arguments, samples: samples)
            #expect(run.status == 1 && run.output.isEmpty, "\(arguments)")
            #expect(
                run.errors.contains(named) && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        }
        #expect(try run(corpora, ["--denominator", "words"]).status == 2)
    }
}
