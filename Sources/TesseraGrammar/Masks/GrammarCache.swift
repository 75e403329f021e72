internal import Synchronization
public import TesseraCore
internal import TesseraFiles

/// Compiled grammars by their source and vocabulary, the least recently used forgotten first.
///
/// Held to a size in memory and kept nowhere else: a server that is sent ever new schemas stays within it.
public final class GrammarCache: Sendable {
    private struct Key: Hashable {
        var source: GrammarSource
        /// Once more as bytes: equal characters in other code points are another grammar.
        var text: ByteKey
        var fingerprint: UInt64
        var limits: GrammarLimits

        init(_ source: GrammarSource, _ vocabulary: TokenVocabulary, _ limits: GrammarLimits) {
            self.source = source
            text = ByteKey(source.text)
            fingerprint = vocabulary.fingerprint
            self.limits = limits
        }
    }

    private struct Entry {
        var grammar: CompiledGrammar
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var clock: UInt64 = 0
    }

    /// The most bytes that the grammars may take together.
    public let capacityInBytes: Int

    private let state = Mutex(State())

    /// Creates an empty cache.
    public init(capacityInBytes: Int = 256 << 20) {
        self.capacityInBytes = max(0, capacityInBytes)
    }

    /// The grammar of a source, compiled when it is not there.
    ///
    /// - Throws: `LocatedError` as reading and compiling do; nothing is kept then.
    public func grammar(
        _ source: GrammarSource, vocabulary: TokenVocabulary, limits: GrammarLimits = GrammarLimits()
    ) throws(LocatedError) -> CompiledGrammar {
        if let known = known(source, vocabulary: vocabulary, limits: limits) { return known }
        let key = Key(source, vocabulary, limits)
        let made = try CompiledGrammar(source.grammar(limits: limits), vocabulary: vocabulary, limits: limits)
        state.withLock { state in
            state.clock += 1
            state.entries[key] = Entry(grammar: made, lastUse: state.clock)
            shrink(&state)
        }
        return made
    }

    /// The grammar of a source; nil when it is not there.
    public func known(
        _ source: GrammarSource, vocabulary: TokenVocabulary, limits: GrammarLimits = GrammarLimits()
    ) -> CompiledGrammar? {
        let key = Key(source, vocabulary, limits)
        return state.withLock { state in
            state.clock += 1
            state.entries[key]?.lastUse = state.clock
            return state.entries[key]?.grammar
        }
    }

    /// Forgets grammars until the rest fits; masks that were made since count too.
    private func shrink(_ state: inout State) {
        var sizes = state.entries.map {
            (
                key: $0.key, size: $0.value.grammar.sizeInBytes + $0.key.source.sizeInBytes,
                use: $0.value.lastUse
            )
        }
        var total = sizes.reduce(0) { $0 + $1.size }
        guard total > capacityInBytes else { return }
        sizes.sort { $0.use < $1.use }
        for entry in sizes where total > capacityInBytes {
            state.entries[entry.key] = nil
            total -= entry.size
        }
    }

    /// The grammars held.
    public var count: Int { state.withLock { $0.entries.count } }

    /// The bytes that the grammars take together.
    public var sizeInBytes: Int {
        state.withLock {
            $0.entries.reduce(0) { $0 + $1.value.grammar.sizeInBytes + $1.key.source.sizeInBytes }
        }
    }
}
