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
        /// The bytes that it took when it was last looked at.
        var sizeInBytes: Int
    }

    private struct State {
        var entries: [Key: Entry] = [:]
        var clock: UInt64 = 0
        var sizeInBytes = 0
    }

    /// What an entry takes beside its tables, masks and text.
    private static let overhead = 2_048

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
        let key = Key(source, vocabulary, limits)
        if let known = known(key) { return known }
        let made = try CompiledGrammar(source.grammar(limits: limits), vocabulary: vocabulary, limits: limits)
        state.withLock { state in
            state.clock += 1
            put(Entry(grammar: made, lastUse: state.clock, sizeInBytes: 0), key, &state)
            shrink(&state)
        }
        return made
    }

    /// The grammar of a source; nil when it is not there.
    public func known(
        _ source: GrammarSource, vocabulary: TokenVocabulary, limits: GrammarLimits = GrammarLimits()
    ) -> CompiledGrammar? {
        known(Key(source, vocabulary, limits))
    }

    private func known(_ key: Key) -> CompiledGrammar? {
        state.withLock { state in
            guard var entry = state.entries[key] else { return nil }
            state.clock += 1
            entry.lastUse = state.clock
            put(entry, key, &state)
            return entry.grammar
        }
    }

    /// Puts an entry in with the size that it has now: masks are made since.
    private func put(_ entry: Entry, _ key: Key, _ state: inout State) {
        var entry = entry
        // The text is there twice.
        entry.sizeInBytes = Self.overhead + entry.grammar.sizeInBytes + 2 * key.source.sizeInBytes
        state.sizeInBytes += entry.sizeInBytes - (state.entries[key]?.sizeInBytes ?? 0)
        state.entries[key] = entry
    }

    /// Forgets grammars until the rest takes seven eighths of the capacity, so that this is seldom done.
    private func shrink(_ state: inout State) {
        guard state.sizeInBytes > capacityInBytes else { return }
        for (key, entry) in state.entries.sorted(by: { $0.value.lastUse < $1.value.lastUse }) {
            guard state.sizeInBytes > capacityInBytes / 8 * 7 else { return }
            state.entries[key] = nil
            state.sizeInBytes -= entry.sizeInBytes
        }
    }

    /// The grammars held.
    public var count: Int { state.withLock { $0.entries.count } }

    /// The bytes that the grammars take together, as each was when it was last looked at.
    public var sizeInBytes: Int { state.withLock { $0.sizeInBytes } }
}
