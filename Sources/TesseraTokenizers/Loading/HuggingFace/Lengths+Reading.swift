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
    /// The most tokens that a file may ask to fill every input with: a short text must not take gigabytes because a
    /// file says so.
    private static let longest = 1 << 17

    /// A length that can be filled.
    private static func length(_ field: JSONField) throws(LocatedError) -> Int {
        let length = try field.count()
        guard length <= longest else {
            throw field.error(
                "\(length) is more than \(longest) tokens",
                remedy: "take it out and give the length when you encode")
        }
        return length
    }

    /// The member `padding` of a `tokenizer.json`.
    init(_ field: JSONField) throws(LocatedError) {
        self.init()
        let strategy = field["strategy"]
        if strategy["Fixed"].isPresent {
            length = .fixed(try Self.length(strategy["Fixed"]))
        } else {
            guard try strategy.string() == "BatchLongest" else {
                throw strategy.error("is neither \"BatchLongest\" nor {\"Fixed\": …}")
            }
        }
        side = try field["direction"].choice(Truncation.Side.self)
        if field["pad_to_multiple_of"].isPresent { multiple = try Self.length(field["pad_to_multiple_of"]) }
        token = try field["pad_id"].identifier()
        typeID = try field["pad_type_id"].identifier()
        spelling = try field["pad_token"].string()
    }
}
