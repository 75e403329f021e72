internal import TesseraFiles
package import TesseraTokenizers

/// How text is cut, as one line of JSON in the words of `tokenizer.json`: counts go together when it is the same.
package func describeCutting(normalizer: Normalizer?, preTokenizer: PreTokenizer?) -> String {
    let value: JSONValue = [
        "normalizer": normalizer.map(describe) ?? .null, "pre_tokenizer": preTokenizer.map(describe) ?? .null,
    ]
    return value.serialized()
}

private func describe(_ normalizer: Normalizer) -> JSONValue {
    switch normalizer {
    case .bert(let cleansText, let spacesChinese, let stripsAccents, let lowercases):
        [
            "type": "BertNormalizer", "clean_text": .bool(cleansText),
            "handle_chinese_chars": .bool(spacesChinese),
            "strip_accents": stripsAccents.map(JSONValue.bool) ?? .null, "lowercase": .bool(lowercases),
        ]
    case .strip(let left, let right):
        ["type": "Strip", "strip_left": .bool(left), "strip_right": .bool(right)]
    case .stripAccents: ["type": "StripAccents"]
    case .unicode(let form): ["type": .string(form.rawValue)]
    case .lowercase: ["type": "Lowercase"]
    case .nmt: ["type": "Nmt"]
    case .precompiled(let map): ["type": "Precompiled", "fingerprint": .string(fingerprint(map))]
    case .replace(let pattern, let content):
        ["type": "Replace", "pattern": describe(pattern), "content": .string(content)]
    case .prepend(let text): ["type": "Prepend", "prepend": .string(text)]
    case .byteLevel: ["type": "ByteLevel"]
    case .sentencePiece(let rules):
        [
            "type": "SentencePiece", "fingerprint": .string(fingerprint(rules.characterMap)),
            "add_dummy_prefix": .bool(rules.addsDummyPrefix),
            "remove_extra_whitespaces": .bool(rules.removesExtraWhitespace),
            "escape_whitespaces": .bool(rules.escapesWhitespace),
            "treat_whitespace_as_suffix": .bool(rules.treatsWhitespaceAsSuffix),
        ]
    case .sequence(let steps): ["type": "Sequence", "normalizers": .array(steps.map(describe))]
    }
}

private func describe(_ preTokenizer: PreTokenizer) -> JSONValue {
    switch preTokenizer {
    case .bert: ["type": "BertPreTokenizer"]
    case .byteLevel(let addsPrefixSpace, let usesExpression, _):
        // Trimming offsets does not change pieces.
        ["type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace), "use_regex": .bool(usesExpression)]
    case .delimiter(let delimiter): ["type": "CharDelimiterSplit", "delimiter": .string(String(delimiter))]
    case .metaspace(let replacement, let prepends, let splits):
        [
            "type": "Metaspace", "replacement": .string(String(replacement)),
            "prepend_scheme": .string(prepends.rawValue), "split": .bool(splits),
        ]
    case .whitespace: ["type": "Whitespace"]
    case .whitespaceSplit: ["type": "WhitespaceSplit"]
    case .split(let pattern, let behavior, let inverted):
        [
            "type": "Split", "pattern": describe(pattern), "behavior": .string(behavior.rawValue),
            "invert": .bool(inverted),
        ]
    case .punctuation(let behavior): ["type": "Punctuation", "behavior": .string(behavior.rawValue)]
    case .digits(let individually): ["type": "Digits", "individual_digits": .bool(individually)]
    case .unicodeScripts: ["type": "UnicodeScripts"]
    case .fixedLength(let length): ["type": "FixedLength", "length": .integer(length)]
    case .sequence(let steps): ["type": "Sequence", "pretokenizers": .array(steps.map(describe))]
    }
}

private func describe(_ pattern: TextPattern) -> JSONValue {
    switch pattern {
    case .string(let text): ["String": .string(text)]
    case .expression(let source): ["Regex": .string(source)]
    }
}

/// A short name of bytes: FNV-1a (Fowler, Noll and Vo), 64 bits.
private func fingerprint(_ bytes: [UInt8]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return String(hash, radix: 16)
}
