/// Looks for stop strings in a stream of text and lets pass only what cannot be part of one.
///
/// Works on bytes, so it does not matter where tokens end. Text arrives in whole code points, and stop strings
/// consist of whole code points, therefore what passes does too.
package struct StopMatcher: Sendable {
    private let stops: [[UInt8]]
    private var held: [UInt8] = []

    /// Looks for `stops`; empty ones are left out.
    package init(_ stops: [String]) {
        self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
    }

    /// Adds `text`.
    ///
    /// - Returns: the text that may be shown now, and whether a stop string was found; after that nothing more
    ///   may be added. When several begin, the one that is complete first wins, and of those complete at the
    ///   same byte the longest, whatever the sizes of the pieces.
    package mutating func append(_ text: String) -> (text: String, stopped: Bool) {
        guard !stops.isEmpty else { return (text, false) }
        for byte in text.utf8 {
            held.append(byte)
            if let length = lengthOfStopAtEnd() {
                held.removeLast(length)
                return (finish(), true)
            }
        }
        let passing = held.count - lengthOfPossibleStart()
        let passed = String(decoding: held[..<passing], as: UTF8.self)
        held.removeFirst(passing)
        return (passed, false)
    }

    /// What is still held back, once no more text will come.
    package mutating func finish() -> String {
        defer { held.removeAll() }
        return String(decoding: held, as: UTF8.self)
    }

    /// The length of the longest stop string that `held` ends with.
    private func lengthOfStopAtEnd() -> Int? {
        stops.lazy.filter { held.ends(with: $0[...]) }.map(\.count).max()
    }

    /// The length of the longest end of `held` that a stop string begins with.
    private func lengthOfPossibleStart() -> Int {
        var longest = 0
        for stop in stops {
            var length = min(stop.count - 1, held.count)
            while length > longest {
                if held.ends(with: stop[..<length]) {
                    longest = length
                    break
                }
                length -= 1
            }
        }
        return longest
    }
}

extension [UInt8] {
    fileprivate func ends(with suffix: ArraySlice<UInt8>) -> Bool {
        count >= suffix.count && self[(count - suffix.count)...].elementsEqual(suffix)
    }
}
