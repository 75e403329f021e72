internal import TesseraCore
internal import TesseraFiles

extension SchemaCompiler {
    /// The keywords that hold where both do; nil when no value fulfils both.
    ///
    /// - Throws: `LocatedError` where both cannot be joined exactly.
    func merged(_ left: JSONObject, _ right: JSONObject, _ path: String) throws(LocatedError) -> JSONObject? {
        var made = left
        for key in SchemaKeywords.annotations { made[key] = left[key] ?? right[key] }
        try mergeObjects(left, right, path, into: &made)
        for (key, value) in right
        where !SchemaKeywords.annotations.contains(key)
            && !["properties", "additionalProperties", "patternProperties"].contains(key)
        {
            guard let own = left[key] else {
                if ["items", "prefixItems"].contains(key),
                    left["items"] != nil || left["prefixItems"] != nil
                {
                    throw cannotMerge(key, path)
                }
                made[key] = value
                continue
            }
            guard own != value else { continue }
            switch key {
            case "type":
                let own = try types(of: left, path) ?? []
                let other = try types(of: right, path) ?? []
                var both = own.intersection(other)
                // Whole numbers are numbers.
                if own.contains("number"), other.contains("integer") { both.insert("integer") }
                if other.contains("number"), own.contains("integer") { both.insert("integer") }
                if both.isEmpty { return nil }
                made[key] = .array(both.sorted().map { .string($0) })
            case "enum":
                guard case .array(let own) = own, case .array(let other) = value else {
                    throw cannotMerge(key, path)
                }
                let both = own.filter { other.contains($0) }
                if both.isEmpty { return nil }
                made[key] = .array(both)
            case "const": return nil
            case "required":
                guard case .array(let own) = own, case .array(let other) = value else {
                    throw cannotMerge(key, path)
                }
                made[key] = .array(own + other.filter { !own.contains($0) })
            case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties":
                made[key] = try extreme(own, value, key, path, isLarger: true)
            case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties":
                made[key] = try extreme(own, value, key, path, isLarger: false)
            case "items": made[key] = Self.all([own, value])
            case "uniqueItems": made[key] = .bool(true)
            default: throw cannotMerge(key, path)
            }
        }
        if left["items"] != nil, right["items"] != nil,
            left["prefixItems"] != nil || right["prefixItems"] != nil
        {
            throw cannotMerge("prefixItems", path)
        }
        return made
    }

    /// Each property under the conditions of both sides, one of which may know it as an additional property only.
    private func mergeObjects(
        _ left: JSONObject, _ right: JSONObject, _ path: String, into made: inout JSONObject
    ) throws(LocatedError) {
        let keys = ["properties", "additionalProperties", "patternProperties"]
        guard keys.contains(where: { right[$0] != nil }) else { return }
        guard keys.contains(where: { left[$0] != nil }) else {
            for key in keys { made[key] = right[key] }
            return
        }
        guard left["patternProperties"] == nil, right["patternProperties"] == nil else {
            throw cannotMerge("patternProperties", path)
        }
        let own =
            try JSONField(left["properties"], name: "\(path)/properties", file: file).optionalObject() ?? [:]
        let other =
            try JSONField(right["properties"], name: "\(path)/properties", file: file).optionalObject() ?? [:]
        func joined(_ parts: [JSONValue?]) -> JSONValue? {
            let parts = parts.compactMap { $0 }
            return parts.count > 1 ? Self.all(parts) : parts.first
        }
        var properties = JSONObject()
        for name in own.keys + other.keys where properties[name] == nil {
            properties[name] =
                joined([
                    own[name] ?? left["additionalProperties"], other[name] ?? right["additionalProperties"],
                ]) ?? .bool(true)
        }
        made["properties"] = .object(properties)
        made["additionalProperties"] = joined([left["additionalProperties"], right["additionalProperties"]])
    }

