import TesseraTestSupport
import Testing

/// A text and a tokenizer for it in a folder, and what trains a tiny model on them in seconds.
struct TinyTraining {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let words = ["winter", "wind", "in", "the", "sand", "under", "sea"]
        var generator = SeededGenerator(seed: 1)
        let text = (0..<1_500).map { _ in
            let begin = Int.random(in: words.indices, using: &generator)
            return (0..<6).map { words[(begin + $0) % words.count] }.joined(separator: " ") + ".\n"
        }.joined()
        try folder.write(text, to: "text.txt")
        let run = try Program.run([
            "tokenizer", "train", folder.path("text.txt"), "-n", "290", "-o", folder.path("words.json"),
        ])
        try #require(run.status == 0, "\(run.errors)")
    }

    /// The arguments that train into the folder `name`; of options given twice, the one in `more` counts.
    func arguments(_ name: String, steps: Int, _ more: [String]) -> [String] {
        [
            "train", "--tokenizer", folder.path("words.json"), "--corpus", folder.path("text.txt"),
            "--output", folder.path(name), "--layers", "1", "--width", "32", "--heads", "2",
            "--context", "32", "--batch", "8", "--steps", "\(steps)", "--threads", "1",
        ] + more
    }
}
