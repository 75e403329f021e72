/// The number of a token in a vocabulary.
///
/// Vocabularies of today hold at most a few hundred thousand tokens, so 32 bits are plenty; the drop-in
/// surface for existing apps is the one place that speaks `Int`.
public typealias TokenID = UInt32
