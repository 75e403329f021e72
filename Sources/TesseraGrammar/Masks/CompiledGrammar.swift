internal import Synchronization
public import TesseraCore

/// A grammar made ready for a vocabulary: automata, and the masks of their states.
///
/// Immutable but for masks that are made when they are first needed; many matchers may use it at once.
public final class CompiledGrammar: Sendable {
    /// The vocabulary.
    public let vocabulary: TokenVocabulary

    let automaton: PushdownAutomaton
    let limits: GrammarLimits
    private let cache: Mutex<MaskCache>

    private struct MaskCache {
        var masks: [Int32: StateMask] = [:]
        var sizeInBytes = 0
    }

    /// Compiles a grammar.
    ///
    /// - Parameter makesMasks: whether to make the masks of all states now, as far as `limits.compilationSteps` goes.
    /// - Throws: `LocatedError` when no text matches the grammar, or it needs more than `limits` allow.
    public init(
        _ grammar: Grammar, vocabulary: TokenVocabulary, limits: GrammarLimits = GrammarLimits(),
        makesMasks: Bool = true
    ) throws(LocatedError) {
        self.vocabulary = vocabulary
        self.limits = limits
        var automaton = try PushdownAutomaton(grammar, limits: limits)
        automaton.costs = automaton.tokenCosts(vocabulary)
        self.automaton = automaton
        cache = Mutex(MaskCache())
        if makesMasks { try makeMasks() }
    }

    private func makeMasks() throws(LocatedError) {
        var parser = ByteParser(automaton, limits: limits)
        var left = limits.compilationSteps
        for state in automaton.restingStates {
            let mask = try StateMask(state, &parser, vocabulary, limit: limits.compilationSteps)
            keep(mask, of: state)
            left -= mask.steps
            guard left > 0 else { return }
        }
    }

    private func keep(_ mask: StateMask, of state: Int32) {
        cache.withLock { cache in
            guard cache.masks[state] == nil, cache.sizeInBytes + mask.sizeInBytes <= limits.maskBytes else {
                return
            }
            cache.masks[state] = mask
            cache.sizeInBytes += mask.sizeInBytes
        }
    }

    /// The mask of a state, made when it is not there yet.
    func mask(of state: Int32) throws(LocatedError) -> StateMask {
        if let mask = cache.withLock({ $0.masks[state] }) { return mask }
        var parser = ByteParser(automaton, limits: limits)
        let mask = try StateMask(state, &parser, vocabulary, limit: limits.compilationSteps)
        keep(mask, of: state)
        return mask
    }

    /// The bytes of memory that it takes now, the vocabulary left out.
    public var sizeInBytes: Int { automaton.sizeInBytes + cache.withLock { $0.sizeInBytes } }

    /// Counts for people.
    public var statistics: Statistics {
        let masks = cache.withLock { Array($0.masks.values) }
        let dependent = masks.reduce(0) { $0 + $1.dependentCount }
        return Statistics(
            rules: automaton.returns.count - 1, states: automaton.stateCount - 1, masks: masks.count,
            dependentTokens: dependent, maskBytes: cache.withLock { $0.sizeInBytes },
            tableBytes: automaton.sizeInBytes)
    }

    /// What a compiled grammar consists of.
    public struct Statistics: Hashable, Sendable {
        /// Rules that were not made part of their callers.
        public var rules: Int
        /// States of all rules.
        public var states: Int
        /// States whose masks are made.
        public var masks: Int
        /// Tokens of all masks that depend on the callers.
        public var dependentTokens: Int
        /// Bytes of the masks.
        public var maskBytes: Int
        /// Bytes of the automata.
        public var tableBytes: Int
    }
}

extension PushdownAutomaton {
    /// The states in which a matcher can wait for a token: the start, what bytes lead to, and what rules return to.
    var restingStates: [Int32] {
        var rests = [Bool](repeating: false, count: states.count)
        if stateCount > 1 { rests[Int(start)] = true }
        for entry in table where entry >= 0 { rests[Int(entry)] = true }
        for move in moves { rests[Int(move.target)] = true }
        for state in pushes { rests[Int(state)] = true }
        rests[rests.count - 1] = false
        return rests.indices.lazy.filter { rests[$0] && self.states[$0].goesOn }
            .map { Int32(truncatingIfNeeded: $0) }
    }
}
