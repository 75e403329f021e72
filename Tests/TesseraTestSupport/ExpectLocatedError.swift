public import TesseraCore
public import Testing

/// Runs `body` and gives the error that it must throw, which must name file, field and remedy on one line.
@discardableResult
public func expectLocatedError<Value>(
    file: String? = nil, field: String? = nil, problem: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Value
) -> LocatedError? {
    do {
        _ = try body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
        return nil
    } catch let error as LocatedError {
        #expect(
            !error.problem.isEmpty && error.remedy?.isEmpty == false, "\(error)",
            sourceLocation: sourceLocation)
        #expect(!error.description.contains { $0.isNewline }, "\(error)", sourceLocation: sourceLocation)
        if let file { #expect(error.file == file, "\(error)", sourceLocation: sourceLocation) }
        if let field { #expect(error.field == field, "\(error)", sourceLocation: sourceLocation) }
        if let problem {
            #expect(error.problem.contains(problem), "\(error)", sourceLocation: sourceLocation)
        }
        return error
    } catch {
        Issue.record("threw \(error), which has no place", sourceLocation: sourceLocation)
        return nil
    }
}

/// Expects that `body` throws an error that names a field and whose line contains `named`.
public func expectLocatedError<Value>(
    naming named: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Value
) {
    let error = expectLocatedError(sourceLocation: sourceLocation, body)
    guard let error else { return }
    #expect(error.description.contains(named), "\(error)", sourceLocation: sourceLocation)
    #expect(error.field != nil, "\(error)", sourceLocation: sourceLocation)
}
