public import TesseraCore

/// What surrounds the tokens of a text: the file's post-processor for a single text.
public struct TokenTemplate: Hashable, Sendable {
    /// The ids in front, such as the beginning of text.
    public var prefix: [TokenID]
    /// The ids at the end.
    public var suffix: [TokenID]

    /// Creates a template.
    public init(prefix: [TokenID] = [], suffix: [TokenID] = []) {
        self.prefix = prefix
        self.suffix = suffix
    }
}

extension PostProcessor {
    /// What is put around a single text.
    var singleTemplate: TokenTemplate {
        switch self {
        case .bert(let separator, let classifier), .roberta(let separator, let classifier, _, _):
            return TokenTemplate(prefix: [classifier.id], suffix: [separator.id])
        case .byteLevel: return TokenTemplate()
        case .template(let single, _, let tokens):
            var template = TokenTemplate()
            var isAfterText = false
            for piece in single {
                switch piece {
                case .first, .second: isAfterText = true
                case .token(let name, _):
                    let ids = tokens.first { $0.name.utf8.elementsEqual(name.utf8) }?.ids ?? []
                    if isAfterText { template.suffix += ids } else { template.prefix += ids }
                }
            }
            return template
        case .sequence(let steps):
            // Each step surrounds what the one before it made.
            return steps.reduce(into: TokenTemplate()) { whole, step in
                let outer = step.singleTemplate
                whole = TokenTemplate(
                    prefix: outer.prefix + whole.prefix, suffix: whole.suffix + outer.suffix)
            }
        }
    }
}
