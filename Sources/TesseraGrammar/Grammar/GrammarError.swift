internal import TesseraCore

/// The errors that more than one step of compiling a grammar can throw.
enum GrammarError {
    static func tooManyStates(_ limit: Int) -> LocatedError {
        LocatedError(
            field: "grammar", problem: "it needs more than \(limit) states",
            remedy: "use smaller repetition counts, shorter alternatives or fewer rules")
    }

    static let tooManySteps = LocatedError(
        field: "grammar", problem: "its alternatives overlap so much that it cannot be made deterministic",
        remedy: "write alternatives that begin differently, and smaller repetition counts")

    static func matchesNothing(_ rule: String) -> LocatedError {
        LocatedError(
            field: "rule \(rule)", problem: "no text of less than a mebibyte matches it",
            remedy: "give it an alternative that does not call itself, and no contradicting conditions")
    }

    static func tooManyMaskSteps(_ limit: Int) -> LocatedError {
        LocatedError(
            field: "grammar", problem: "the mask of a state takes more than \(limit) steps",
            remedy: "write rules whose alternatives begin differently")
    }

    static func tooAmbiguous(_ limit: Int) -> LocatedError {
        LocatedError(
            field: "grammar", problem: "a text can be read in more than \(limit) ways at once",
            remedy: "write rules whose alternatives begin differently")
    }
}
