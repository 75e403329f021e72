internal import TesseraCore
internal import TesseraFiles

extension Truncation {
    /// The member `truncation` of a `tokenizer.json`.
    init(_ field: JSONField) throws(LocatedError) {
        self.init(largestCount: try field["max_length"].count())
        stride = try field["stride"].count()
        strategy = try field["strategy"].choice(Strategy.self)
        side = try field["direction"].choice(Side.self, or: .right)
    }
}

extension Padding {
    /// The member `padding` of a `tokenizer.json`.
    init(_ field: JSONField) throws(LocatedError) {
        self.init()
        let strategy = field["strategy"]
        if strategy["Fixed"].isPresent {
            length = .fixed(try strategy["Fixed"].count())
        } else {
            guard try strategy.string() == "BatchLongest" else {
                throw strategy.error("is neither \"BatchLongest\" nor {\"Fixed\": …}")
            }
        }
        side = try field["direction"].choice(Truncation.Side.self)
        if field["pad_to_multiple_of"].isPresent { multiple = try field["pad_to_multiple_of"].count() }
        token = try field["pad_id"].identifier()
        typeID = try field["pad_type_id"].identifier()
        spelling = try field["pad_token"].string()
    }
}
