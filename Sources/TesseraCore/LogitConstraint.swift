/// Restricts which tokens a generation may draw: grammars, stop rules, healing.
///
/// The generation loop masks a row of logits, draws, and tells the constraint what was drawn; drafts take tokens back.
public protocol LogitConstraint {
    /// Sets the logits of the tokens that may not come next to minus infinity.
    ///
    /// - Parameters:
    ///   - logits: one row.
    ///   - remaining: how many tokens may still be drawn, this one included; nil for no limit. A constraint that must
    ///     be completed allows only tokens after which that can be done in time.
    /// - Throws: `LocatedError` when no token may come next.
    mutating func mask(_ logits: UnsafeMutableBufferPointer<Float>, remaining: Int?) throws(LocatedError)

    /// Takes the token that was drawn.
    ///
    /// - Throws: `LocatedError` when it may not come next; nothing has changed then.
    mutating func advance(_ token: TokenID) throws(LocatedError)

    /// Takes the last `count` tokens back.
    mutating func rollback(_ count: Int)

    /// Whether the text is complete and nothing may follow it.
    var isComplete: Bool { get }
}

extension LogitConstraint {
    /// Sets the logits of the tokens that may not come next to minus infinity; see the requirement.
    public mutating func mask(_ logits: inout [Float], remaining: Int?) throws(LocatedError) {
        var result: Result<Void, LocatedError> = .success(())
        logits.withUnsafeMutableBufferPointer { row in
            result = Result { () throws(LocatedError) in try mask(row, remaining: remaining) }
        }
        try result.get()
    }
}
