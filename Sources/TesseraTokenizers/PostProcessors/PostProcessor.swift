public import TesseraCore

/// What is put around the tokens of one text or of a pair.
///
/// The cases are those of Hugging Face tokenizers, whose names stand in quotes.
public indirect enum PostProcessor: Hashable, Sendable {
    /// "BertProcessing": `[CLS] A [SEP] B [SEP]`.
    case bert(separator: NamedToken, classifier: NamedToken)
    /// "RobertaProcessing": `<s> A </s></s> B </s>`, all of type 0.
    case roberta(separator: NamedToken, classifier: NamedToken, trimsOffsets: Bool, addsPrefixSpace: Bool)
    /// "ByteLevel": only offsets change.
    case byteLevel(trimsOffsets: Bool, addsPrefixSpace: Bool = true)
    /// "TemplateProcessing".
    case template(single: [TemplatePiece], pair: [TemplatePiece], tokens: [TemplateToken])
    /// "Sequence": one after another.
    case sequence([PostProcessor])
}

/// A token by its spelling and its id, as post-processors write both.
public struct NamedToken: Hashable, Sendable {
    public var spelling: String
    public var id: TokenID

    public init(_ spelling: String, id: TokenID) {
        self.spelling = spelling
        self.id = id
    }
}

/// A place in the template of `TemplateProcessing`.
public enum TemplatePiece: Hashable, Sendable {
    /// The first text.
    case first(typeID: UInt32)
    /// The second text of a pair.
    case second(typeID: UInt32)
    /// The special token with this name in `tokens`.
    case token(String, typeID: UInt32)
}

/// A special token of `TemplateProcessing`: one name may stand for several ids.
public struct TemplateToken: Hashable, Sendable {
    public var name: String
    public var ids: [TokenID]
    public var spellings: [String]

    public init(name: String, ids: [TokenID], spellings: [String]) {
        self.name = name
        self.ids = ids
        self.spellings = spellings
    }
}
