import TesseraCore
import TesseraDecoding
import Testing

@Suite("Stop strings")
struct StopMatcherTests {
    /// What is shown of `text` when it arrives in `pieces`.
    private func shown(_ pieces: [String], stops: [String]) -> (pieces: [String], stopped: Bool) {
        var matcher = StopMatcher(stops)
        var shown: [String] = []
        for piece in pieces {
            let (text, stopped) = matcher.append(piece)
            shown.append(text)
            if stopped { return (shown, true) }
        }
        shown.append(matcher.finish())
        return (shown, false)
    }

    @Test("text that could begin a stop string waits until it cannot")
    func holdingBack() {
        #expect(shown(["ab", "c", "xd", "e"], stops: ["cd"]).pieces == ["ab", "", "cxd", "e", ""])
        #expect(shown(["ab", "c"], stops: ["cd"]).pieces == ["ab", "", "c"])
        #expect(shown(["aaab"], stops: ["aab"]).pieces == ["a"])
        #expect(shown(["a", "a", "a", "b"], stops: ["aab"]).pieces == ["", "", "a", ""])
    }

    @Test("a stop string ends the text before it, wherever the pieces end")
    func stopping() {
        #expect(shown(["one\n", "\ntwo"], stops: ["\n\n"]).pieces.joined() == "one")
        #expect(shown(["x日", "本y"], stops: ["日本"]).pieces == ["x", ""])
        #expect(shown(["END"], stops: ["END"]).stopped)
    }

    @Test("without stop strings everything passes at once")
    func noStops() {
        #expect(shown(["a", "b"], stops: []).pieces == ["a", "b", ""])
        #expect(shown(["a", "b"], stops: [""]).pieces == ["a", "b", ""])
    }

    @Test("random texts in random pieces: never a part of a stop string too many, never a letter lost")
    func randomSplits() {
        let alphabet = ["a", "b", "é", "日", "a"]
        for round in 0..<4_000 {
            let random = CounterRandom(seed: UInt64(round))
            func word(_ length: Int, _ stream: UInt64) -> String {
                (0..<length).map { alphabet[random.index(below: alphabet.count, at: $0, stream: stream)] }
                    .joined()
            }
            let text = word(random.index(below: 20, at: 0, stream: 90), 1)
            let stops = (0..<(1 + random.index(below: 3, at: 1, stream: 90))).map {
                word(1 + random.index(below: 4, at: $0, stream: 91), 2 + UInt64($0))
            }
            // The reference: the shortest beginning of the text that ends with a stop string.
            let characters = text.map(String.init)
            var expected = text
            var isStopped = false
            for end in 0...characters.count where !isStopped {
                let beginning = characters[..<end].joined()
                if let stop = stops.filter({ beginning.hasSuffix($0) }).max(by: {
                    $0.utf8.count < $1.utf8.count
                }) {
                    expected = String(beginning.dropLast(stop.count))
                    isStopped = true
                }
            }
            var pieces: [String] = []
            for (index, character) in characters.enumerated() {
                if pieces.isEmpty || random.index(below: 2, at: index, stream: 99) == 0 {
                    pieces.append(character)
                } else {
                    pieces[pieces.count - 1] += character
                }
            }
            let result = shown(pieces, stops: stops)
            #expect(result.pieces.joined() == expected, "\(pieces) \(stops)")
            #expect(result.stopped == isStopped, "\(pieces) \(stops)")
            // At every moment, what was shown is a beginning of the result.
            var sofar = ""
            for piece in result.pieces {
                sofar += piece
                #expect(expected.hasPrefix(sofar), "\(pieces) \(stops)")
            }
        }
    }
}