    /// The schema that holds where all of `parts` do.
    ///
    /// Those that are nothing but such a list are spread out, so that joining again and again nests nothing.
    static func all(_ parts: [JSONValue]) -> JSONValue {
        .object([
            "allOf": .array(
                parts.flatMap { part in
                    guard case .object(let keywords) = part, keywords.count == 1,
                        case .array(let inner)? = keywords["allOf"], !inner.isEmpty
                    else { return [part] }
                    return inner
                })
        ])
    }

    private func extreme(
        _ left: JSONValue, _ right: JSONValue, _ key: String, _ path: String, isLarger: Bool
    ) throws(LocatedError) -> JSONValue {
        let own = try JSONField(left, name: "\(path)/\(key)", file: file).double()
        let other = try JSONField(right, name: "\(path)/\(key)", file: file).double()
        return (own > other) == isLarger ? left : right
    }

    private func cannotMerge(_ key: String, _ path: String) -> LocatedError {
        error(
            "\(path)/\(key)", "cannot be joined exactly with what stands beside the $ref, allOf or anyOf",
            remedy: "write the joined schema out in one place")
    }

    // MARK: oneOf

    /// Refuses a `oneOf` whose branches may hold at once.
    ///
    /// They are told apart by their types, by their values, or by a required property with different values.
    func checkDisjoint(_ branches: [JSONValue], _ path: String) throws(LocatedError) {
        var found: [(index: Int, keywords: JSONObject)] = []
        for (index, branch) in branches.enumerated() {
            var branch = branch
            var steps = 0
            while case .object(let keywords) = branch, case .string(let pointer)? = keywords["$ref"],
                steps < 16
            {
                branch = try target(of: pointer, from: path)
                steps += 1
            }
            // `true` allows what an empty schema does, `false` nothing.
            if branch == .bool(true) { branch = .object([:]) }
            guard case .object(let keywords) = branch else { continue }
            for (earlier, other) in found where !areDisjoint(keywords, other, depth: 0) {
                throw error(
                    "\(path)/oneOf",
                    "branches \(earlier) and \(index) may hold at once, or cannot be told apart",
                    remedy:
                        "use anyOf when that does not matter, or give both a required property with different const"
                )
            }
            found.append((index, keywords))
        }
    }

    private func areDisjoint(_ left: JSONObject, _ right: JSONObject, depth: Int) -> Bool {
        if let own = Self.values(left), let other = Self.values(right) {
            return !own.contains { value in other.contains { value.isSame(as: $0) } }
        }
        func types(_ keywords: JSONObject) -> Set<String>? {
            guard let types = try? self.types(of: keywords, "") else { return nil }
            return types.contains("number") ? types.union(["integer"]) : types
        }
        let (ownTypes, otherTypes) = (types(left), types(right))
        if let ownTypes, let otherTypes, ownTypes.isDisjoint(with: otherTypes) { return true }
        for (values, types) in [(Self.values(left), otherTypes), (Self.values(right), ownTypes)] {
            if let values, let types, !values.contains(where: { $0.hasType(in: types) }) { return true }
        }
        guard depth < 4, ownTypes == ["object"], otherTypes == ["object"],
            case .object(let own)? = left["properties"], case .object(let other)? = right["properties"],
            case .array(let ownRequired)? = left["required"],
            case .array(let otherRequired)? = right["required"]
        else { return false }
        return own.contains { name, schema in
            guard ownRequired.contains(.string(name)), otherRequired.contains(.string(name)),
                case .object(let first) = schema, case .object(let second)? = other[name]
            else { return false }
            return areDisjoint(first, second, depth: depth + 1)
        }
    }

    private static func values(_ keywords: JSONObject) -> [JSONValue]? {
        if let value = keywords["const"] { return [value] }
        if case .array(let values)? = keywords["enum"] { return values }
        return nil
    }
}

extension JSONValue {
    /// Whether a schema takes both for the same value: numbers compare as numbers.
    fileprivate func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.integer(let left), .number(let right)), (.number(let right), .integer(let left)):
            Double(left) == right
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.allSatisfy { key, value in right[key].map { value.isSame(as: $0) } ?? false }
        default: self == other
        }
    }
}
