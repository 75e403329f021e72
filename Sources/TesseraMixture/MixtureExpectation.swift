public import TesseraCore
internal import TesseraFiles

/// The mixture that a tokenizer should have been trained on.
public struct MixtureExpectation: Sendable {
    /// The share of each category.
    public let shares: [(name: String, share: Double)]

    private let file: String

    /// How far the sum of shares may be from one.
    private static let sumTolerance = 0.01

    /// Reads a JSON object of categories and shares that add up to one.
    ///
    /// - Throws: `LocatedError` naming the member that is no share, or when they do not add up.
    public init(contentsOf path: String) throws(LocatedError) {
        let field = try JSONField(contentsOf: path)
        var shares: [(name: String, share: Double)] = []
        for name in try field.object().keys {
            let share = try field[name].double()
            guard share >= 0, share <= 1 else {
                throw field[name].error("\(share) is no share", remedy: "give a number from 0 to 1")
            }
            shares.append((name, share))
        }
        let sum = shares.reduce(0) { $0 + $1.share }
        guard (sum - 1).magnitude <= Self.sumTolerance else {
            throw field.error("the shares add up to \(sum)", remedy: "give shares that add up to 1")
        }
        self.shares = shares
        file = path
    }

    /// For each category of `estimate` its expected share and what was found; the names must be the same.
    ///
    /// - Throws: `LocatedError` naming a category that only one of the two has.
    public func compared(
        with estimate: MixtureEstimate, of denominator: MixtureDenominator = .pairs
    ) throws(LocatedError) -> [(name: String, expected: Double, found: Double)] {
        for (name, _) in shares where !estimate.categories.contains(where: { $0.name == name }) {
            throw LocatedError(
                file: file, field: name, problem: "there is no sample of this category",
                remedy: "give one with --samples \(name)=PATH")
        }
        var compared: [(name: String, expected: Double, found: Double)] = []
        for category in estimate.categories {
            guard let expected = shares.first(where: { $0.name == category.name }) else {
                throw LocatedError(
                    file: file, field: category.name, problem: "the share of this category is missing",
                    remedy: "add it, 0 if there is none")
            }
            compared.append((category.name, expected.share, category.share(of: denominator)))
        }
        return compared
    }
}
