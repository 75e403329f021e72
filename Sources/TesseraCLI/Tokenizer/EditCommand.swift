internal import ArgumentParser
internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraReport
internal import TesseraTokenizers
internal import TesseraVocabulary

/// `tessera tokenizer edit`: a tokenizer with another vocabulary, and what that changes.
struct EditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract:
            "Make a vocabulary smaller or larger, join two, rename a special token, or change the model.",
        discussion: """
            Writes the tokenizer, and row-map.json beside it: for each new id the row of the old embedding that \
            belongs to it, or the rows of the tokens that its text was before. A token that could be produced \
            before and cannot afterwards is an error.
            """,
        subcommands: [
            PruneCommand.self, ExtendCommand.self, MergeCommand.self, RenameSpecialCommand.self,
            UnigramifyCommand.self, DigitsCommand.self,
        ]
    )
}

/// Where an edited tokenizer goes, and what it is measured on.
struct EditOptions: ParsableArguments {
    @Argument(help: "A tokenizer file, a folder, a GGUF file or a fetched model.")
    var input: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The file or folder to write; its name tells the format.", valueName: "path"))
    var output: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Text to measure on: plain files, JSON lines or either as gzip.", valueName: "files"))
    var corpus: [String] = []

    @Option(help: ArgumentHelp("The member of a JSON line that holds the text.", valueName: "member"))
    var field = "text"

    @Flag(help: "Write the tokenizer even when tokens can no longer be produced.")
    var force = false

    @OptionGroup var result: OutputOptions

    /// The texts; nil: none were named.
    var texts: Corpus? {
        guard !corpus.isEmpty else { return nil }
        var texts = Corpus(files: corpus)
        texts.field = field
        return texts
    }

    func load() throws -> LoadedTokenizer {
        try TokenizerLoader.load(path: input, options: TokenizerLoader.Options())
    }

    /// Checks and writes what an edit made.
    ///
    /// - Parameters:
    ///   - before: what the corpus cost, where that is known already.
    ///   - template: the chat template; nil: that of the input.
    func finish(
        _ edit: VocabularyEdit, of loaded: LoadedTokenizer, before: CorpusCost? = nil,
        template: String? = nil,
        second: TokenizerDefinition? = nil
    ) throws {
        let old = loaded.tokenizer.definition
        let bar = ProgressBar()
        defer { bar.clear() }
        var cost: (before: CorpusCost, after: CorpusCost)?
        if let texts {
            let stop = Interruption.cancellation
            let first =
                try before ?? corpusCost(of: texts, with: old, progress: bar.progress, cancellation: stop)
            cost = (
                first,
                try corpusCost(of: texts, with: edit.definition, progress: bar.progress, cancellation: stop)
            )
        }
        bar.clear()
        let report = try EditReport(of: edit, from: old, cost: cost)
        if let lost = report.lostReach.first, !force {
            throw LocatedError(
                file: input, field: "token \(lost.id)",
                problem: "\(report.lostReach.count) tokens cannot be produced afterwards, the first is "
                    + "\"\(String(decoding: lost.spelling, as: UTF8.self))\": \(lost.reason)",
                remedy: "choose other tokens, or write the tokenizer nevertheless with --force")
        }
        var definition = LoadedDefinition(edit.definition, file: loaded.file)
        definition.chatTemplate = template ?? loaded.chatTemplate
        let newIDs = edit.newIDs(oldCount: loaded.tokenizer.vocabularySize)
        definition.endOfText = loaded.endOfText.flatMap { Int($0) < newIDs.count ? newIDs[Int($0)] : nil }
        let outcome = try TokenizerSaver.save(definition, to: output)
        let map = RowMap(from: old, edit, second: second)
        let isFolder = FileSystem.kind(of: output) == .folder
        let mapPath = (isFolder ? output : FileSystem.folder(of: output)) + "/row-map.json"
        try writeAtomically(map.json.serialized() + "\n", to: mapPath)
        let files = outcome.files + [mapPath]
        if result.json {
            var object = JSONObject()
            if case .object(let members) = report.json { object = members }
            object["files"] = .array(files.map { .string($0) })
            object["losses"] = .array(outcome.losses.map { .string($0) })
            try writeJSON(.object(object))
            return
        }
        try write(text(report))
        for loss in outcome.losses { try write("not in this format: \(loss)\n") }
        try write(files.map { $0 + "\n" }.joined())
    }

