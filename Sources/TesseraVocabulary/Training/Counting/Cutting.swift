internal import TesseraFiles
package import TesseraTokenizers

/// How text is cut, as one line of JSON in the words of `tokenizer.json`: counts go together when it is the same.
package func describeCutting(normalizer: Normalizer?, preTokenizer: PreTokenizer?) -> String {
    let value: JSONValue = [
        "normalizer": normalizer.map(describe) ?? .null,
        "pre_tokenizer": preTokenizer.map { withoutOffsets($0.json) } ?? .null,
    ]
    return value.serialized()
}

/// The component of a `tokenizer.json`, with fingerprints for character maps.
private func describe(_ normalizer: Normalizer) -> JSONValue {
    switch normalizer {
    case .precompiled(let map): ["type": "Precompiled", "fingerprint": .string(fingerprint(map))]
    case .sentencePiece(let rules):
        [
            "type": "SentencePiece", "fingerprint": .string(fingerprint(rules.characterMap)),
            "add_dummy_prefix": .bool(rules.addsDummyPrefix),
            "remove_extra_whitespaces": .bool(rules.removesExtraWhitespace),
            "escape_whitespaces": .bool(rules.escapesWhitespace),
            "treat_whitespace_as_suffix": .bool(rules.treatsWhitespaceAsSuffix),
        ]
    case .sequence(let steps): ["type": "Sequence", "normalizers": .array(steps.map(describe))]
    // Only what SentencePiece does can have no component there, and it stands above.
    default: (try? normalizer.json()) ?? .null
    }
}

/// A pre-tokenizer without what changes offsets and not pieces.
private func withoutOffsets(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
        .object(
            JSONObject(
                object.filter { $0.key != "trim_offsets" }.map { ($0.key, withoutOffsets($0.value)) }))
    case .array(let values): .array(values.map(withoutOffsets))
    default: value
    }
}

/// A short name of bytes.
private func fingerprint(_ bytes: [UInt8]) -> String {
    var sum = FNV1a()
    for byte in bytes { sum.add(byte) }
    return String(sum.value, radix: 16)
}
