/// Which tokens may go over the borders of words (Liu et al., 2025, SuperBPE).
///
/// As in the authors' training, such a token has at most four words and no colon: a prompt that ends in "Answer:"
/// would otherwise cut a token in two that the model has always seen whole.
struct SuperwordRule {
    /// The most words of a token.
    static let mostWords = 4

    /// What matters of a token.
    private struct Shape {
        var words = 0
        var beginsInWord = false
        var endsInWord = false
        var hasColon = false
    }

    private var shapes: [Shape] = []
    private let spaces: [[UInt8]]

    /// - Parameter spaces: the spellings of white space in the vocabulary.
    init(spaces: [[UInt8]], tokens: [[UInt8]]) {
        self.spaces = spaces
        for token in tokens { append(token) }
    }

    /// Takes in the next token.
    mutating func append(_ spelling: [UInt8]) {
        var shape = Shape()
        var isInWord = false
        var place = 0
        while place < spelling.count {
            if let space = spaces.first(where: { spelling[place...].starts(with: $0) }) {
                isInWord = false
                place += max(space.count, 1)
                continue
            }
            if !isInWord { shape.words += 1 }
            isInWord = true
            if place == 0 { shape.beginsInWord = true }
            if spelling[place] == UInt8(ascii: ":") { shape.hasColon = true }
            place += 1
        }
        shape.endsInWord = isInWord
        shapes.append(shape)
    }

    /// Whether the token made of both is allowed.
    @inline(__always)
    func allows(_ left: UInt32, _ right: UInt32) -> Bool {
        let (left, right) = (shapes[Int(left)], shapes[Int(right)])
        let words = left.words + right.words - (left.endsInWord && right.beginsInWord ? 1 : 0)
        guard words > 1 else { return true }
        return words <= Self.mostWords && !left.hasColon && !right.hasColon
    }
}
