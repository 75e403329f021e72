/// String operations as Python does them: by code points, not by Swift's characters.
extension String {
    /// The text without the code points of `characters`, or white space, at its ends.
    func stripped(of characters: String?, left: Bool, right: Bool) -> String {
        let set = characters.map { Set($0.unicodeScalars) }
        func drops(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? scalar.isTemplateSpace }
        var scalars = unicodeScalars[...]
        if left { scalars = scalars.drop(while: drops) }
        if right { while let last = scalars.last, drops(last) { scalars.removeLast() } }
        return String(scalars)
    }

    /// The first letter of every word in upper case, the others in lower case.
    func titled() -> String {
        var output = ""
        var isInside = false
        for scalar in unicodeScalars {
            let properties = scalar.properties
            output += isInside ? properties.lowercaseMapping : properties.titlecaseMapping
            isInside = properties.isCased
        }
        return output
    }

    /// The first code point in upper case, the others in lower case.
    func capitalizedFirst() -> String {
        guard let first = unicodeScalars.first else { return "" }
        return first.properties.titlecaseMapping + String(unicodeScalars.dropFirst()).lowercased()
    }

    /// Whether the text ends with the bytes of `part`.
    func hasUTF8Suffix(_ part: String) -> Bool {
        utf8.count >= part.utf8.count && utf8.suffix(part.utf8.count).elementsEqual(part.utf8)
    }
}

extension Unicode.Scalar {
    /// White space as Python's `str.strip` takes it.
    var isTemplateSpace: Bool {
        properties.isWhitespace || (0x1C...0x1F).contains(value)
    }
}
