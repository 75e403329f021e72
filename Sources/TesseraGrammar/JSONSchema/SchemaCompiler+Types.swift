internal import TesseraCore
internal import TesseraFiles
internal import TesseraTokenizers

extension SchemaCompiler {
    private func field(_ keywords: JSONObject, _ key: String, _ path: String) -> JSONField {
        JSONField(keywords[key], name: "\(path)/\(key)", file: file)
    }

    /// A count of a keyword; nil when it is absent.
    func count(_ keywords: JSONObject, _ key: String, _ path: String) throws(LocatedError) -> Int? {
        guard let count = try field(keywords, key, path).optionalInteger() else { return nil }
        guard (0...limits.repetition).contains(count) else {
            throw error(
                "\(path)/\(key)", "\(count) is outside 0...\(limits.repetition)",
                remedy: "use a smaller count")
        }
        return count
    }

    // MARK: Strings

    mutating func string(_ keywords: JSONObject, _ path: String) throws(LocatedError) -> GrammarExpression {
        let least = try count(keywords, "minLength", path)
        let most = try count(keywords, "maxLength", path)
        let pattern = try field(keywords, "pattern", path).optionalString()
        let format = try field(keywords, "format", path).optionalString()
        let isLimited = (least ?? 0) > 0 || most != nil
        guard [isLimited, pattern != nil, format != nil].count(where: { $0 }) <= 1 else {
            throw error(
                "\(path)/\(pattern != nil ? "pattern" : "format")",
                "only one of pattern, format and lengths is supported at a time",
                remedy: "say all of it with pattern")
        }
        if let pattern {
            var parser = try RegexParser(pattern, limits: limits, file: file, field: "\(path)/pattern")
            return JSONTexts.quoted(JSONTexts.encoded(try parser.alternatives().searching))
        }
        if let format {
            guard let expression = StringFormats.expression(format) else {
                throw error(
                    "\(path)/format", "\"\(format)\" is not supported",
                    remedy: "use \(StringFormats.names.joined(separator: ", ")), or a pattern")
            }
            var parser = try RegexParser(expression, limits: limits, file: file, field: "\(path)/format")
            return JSONTexts.quoted(JSONTexts.encoded(.choice(try parser.alternatives().map(\.expression))))
        }
        guard isLimited else { return try any("string") }
        if let most, most < least ?? 0 { return .choice([]) }
        return JSONTexts.quoted(.repetition(JSONTexts.character, least: least ?? 0, most: most))
    }

    // MARK: Numbers

    mutating func number(
        _ keywords: JSONObject, _ path: String, isWhole: Bool
    ) throws(LocatedError) -> GrammarExpression {
        if let step = try field(keywords, "multipleOf", path).optionalDouble(), !(isWhole && step == 1) {
            throw error(
                "\(path)/multipleOf", "is not supported", remedy: "leave it out, or list the values with enum"
            )
        }
        let low = try bound(keywords, ["minimum", "exclusiveMinimum"], path, isLow: true)
        let high = try bound(keywords, ["maximum", "exclusiveMaximum"], path, isLow: false)
        if low == nil, high == nil { return try any(isWhole ? "integer" : "number") }
        if let low, let high, low.value > high.value { return .choice([]) }

        var parts: [GrammarExpression] = []
        // From zero on.
        if high.map({ $0.value >= 0 }) ?? true {
            let from = low.flatMap { $0.value > 0 || ($0.value == 0 && $0.isExclusive) ? $0 : nil }
            parts.append(try magnitudes(from, high, path, isWhole: isWhole))
        }
        // Below zero: the magnitudes between the bounds, swapped.
        if low.map({ $0.value < 0 }) ?? true {
            let from = high.flatMap { $0.value < 0 ? $0 : nil } ?? Limit(value: 0, isExclusive: true)
            parts.append(.sequence([.text("-"), try magnitudes(from, low, path, isWhole: isWhole)]))
        }
        return .choice(parts)
    }

    private struct Limit {
        var value: Double
        var isExclusive: Bool
    }

    private func bound(
        _ keywords: JSONObject, _ keys: [String], _ path: String, isLow: Bool
    ) throws(LocatedError) -> Limit? {
        var found: Limit?
        for (key, isExclusive) in zip(keys, [false, true]) {
            guard let value = try field(keywords, key, path).optionalDouble() else { continue }
            if let earlier = found, isLow ? earlier.value > value : earlier.value < value { continue }
            found = Limit(value: value, isExclusive: isExclusive)
        }
        return found
    }

    /// The numbers that are not negative between the magnitudes of two bounds.
    private func magnitudes(
        _ low: Limit?, _ high: Limit?, _ path: String, isWhole: Bool
    ) throws(LocatedError) -> GrammarExpression {
        func bound(_ limit: Limit) throws(LocatedError) -> NumberRange.Bound {
            guard let digits = DecimalDigits(magnitudeOf: limit.value) else {
                throw error(
                    path, "the bound \(limit.value) has more than 40 digits", remedy: "use a shorter bound")
            }
            return NumberRange.Bound(digits: digits, isExclusive: limit.isExclusive)
        }
        let from =
            try low.map { limit throws(LocatedError) in try bound(limit) }
            ?? NumberRange.Bound(digits: .zero, isExclusive: false)
        let to = try high.map { limit throws(LocatedError) in try bound(limit) }
        guard isWhole else { return NumberRange.decimals(from, to) }
        let first =
            from.isExclusive || !from.digits.fraction.isEmpty ? from.digits.nextWhole : from.digits.whole
        guard let to else { return NumberRange.whole(first, nil) }
        guard to.isExclusive && to.digits.fraction.isEmpty else {
            return NumberRange.whole(first, to.digits.whole)
        }
        guard let last = to.digits.previousWhole else { return .choice([]) }
        return NumberRange.whole(first, last)
    }

    // MARK: Arrays

    mutating func array(_ keywords: JSONObject, _ path: String) throws(LocatedError) -> GrammarExpression {
        if try field(keywords, "uniqueItems", path).optionalBool() == true {
            throw error(
                "\(path)/uniqueItems", "is not supported: no grammar can say it",
                remedy: "leave it out and check what is generated")
        }
        let least = try count(keywords, "minItems", path) ?? 0
        let most = try count(keywords, "maxItems", path)
        if let most, most < least { return .choice([]) }
        let rest = keywords["items"]
        if let rest, case .array = rest {
            throw error(
                "\(path)/items", "is a list, as in drafts before 2020-12", remedy: "call it prefixItems")
        }
        let prefix = try keywords["prefixItems"] == nil ? [] : schemas(keywords, "prefixItems", path)
        let item = try call(rest ?? .bool(true), "\(path)/items")
        guard !prefix.isEmpty else {
            if least == 0, most == nil, rest == nil { return try any("array") }
            return try bracketed("[", list(of: item, least: least, most: most), "]")
        }

        // From the last place on: what may follow when so many items stand already.
        var following = GrammarExpression.repetition(
            .sequence([try comma(), item]), least: max(0, least - prefix.count),
            most: most.map { max(0, $0 - prefix.count) })
        for (index, schema) in prefix.enumerated().reversed() {
            var next = GrammarExpression.choice([])
            if most.map({ index < $0 }) ?? true {
                let own = try call(schema, "\(path)/prefixItems/\(index)")
                let between: GrammarExpression = try index == 0 ? .empty : comma()
                next = .sequence([between, own, following])
            }
            if index >= least { next = .choice([.empty, next]) }
            following = .rule(try addRule("\(path)/prefixItems/\(index)", next))
        }
        return try bracketed("[", following, "]")
    }
}