    private func text(_ report: EditReport) -> String {
        var table = Table([.init(""), .init("before", .right), .init("after", .right)])
        func row(_ name: String, _ before: Int, _ after: Int) {
            table.append([name, NumberFormat.count(before), NumberFormat.count(after)])
        }
        row("tokens", report.tokenCount.before, report.tokenCount.after)
        if let merges = report.mergeCount { row("merges", merges.before, merges.after) }
        if let cost = report.cost {
            row("tokens of the corpus", cost.before.tokenCount, cost.after.tokenCount)
            table.append([
                "bytes per token", NumberFormat.decimal(cost.before.bytesPerToken, places: 3),
                NumberFormat.decimal(cost.after.bytesPerToken, places: 3),
            ])
        }
        var text = table.text()
        for note in report.notes.prefix(10) { text += "\(note)\n" }
        if report.notes.count > 10 {
            text += "and \(NumberFormat.count(report.notes.count - 10)) notes more\n"
        }
        if report.unreachableBefore > 0 {
            text +=
                "\(NumberFormat.count(report.unreachableBefore)) tokens could not be produced before either\n"
        }
        for token in report.lostReach.prefix(10) {
            text += "token \(token.id) cannot be produced: \(token.reason)\n"
        }
        let used = report.lost.filter { $0.uses > 0 }
        if !used.isEmpty {
            var lost = Table([.init("lost"), .init("uses", .right), .init("is now")])
            for token in used.prefix(10) {
                lost.append([
                    spelled(token.spelling), NumberFormat.count(token.uses),
                    token.pieces.map(spelled).joined(separator: " "),
                ])
            }
            text += "\n" + lost.text()
            if used.count > 10 {
                text += "and \(NumberFormat.count(used.count - 10)) more that the corpus uses\n"
            }
        }
        return text
    }

    private func spelled(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// `tessera tokenizer edit prune`: fewer tokens.
struct PruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Keep the tokens that a corpus uses, and what they need.",
        discussion: """
            Added tokens stay, and so do the tokens that others are merged of and those that every text needs. Texts \
            whose tokens all stay are encoded as before.
            """
    )

    @OptionGroup var edit: EditOptions

    @Option(help: "Keep tokens that the corpus uses at least so often.")
    var minCount: Int?

    @Option(help: "Keep this many tokens: those that the corpus uses most.")
    var size: Int?

    @Option(help: "Keep the tokens that the first merges make.")
    var merges: Int?

    @Option(
        help: ArgumentHelp(
            "Keep the ids in this file, separated by white space or commas.", valueName: "file"))
    var ids: String?

    @Flag(name: .customLong("keep-ids"), help: "Let tokens keep their ids, with holes between.")
    var keepIDs = false

    func run() throws {
        let loaded = try edit.load()
        let definition = loaded.tokenizer.definition
        let chosen = [minCount != nil, size != nil, merges != nil, ids != nil].count { $0 }
        guard chosen <= 1, chosen == 1 || edit.texts != nil else {
            throw LocatedError(
                field: "prune",
                problem: chosen > 1 ? "several selections are given" : "nothing tells what to keep",
                remedy: "give --corpus, alone or with --min-count or --size; or --merges; or --ids")
        }
        var cost: CorpusCost?
        let selection: PruneSelection
        if let merges {
            selection = .firstMerges(merges)
        } else if let ids {
            selection = .ids(try readIDs(ids))
        } else {
            guard let texts = edit.texts else {
                throw LocatedError(
                    field: "--corpus", problem: "no text tells which tokens are used", remedy: "name files")
            }
            let bar = ProgressBar()
            defer { bar.clear() }
            let counted = try corpusCost(
                of: texts, with: definition, progress: bar.progress, cancellation: Interruption.cancellation)
            cost = counted
            if let size {
                selection = .mostUsed(uses: counted.uses, count: size)
            } else {
                selection = .used(uses: counted.uses, atLeast: minCount ?? 1)
            }
        }
        try edit.finish(
            try definition.pruned(keeping: selection, keepsIDs: keepIDs), of: loaded, before: cost)
    }

