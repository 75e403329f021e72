internal import TesseraConsole
internal import TesseraCore
internal import TesseraFiles
internal import TesseraTokenizers

extension EncodeCommand {
    /// Prints how many tokens the text up to the end of each line has, as the lines come.
    ///
    /// A line's own end is counted with the next line. Memory does not grow with the text.
    func showRunningCounts(_ tokenizer: PipelineTokenizer, _ options: EncodingOptions) throws {
        let around = try tokenizer.encoding(of: EncodingInput(""), options: options).count
        var counter = tokenizer.counter(special: options.special)
        var isFirst = true
        func count(_ line: String) throws {
            if !isFirst { counter.append("\n") }
            isFirst = false
            counter.append(line)
            try show(count: counter.count + around)
            counter.forgetSettledText()
        }
        guard file == "-" else {
            for line in linesOfText(try InputText(path: file).bytes) {
                try Interruption.cancellation.check()
                try count(String(decoding: line, as: UTF8.self))
            }
            return
        }
        var reader = LineReader()
        while let line = try reader.next() {
            try count(line)
            try StandardOutput.standard.flush()
        }
    }

    /// Prints a number of tokens.
    func show(count: Int) throws {
        if output.json {
            try writeJSON(["tokenCount": .integer(count)])
        } else {
            try write("\(count)\n")
        }
    }
}
