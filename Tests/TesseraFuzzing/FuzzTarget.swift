package import TesseraCore

/// A reader of files that strangers made, and what must hold of it.
package struct FuzzTarget: Sendable {
    /// What became of an input.
    package enum Outcome: Sendable {
        /// It was read, and everything that must hold of it does.
        case accepted
        /// It was refused with an error that says where and why.
        case rejected(LocatedError)
    }

    /// Its name, which is that of its folder in the corpus too.
    package let name: String

    /// The name of the file, for inputs of one.
    package let fileName: String

    /// What makes new inputs.
    package let mutator: Mutator

    private let body: @Sendable (FuzzInput, FuzzFolder) throws -> Void

    init(
        _ name: String, file: String, vocabulary: [String] = [],
        _ body: @escaping @Sendable (FuzzInput, FuzzFolder) throws -> Void
    ) {
        self.name = name
        fileName = file
        mutator = Mutator(vocabulary: vocabulary)
        self.body = body
    }

    /// Tries an input.
    ///
    /// - Throws: `FuzzFailure` when it was read but something that must hold does not, or was refused with anything but
    ///   a `LocatedError` of one line.
    package func run(_ input: FuzzInput, in folder: FuzzFolder) throws -> Outcome {
        try folder.fill(with: input)
        do {
            try body(input, folder)
            return .accepted
        } catch let error as LocatedError {
            // Making the text is part of what must not fail.
            guard !error.problem.isEmpty, !error.description.utf8.contains(0x0A) else {
                throw FuzzFailure("the error \"\(error)\" does not stand on one line")
            }
            guard error.description.utf8.count < 8192 + 6 * folder.path.utf8.count else {
                throw FuzzFailure(
                    "an error of \(error.description.utf8.count) bytes: \(error.description.prefix(200))")
            }
            return .rejected(error)
        }
    }

    /// All targets.
    package static let all: [FuzzTarget] =
        tokenizerTargets + [template, expression, counts, journal, corpus, json, safetensors]
}

/// Something that must hold and does not.
package struct FuzzFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// Fails with `description` unless `condition` holds.
func require(_ condition: Bool, _ description: @autoclosure () -> String) throws {
    if !condition { throw FuzzFailure(description()) }
}