    private func readIDs(_ path: String) throws -> Set<TokenID> {
        var ids: Set<TokenID> = []
        let separators = Set(" ,\n\r\t".utf8)
        for word in try InputText(path: path).bytes.split(whereSeparator: { separators.contains($0) }) {
            let text = String(decoding: word, as: UTF8.self)
            guard let id = TokenID(text) else {
                throw LocatedError(
                    file: path, problem: "\"\(text)\" is no id", remedy: "write numbers from 0 on")
            }
            ids.insert(id)
        }
        return ids
    }
}

/// `tessera tokenizer edit extend`: more tokens.
struct ExtendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend",
        abstract: "Add words that become one token, or added tokens.",
        discussion: """
            A BPE vocabulary gets the merges that make a word of what it is now. Where a space begins words, " word" \
            is the word inside a sentence: --spaced adds both.
            """
    )

    @OptionGroup var edit: EditOptions

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Words to make one token each.", valueName: "words"))
    var words: [String] = []

    @Option(help: ArgumentHelp("A file with a word on each line.", valueName: "file"))
    var wordsFile: String?

    @Flag(help: "Add each word with a space in front too.")
    var spaced = false

    @Option(help: "The score of the words in a Unigram vocabulary; that of their rarest part when left out.")
    var score: Double?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Added tokens: found by their spelling before the model sees the text.", valueName: "texts"))
    var added: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Added tokens that mean something to the model's protocol.", valueName: "texts"))
    var special: [String] = []

    func run() throws {
        let loaded = try edit.load()
        var tokens: [NewToken] = []
        for word in words + (try wordsOfFile()) {
            tokens.append(.word(word, score: score))
            if spaced { tokens.append(.word(" " + word, score: score)) }
        }
        tokens += added.map { .added($0, isSpecial: false) } + special.map { .added($0, isSpecial: true) }
        guard !tokens.isEmpty else {
            throw LocatedError(
                field: "extend", problem: "there is nothing to add",
                remedy: "give --words, --added or --special")
        }
        try edit.finish(try loaded.tokenizer.definition.extended(with: tokens), of: loaded)
    }

    private func wordsOfFile() throws -> [String] {
        guard let wordsFile else { return [] }
        return try InputText(path: wordsFile).bytes.split(separator: 0x0A).map {
            String(decoding: $0.last == 0x0D ? $0.dropLast() : $0, as: UTF8.self)
        }.filter { !$0.isEmpty }
    }
}

/// `tessera tokenizer edit merge`: two vocabularies as one.
struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Add the tokens of a second vocabulary of the same kind.",
        discussion: "All ids of the first stay, and so do all of its parts but the vocabulary."
    )

    @OptionGroup var edit: EditOptions

    @Option(help: ArgumentHelp("The second tokenizer.", valueName: "tokenizer"))
    var with: String

    func run() throws {
        let loaded = try edit.load()
        let second = try TokenizerLoader.load(path: with, options: TokenizerLoader.Options()).tokenizer
            .definition
        try edit.finish(try loaded.tokenizer.definition.merged(with: second), of: loaded, second: second)
    }
}

/// `tessera tokenizer edit rename-special`: another spelling of an added token.
struct RenameSpecialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename-special",
        abstract: "Change the spelling of an added token wherever it occurs, the chat template included."
    )

    @OptionGroup var edit: EditOptions

    @Option(help: ArgumentHelp("The spelling now.", valueName: "text"))
    var from: String

    @Option(help: ArgumentHelp("The new spelling.", valueName: "text"))
    var to: String

    func run() throws {
        let loaded = try edit.load()
        let definition = loaded.tokenizer.definition
        let edited = try definition.renamingSpecial(from, to: to)
        let template = try loaded.chatTemplate.map { template throws(LocatedError) in
            try definition.renamingSpecial(from, to: to, inTemplate: template)
        }
        try edit.finish(edited, of: loaded, template: template)
    }
}
