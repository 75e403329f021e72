public import TesseraCore

/// The studies that exist.
public enum StudyRegistry {
    /// All of them, in the order in which they are run: those that train no network first, and of these the short ones.
    public static let all: [any Study] = [
        QtokStudy(), DataMixtureInferenceStudy(), ExactByteProbabilitiesStudy(), ReAGentStudy(),
        BigLittleDecoderStudy(), AdaptiveDraftVerificationStudy(), TokenRecyclingStudy(), LessIsBetterStudy(),
        RomanizationStudy(), KeyformerStudy(),
        TheoryOfTokenizationStudy(), TokenizationCountsStudy(),
    ]

    /// The study of this name.
    ///
    /// - Throws: `LocatedError` listing those that exist.
    public static func study(named name: String) throws(LocatedError) -> any Study {
        guard let study = all.first(where: { $0.name == name }) else {
            throw LocatedError(
                field: "NAME", problem: "there is no study \"\(name)\"",
                remedy: "name one of: \(all.map(\.name).sorted().joined(separator: ", "))")
        }
        return study
    }
}
