// Passing over values without making anything of them: what is left for `JSONScanner`.

extension JSONParser {
    /// Moves behind the value that comes next.
    ///
    /// Only strings and brackets are looked at; whoever reads the value later finds what else is wrong with
    /// it.
    mutating func passValue() throws(JSONFailure) {
        let start = position
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                try passString()
                if depth == 0 { return }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // A bracket that closes something else ends a number or a word, or is out of place.
                guard depth > 0 else { return try end(of: start) }
                depth -= 1
                position += 1
                if depth == 0 { return }
            case UInt8(ascii: ","), 0x20, 0x0A, 0x0D, 0x09:
                guard depth > 0 else { return try end(of: start) }
                position += 1
            default: position += 1
            }
        }
        throw failure(.unexpectedEnd)
    }

    /// Moves behind the string whose opening quote is next; true when it holds escapes.
    @discardableResult
    mutating func passString() throws(JSONFailure) -> Bool {
        position += 1
        try passPlainBytes()
        if bytes[position] == UInt8(ascii: "\"") {
            position += 1
            return false
        }
        while bytes[position] != UInt8(ascii: "\"") {
            guard position + 2 < bytes.count else { throw failure(.unexpectedEnd) }
            position += 2
            try passPlainBytes()
        }
        position += 1
        return true
    }

    private func end(of start: Int) throws(JSONFailure) {
        guard position > start else { throw failure(.unexpected(bytes[position])) }
    }
}
