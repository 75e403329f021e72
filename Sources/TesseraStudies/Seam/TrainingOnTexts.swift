internal import TesseraCore
internal import TesseraFiles
internal import TesseraTokenizers
internal import TesseraVocabulary

/// Trains a tokenizer on texts that are in memory, each alone.
///
/// - Throws: as `trainTokenizer(_:on:)` does.
func trainTokenizer(
    _ settings: TrainingSettings, onTexts texts: [String], cancellation: Cancellation = Cancellation()
) throws -> TrainedTokenizer {
    let folder = try FileSystem.createTemporaryFolder(prefix: "tessera-study-")
    defer { FileSystem.remove(folder) }
    var lines = ""
    for text in texts {
        let line: JSONValue = ["text": .string(text)]
        lines += line.serialized() + "\n"
    }
    try writeAtomically(lines, to: folder + "/texts.jsonl")
    return try trainTokenizer(
        settings, on: Corpus(files: [folder + "/texts.jsonl"]), cancellation: cancellation)
}
