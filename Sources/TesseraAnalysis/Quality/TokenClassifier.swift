internal import TesseraCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Puts tokens into the classes of Qtok, in the order in which the classes are asked for there.
struct TokenClassifier {
    private var names: ScriptNames
    private let isByteLevel: Bool

    init(_ rule: ScriptRule, isByteLevel: Bool) {
        names = ScriptNames(rule)
        self.isByteLevel = isByteLevel
    }

    /// The class of a token, and its script where it has one.
    mutating func classify(_ content: TokenReading.Content) -> (TokenClass, script: String?) {
        switch content {
        case .flank: return (.unicodeFlanks, nil)
        case .control(let spelling):
            return names.rule == .property ? (.controlTokens, nil) : classify(spelling)
        case .byte(let byte):
            guard names.rule == .firstWordOfName, isByteLevel else { return (.pureUnicode, nil) }
            // The published program decodes first: bytes above ASCII are no text, and the rest are characters.
            guard byte < 0x80 else { return (.unicodeFlanks, nil) }
            return classify(String(Unicode.Scalar(byte)))
        case .text(let text):
            // The published program cannot tell a replacement character from the damage that it stands for.
            if names.rule == .firstWordOfName, isByteLevel, text.unicodeScalars.contains("\u{FFFD}") {
                return (.unicodeFlanks, nil)
            }
            return classify(text)
        }
    }

    private mutating func classify(_ text: String) -> (TokenClass, script: String?) {
        let scalars = text.unicodeScalars
        guard let first = scalars.first else { return (.controlTokens, nil) }
        if scalars.count == 1 {
            if names.rule == .firstWordOfName, Self.spellsByte(first) {
                return (isByteLevel ? .pureUnicode : .innerOther, nil)
            }
            switch script(of: [first]) {
            case .script(let number): return (.charAlpha, names.names[Int(number)])
            case .nameless: return (.charErrors, nil)
            case .none, .inherited: return (.charOther, nil)
            }
        }
        if first == " " {
            switch script(of: scalars.dropFirst()) {
            case .script(let number): return (.spacedAlpha, names.names[Int(number)])
            case .nameless: return (.spacedErrors, nil)
            case .none, .inherited: return (.spacedOther, nil)
            }
        }
        if Self.isControl(text) { return (.controlTokens, nil) }
        switch script(of: scalars[...]) {
        case .script(let number): return (.innerAlpha, names.names[Int(number)])
        case .nameless: return (.innerErrors, nil)
        case .none, .inherited: return (.innerOther, nil)
        }
    }

    /// What all characters of a text say together: one script, or none.
    private mutating func script(of scalars: some Sequence<Unicode.Scalar>) -> ScriptNames.Reading {
        var found: ScriptNames.Reading?
        var isMixed = false
        for scalar in scalars {
            let reading = names.reading(of: scalar)
            switch reading {
            case .nameless: return .nameless
            case .none: isMixed = true
            case .inherited: continue
            case .script:
                if let found, found != reading { isMixed = true }
                found = reading
            }
        }
        return isMixed ? .none : found ?? .none
    }

    /// Whether a text is a name in brackets, but no tag of HTML.
    private static func isControl(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count > 1 else { return false }
        let isAngled = first == UInt8(ascii: "<") && last == UInt8(ascii: ">")
        guard isAngled || first == UInt8(ascii: "[") && last == UInt8(ascii: "]") else { return false }
        let inside = bytes[1..<bytes.count - 1].filter { $0 != UInt8(ascii: "/") }
        return !tags.contains(String(decoding: inside, as: UTF8.self).lowercased())
    }

    private static let tags: Set<String> = [
        "br", "h1", "h2", "h3", "h4", "h5", "h6", "b", "img", "li", "tr", "td", "p", "th", "u", "em",
    ]

    /// Whether GPT-2's alphabet spells a byte with this character.
    static func spellsByte(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF, 0x100...0x143: true
        default: false
        }
    }
}

/// The logarithm to the base of two.
func logarithm(base2 value: Double) -> Double { log2(value) }
