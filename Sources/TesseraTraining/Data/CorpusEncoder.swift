public import TesseraCore
internal import TesseraFiles
public import TesseraTokenizers
public import TesseraVocabulary

/// Turns a corpus into tokens on the disk, in bounded memory.
public struct CorpusEncoder: Sendable {
    private let tokenizer: PipelineTokenizer
    private let marks: DocumentMarks

    /// The most tokens that are held out, which lie in memory while a network is measured; what more would be is trained
    /// on.
    public static let heldOutLimit = 1 << 20

    /// The bytes of text that are decoded again, to see whether it survives.
    private static let sampleSize = 1 << 18

    /// Encodes with a tokenizer, and puts `marks` around documents.
    public init(_ tokenizer: PipelineTokenizer, marks: DocumentMarks) {
        self.tokenizer = tokenizer
        self.marks = marks
    }

    /// Reads `corpus` and writes its tokens into `folder`, which is made when it is not there.
    ///
    /// A passage that is held out ends the document before it and begins another after it.
    ///
    /// - Throws: `LocatedError` naming a file that cannot be read or is not UTF-8, when there is no text, when more than
    ///   half of it is unknown to the tokenizer, and when the disk is full; `CancelledError` when stopped. The folder is
    ///   no encoded corpus then.
    public func encode(
        _ corpus: Corpus, heldOut: HeldOut, into folder: String, progress: Progress = .ignored,
        cancellation: Cancellation = Cancellation()
    ) throws -> EncodedCorpus {
        try FileSystem.createFolder(folder)
        let fingerprint = tokenizer.definition.fingerprint
        var writing = Writing(
            tokenizer: tokenizer, marks: marks,
            shards: TokenShardWriter(folder: folder, metadata: [("tokenizer", fingerprint)]))
        var share = 0.0
        if case .share(let wanted) = heldOut { share = wanted }
        try read(corpus, progress, cancellation) { (passage) throws(LocatedError) in
            try writing.take(passage, heldOutShare: share)
        }
        try writing.finishTraining()
        guard writing.counts.tokens > 0 else {
            throw LocatedError(
                file: corpus.files.count == 1 ? corpus.files[0] : nil, field: "corpus",
                problem: "holds no text to train on", remedy: "name files with text")
        }
        if case .files(let files) = heldOut {
            var measured = corpus
            measured.files = files
            try read(measured, progress, cancellation) { (passage) throws(LocatedError) in
                try writing.take(passage, heldOutShare: 1)
            }
        }
        try refuse(writing.counts)
        return try EncodedCorpus.write(
            counts: writing.counts, heldOut: writing.heldOut, tokenizer: fingerprint, marks: marks, to: folder
        )
    }

    private func read(
        _ corpus: Corpus, _ progress: Progress, _ cancellation: Cancellation,
        _ body: (Passage) throws(LocatedError) -> Void
    ) throws {
        let total = corpus.files.reduce(0) { $0 + FileSystem.byteCount(of: $1) }
        var reader = PassageReader(corpus)
        while let passages = try reader.next() {
            try cancellation.check()
            for passage in passages { try body(passage) }
            progress.report(
                "reading", reader.fileBytesRead, of: corpus.files.contains("-") ? nil : total, unit: "bytes")
        }
    }

    /// Refuses a corpus that the tokenizer cannot write.
    private func refuse(_ counts: CorpusCounts) throws(LocatedError) {
        let (unknown, lost) = (counts.unknownShare, counts.lostShare)
        guard max(unknown, lost) > 0.5 else { return }
        let percent = Int(max(unknown, lost) * 100)
        throw LocatedError(
            field: "corpus",
            problem: unknown > lost
                ? "\(percent) % of its tokens are unknown to the tokenizer"
                : "the tokenizer loses \(percent) % of its bytes",
            remedy: "train a tokenizer on such text: tessera tokenizer train")
    }

    /// Where passages go.
    private struct Writing {
        let tokenizer: PipelineTokenizer
        let marks: DocumentMarks
        var shards: TokenShardWriter
        var heldOut: [HeldOutText] = []
        var counts = CorpusCounts()
        /// Whether the last passage was trained on, so that its document has no end yet.
        private var isOpen = false
        /// Whether the last passage was held out.
        private var isHeld = false
        /// Whether what is not held out is passed over.
        private var isTrainingComplete = false
        private var ids: [TokenID] = []

        init(tokenizer: PipelineTokenizer, marks: DocumentMarks, shards: TokenShardWriter) {
            self.tokenizer = tokenizer
            self.marks = marks
            self.shards = shards
        }

        mutating func take(_ passage: Passage, heldOutShare: Double) throws(LocatedError) {
            ids.removeAll(keepingCapacity: true)
            passage.bytes.withUnsafeBufferPointer { tokenizer.encode($0, special: .asText, into: &ids) }
            count(passage)
            let goesOn = isHeld && !passage.beginsDocument
            if passage.isChosenAlone { isHeld = holdsOut(passage, share: heldOutShare) }
            if passage.beginsDocument || isHeld { try closeDocument() }
            if isHeld {
                hold(passage, goesOn: goesOn)
            } else if !isTrainingComplete {
                if !isOpen, let begin = marks.begin { try shards.append([begin]) }
                isOpen = true
                try shards.append(ids)
            }
        }

        mutating func finishTraining() throws(LocatedError) {
            try closeDocument()
            try shards.finish()
            counts.tokens = shards.count
            isHeld = false
            isTrainingComplete = true
        }

        private mutating func closeDocument() throws(LocatedError) {
            if isOpen, let end = marks.end { try shards.append([end]) }
            isOpen = false
        }

        private func holdsOut(_ passage: Passage, share: Double) -> Bool {
            guard share > 0, counts.heldOutTokens < CorpusEncoder.heldOutLimit else { return false }
            var sum = FNV1a()
            for byte in passage.bytes { sum.add(byte) }
            return CounterRandom(seed: sum.value).uniform(at: 0) < share
        }

        private mutating func hold(_ passage: Passage, goesOn: Bool) {
            counts.heldOutBytes += passage.bytes.count
            counts.heldOutTokens += ids.count
            if goesOn, let last = heldOut.indices.last {
                heldOut[last].tokens += ids
                heldOut[last].byteCount += passage.bytes.count
                return
            }
            counts.heldOutTexts += 1
            let first = ids.first.map { tokenizer.bytes(of: $0).count } ?? 0
            heldOut.append(
                HeldOutText(
                    tokens: ids, byteCount: passage.bytes.count,
                    firstTokenByteCount: min(first, passage.bytes.count)))
        }

        private mutating func count(_ passage: Passage) {
            counts.bytes += passage.bytes.count
            if passage.beginsDocument { counts.documents += 1 }
            if let unknown = tokenizer.specialTokens.unknown {
                for id in ids where id == unknown { counts.unknownTokens += 1 }
            }
            guard counts.sampledBytes < CorpusEncoder.sampleSize else { return }
            counts.sampledBytes += passage.bytes.count
            counts.returnedBytes += tokenizer.decodedBytes(of: ids).count
        }
    }
}
