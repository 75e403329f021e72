internal import TesseraConsole
internal import TesseraCore
internal import TesseraDecoding
internal import TesseraFiles
internal import TesseraReport

extension GenerateCommand {
    /// Continues a prompt byte by byte.
    func generateByBytes(
        _ prompt: String, _ loaded: ModelOptions.Loaded, options: GenerationOptions
    ) throws {
        var source = try bytes.start(
            Array(prompt.utf8), loaded, model: model, context: generation.context)
        if let count = bytes.next { return try writeNext(count, of: &source) }
        let result = try generateBytes(
            from: &source, options: options, cancellation: Interruption.cancellation
        ) { piece throws(LocatedError) in
            if !output.json { try StandardOutput.standard.stream(piece) }
        }
        if output.json {
            try writeJSON(result.json)
        } else {
            try write("\n")
        }
        if stats { writeToStandardError(result.summary + "\n") }
        try Interruption.cancellation.check()
    }

    /// Writes the most likely bytes.
    private func writeNext(_ count: Int, of source: inout any ByteSource) throws {
        let distribution = try source.distribution()
        let order = (0..<256).sorted {
            (distribution.bytes[$1], $0) < (distribution.bytes[$0], $1)
        }
        let shown = order.prefix(count).filter { distribution.bytes[$0] > 0 }
        if output.json {
            return try writeJSON([
                "bytes": .array(
                    shown.map { ["byte": .integer($0), "probability": .number(distribution.bytes[$0])] }),
                "end": .number(distribution.end),
            ])
        }
        var table = Table([.init("byte", .right), .init("character"), .init("probability", .right)])
        for byte in shown {
            table.append([
                String(byte), Self.character(UInt8(truncatingIfNeeded: byte)),
                NumberFormat.decimal(distribution.bytes[byte], places: 6),
            ])
        }
        table.append(["", "end of text", NumberFormat.decimal(distribution.end, places: 6)])
        try write(table.text())
    }

    /// A byte as people read it.
    private static func character(_ byte: UInt8) -> String {
        switch byte {
        case 0x0A: "line end"
        case 0x09: "tab"
        case 0x20: "space"
        case 0x21..<0x7F: String(UnicodeScalar(byte))
        case 0x80...: "part of a character"
        default: "control"
        }
    }
}

extension ByteGeneration {
    /// The counts, speeds and reason on one line.
    var summary: String {
        var parts = ["\(NumberFormat.count(byteCount)) bytes"]
        if let rate = bytesPerSecond { parts[0] += " at \(NumberFormat.significant(rate))/s" }
        parts.append("\(NumberFormat.count(statistics.modelTokens)) tokens read")
        parts.append("at most \(NumberFormat.count(statistics.mostCovers)) covers")
        parts.append("\(NumberFormat.count(statistics.encodings)) encodings")
        parts.append("stopped: \(stopReason.rawValue)")
        return parts.joined(separator: " · ")
    }

    /// Everything, for machines.
    var json: JSONValue {
        [
            "text": .string(text),
            "stopReason": .string(stopReason.rawValue),
            "bytes": .integer(byteCount),
            "seconds": .number(seconds),
            "bytesPerSecond": JSONValue(bytesPerSecond),
            "statistics": [
                "modelTokens": .integer(statistics.modelTokens),
                "mostCovers": .integer(statistics.mostCovers),
                "encodings": .integer(statistics.encodings),
            ],
        ]
    }
}
