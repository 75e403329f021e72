/// Turns the spellings of tokens into text one by one, as Hugging Face tokenizers decode them all at once.
///
/// What is certain is written at once; each token costs time in its own length. What is held back: a run of byte
/// tokens until it ends, the bytes of an unfinished code point, the last token before the end of words is known,
/// and a whole text only where a step that must see it stands behind one that fuses tokens.
package struct DecoderState: Sendable {
    private let stages: [DecoderProgram.Stage]
    private var memories: [Memory]
    private var scratch: [UInt8] = []

    /// What a stage remembers.
    private struct Memory: Sendable {
        /// How many tokens it has seen.
        var count = 0
        /// What it holds back, or the token before.
        var held: [UInt8] = []
        /// How many characters it has dropped, or how much of a pattern it has seen.
        var progress = 0
    }

    /// Starts a text.
    package init(_ program: DecoderProgram) {
        stages = program.stages
        memories = Array(repeating: Memory(), count: program.stages.count)
    }

    /// Takes the next token and appends the text that is certain now.
    package mutating func append(_ spelling: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        var token: [UInt8] = []
        swap(&token, &scratch)
        token.removeAll(keepingCapacity: true)
        token.append(contentsOf: spelling)
        takeToken(&token, from: 0, to: &output)
        swap(&token, &scratch)
    }

    /// Appends what was held back and starts a new text.
    package mutating func finish(to output: inout [UInt8]) {
        var isFused = false
        for index in stages.indices {
            if isFused { finishPart(index, to: &output) } else { finishTokens(index, to: &output) }
            switch stages[index] {
            case .byteLevel, .fuse: isFused = true
            default: break
            }
            memories[index] = Memory()
        }
    }

    // MARK: Whole tokens

    /// Passes a token through the stages from `first` on.
    private mutating func takeToken(_ token: inout [UInt8], from first: Int, to output: inout [UInt8]) {
        for index in first..<stages.count {
            let position = memories[index].count
            memories[index].count += 1
            switch stages[index] {
            case .spaces:
                if position > 0 { token.insert(0x20, at: 0) }
            case .wordPiece(let prefix, let cleansUp):
                token.joinWordPiece(prefix, isFirst: position == 0, cleansUp: cleansUp)
            case .metaspace(let replacement, let dropsFirst):
                token.replaceAll(replacement, with: dropsFirst && position == 0 ? [] : [0x20])
            case .suffix(let suffix):
                // Whether a token is the last is known when the next one comes.
                swap(&token, &memories[index].held)
                if position == 0 { return }
                token.replaceAll(suffix, with: [0x20])
            case .ctc(let padding, let wordDelimiter, let cleansUp):
                if position > 0, token == memories[index].held { return }
                memories[index].held = token
                token.cleanCTC(padding, wordDelimiter, cleansUp: cleansUp)
                if token.isEmpty { return }
            case .replace(let finder, let content): token.replaceAll(finder, with: content)
            case .strip(let content, let start, let stop): token.strip(content, start: start, stop: stop)
            case .byteFallback:
                if let byte = token.byteOfSpelling {
                    memories[index].held.append(byte)
                    return
                }
                flushBytes(index, to: &output)
            case .fuse: return takePart(&token, from: index + 1, to: &output)
            case .byteLevel(let alphabet):
                token.withUnsafeBytes { alphabet.appendBytes(of: $0, to: &memories[index].held) }
                memories[index].held.moveCompleteText(to: &token)
                return takePart(&token, from: index + 1, to: &output)
            }
        }
        output += token
    }

    /// Passes on the byte tokens that a stage held back.
    private mutating func flushBytes(_ index: Int, to output: inout [UInt8]) {
        let bytes = memories[index].held
        guard !bytes.isEmpty else { return }
        memories[index].held.removeAll(keepingCapacity: true)
        if bytes.isValidUTF8 {
            var token = bytes
            takeToken(&token, from: index + 1, to: &output)
        } else {
            for _ in bytes {
                var token: [UInt8] = [0xEF, 0xBF, 0xBD]
                takeToken(&token, from: index + 1, to: &output)
            }
        }
    }

    private mutating func finishTokens(_ index: Int, to output: inout [UInt8]) {
        switch stages[index] {
        case .suffix(let suffix) where memories[index].count > 0:
            var token = memories[index].held
            token.replaceAll(suffix, with: [])
            takeToken(&token, from: index + 1, to: &output)
        case .byteFallback: flushBytes(index, to: &output)
        case .byteLevel:
            var token = Array(String(decoding: memories[index].held, as: UTF8.self).utf8)
            takePart(&token, from: index + 1, to: &output)
        default: break
        }
    }

    // MARK: Parts of the one token behind a stage that fuses

    /// Passes the next part of the only token through the stages from `first` on.
    private mutating func takePart(_ part: inout [UInt8], from first: Int, to output: inout [UInt8]) {
        for index in first..<stages.count {
            if part.isEmpty { return }
            switch stages[index] {
            case .spaces, .fuse: break
            case .metaspace(let replacement, let dropsFirst):
                part.replaceAll(replacement, with: dropsFirst ? [] : [0x20])
            case .strip(let content, let start, let stop):
                stripPart(&part, content, start: start, stop: stop, &memories[index])
            case .replace(let finder, let content) where finder.stringFinder != nil:
                if let string = finder.stringFinder {
                    part = string.replace(part, with: content, matched: &memories[index].progress)
                }
            case .byteFallback:
                // Only a token of six bytes is one: hold the first seven back.
                if memories[index].progress == 1 { break }
                memories[index].held += part
                if memories[index].held.count <= 6 { return }
                memories[index].progress = 1
                part = memories[index].held
                memories[index].held = []
            case .wordPiece, .suffix, .ctc, .replace, .byteLevel:
                memories[index].held += part
                return
            }
        }
        output += part
    }

    private mutating func finishPart(_ index: Int, to output: inout [UInt8]) {
        var part = memories[index].held
        switch stages[index] {
        case .spaces, .fuse, .metaspace, .strip: return
        case .replace(let finder, let content):
            if let string = finder.stringFinder {
                part = string.heldBack(memories[index].progress)
            } else {
                part.replaceAll(finder, with: content)
            }
        case .byteFallback:
            if let byte = part.byteOfSpelling { part = byte < 0x80 ? [byte] : [0xEF, 0xBF, 0xBD] }
        case .wordPiece(let prefix, let cleansUp):
            part.joinWordPiece(prefix, isFirst: true, cleansUp: cleansUp)
        case .suffix(let suffix): part.replaceAll(suffix, with: [])
        case .ctc(let padding, let wordDelimiter, let cleansUp):
            part.cleanCTC(padding, wordDelimiter, cleansUp: cleansUp)
        case .byteLevel(let alphabet):
            var bytes: [UInt8] = []
            part.withUnsafeBytes { alphabet.appendBytes(of: $0, to: &bytes) }
            part = Array(String(decoding: bytes, as: UTF8.self).utf8)
        }
        takePart(&part, from: index + 1, to: &output)
    }

    /// Drops characters at the start, and holds those back that may be the last and then are dropped.
    private func stripPart(
        _ part: inout [UInt8], _ content: [UInt8], start: Int, stop: Int, _ memory: inout Memory
    ) {
        // `progress` counts dropped characters; above `start`, another character has been there.
        if memory.progress < start {
            var dropped = 0
            while memory.progress < start, part[dropped...].starts(with: content) {
                dropped += content.count
                memory.progress += 1
            }
            part.removeFirst(dropped)
            if part.isEmpty { return }
            memory.progress = start
        }
        guard stop > 0 else { return }
        // `count` is how many are held back.
        var trailing = 0
        var kept = part.count
        while kept >= content.count, part[(kept - content.count)..<kept].elementsEqual(content) {
            kept -= content.count
            trailing += 1
        }
        let total = kept == 0 ? memory.count + trailing : trailing
        let held = min(total, stop)
        let released = kept == 0 ? total - held : memory.count
        let body = part[..<kept]
        part = []
        for _ in 0..<released { part += content }
        part += body
        if kept > 0 { for _ in held..<trailing { part += content } }
        memory.count = held
    }
}
