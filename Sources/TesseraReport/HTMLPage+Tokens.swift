/// A token of a text with a number that its colour shows.
public struct WeightedToken: Hashable, Sendable {
    /// The text; what is not printed is spelled out.
    public var text: String

    /// From -1 to 1: above 0 in one colour, below in another, 0 in none.
    public var weight: Double

    /// Whether it is the one that the others are weighed for.
    public var isTarget: Bool

    /// Creates a token.
    public init(_ text: String, weight: Double, isTarget: Bool = false) {
        self.text = text
        self.weight = weight
        self.isTarget = isTarget
    }
}

extension HTMLPage {
    /// Adds a text whose tokens are coloured by their weights; the text stays readable on each colour.
    ///
    /// What is no number has no colour.
    public mutating func tokens(_ tokens: [WeightedToken], caption: String) {
        body += "<figure><figcaption>\(xmlEscaped(caption))</figcaption><p class=\"tokens\">"
        for token in tokens {
            let weight = token.weight.isFinite ? min(max(token.weight, -1), 1) : 0
            let kind = token.isTarget ? "target" : weight < 0 ? "against" : "for"
            // At most 45 in a hundred of the colour, so that the ink keeps its contrast.
            let share = NumberFormat.decimal(45 * weight.magnitude, places: 1)
            let number = NumberFormat.decimal(weight, places: 3)
            body +=
                "<span class=\"\(kind)\" style=\"--w: \(share)%\" title=\"\(number)\">"
                + "\(xmlEscaped(Self.printed(token.text)))</span>"
        }
        body += "</p></figure>\n"
    }

    /// Ends of lines and tabs as signs.
    private static func printed(_ text: String) -> String {
        var printed = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": printed += "⏎"
            case "\t": printed += "⇥"
            case "\r": printed += "␍"
            default: printed.unicodeScalars.append(scalar)
            }
        }
        return printed
    }
}
