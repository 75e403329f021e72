internal import TesseraGrammar

/// Takes the calls of functions out of a text that comes in pieces and belongs to a `ToolCallFormat`.
struct ToolCallReader {
    /// What a piece says.
    enum Part: Equatable {
        /// Text that is no call.
        case text(String)
        /// A call begins.
        case call(name: String)
        /// More of its arguments.
        case arguments(String)
    }

    private enum Place {
        case text, between, head, arguments
    }

    private var place = Place.text
    private var held: [UInt8] = []

    /// What is certain with another piece.
    mutating func read(_ piece: String) -> [Part] {
        held += piece.utf8
        var parts: [Part] = []
        while true {
            switch place {
            case .text, .between:
                let (before, found) = take(upTo: ToolCallFormat.opening)
                // Between calls there is nothing but the space that separates them.
                if place == .text, !before.isEmpty { parts.append(.text(before)) }
                guard found else { return parts }
                place = .head
            case .head:
                guard let name = takeName() else { return parts }
                parts.append(.call(name: name))
                place = .arguments
            case .arguments:
                let (before, found) = take(upTo: ToolCallFormat.closing)
                if !before.isEmpty { parts.append(.arguments(before)) }
                guard found else { return parts }
                place = .between
            }
        }
    }

    /// What was held back, once no more will come.
    mutating func finish() -> [Part] {
        defer { held = [] }
        return place == .text && !held.isEmpty ? [.text(String(decoding: held, as: UTF8.self))] : []
    }

    /// What stands before `mark`; without it, all that cannot be its beginning.
    private mutating func take(upTo mark: String) -> (text: String, found: Bool) {
        let mark = Array(mark.utf8)
        if let range = held.firstRange(of: mark) {
            defer { held.removeSubrange(..<range.upperBound) }
            return (String(decoding: held[..<range.lowerBound], as: UTF8.self), true)
        }
        let kept = (0..<mark.count).last { held.suffix($0).elementsEqual(mark.prefix($0)) } ?? 0
        let passed = held.dropLast(kept)
        defer { held.removeFirst(passed.count) }
        return (String(decoding: passed, as: UTF8.self), false)
    }

    private mutating func takeName() -> String? {
        guard let end = held.firstRange(of: Array(ToolCallFormat.beforeArguments.utf8)) else { return nil }
        let name = held[..<end.lowerBound].dropFirst(ToolCallFormat.beforeName.utf8.count)
        defer { held.removeSubrange(..<end.upperBound) }
        return String(decoding: name, as: UTF8.self)
    }
}
