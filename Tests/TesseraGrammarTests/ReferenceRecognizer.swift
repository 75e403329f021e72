import TesseraGrammar
import TesseraTestSupport
import TesseraTokenizers

/// Decides by brute force whether short texts belong to a grammar.
///
/// The ends that each rule can reach from each start grow until nothing changes. It knows nothing of automata, so
/// recursion of every kind is plain.
struct ReferenceRecognizer {
    private let grammar: Grammar
    private let text: [UInt8]
    private var ends: [[Set<Int>]]

    init(_ grammar: Grammar, _ text: [UInt8]) {
        self.grammar = grammar
        self.text = text
        ends = [[Set<Int>]](
            repeating: [Set<Int>](repeating: [], count: text.count + 1), count: grammar.rules.count)
    }

    mutating func accepts() -> Bool {
        var changed = true
        while changed {
            changed = false
            for rule in grammar.rules.indices {
                for start in 0...text.count {
                    let found = reach(grammar.rules[rule].expression, from: start)
                    if !found.isSubset(of: ends[rule][start]) {
                        ends[rule][start].formUnion(found)
                        changed = true
                    }
                }
            }
        }
        return ends[grammar.root][0].contains(text.count)
    }

    private func reach(_ expression: GrammarExpression, from start: Int) -> Set<Int> {
        switch expression {
        case .bytes(let bytes): return text[start...].starts(with: bytes) ? [start + bytes.count] : []
        case .characters(let set):
            return start < text.count && set.contains(UInt32(text[start])) ? [start + 1] : []
        case .rule(let rule): return ends[rule][start]
        case .choice(let parts): return parts.reduce(into: []) { $0.formUnion(reach($1, from: start)) }
        case .sequence(let parts):
            return parts.reduce([start]) { places, part in
                places.reduce(into: []) { $0.formUnion(reach(part, from: $1)) }
            }
        case .repetition(let part, let least, let most):
            var reached: Set<Int> = least == 0 ? [start] : []
            var places: Set<Int> = [start]
            for count in 1...max(least, most ?? least + text.count + 1, 1) where count <= most ?? .max {
                places = places.reduce(into: []) { $0.formUnion(reach(part, from: $1)) }
                if count >= least { reached.formUnion(places) }
            }
            return reached
        }
    }
}

/// A random grammar over `a`, `b` and `c` with recursion of every kind.
func randomGrammar(using generator: inout SeededGenerator) -> Grammar {
    let count = Int.random(in: 1...4, using: &generator)
    func expression(_ depth: Int, _ generator: inout SeededGenerator) -> GrammarExpression {
        switch Int.random(in: 0..<(depth > 2 ? 4 : 10), using: &generator) {
        case 0:
            return .bytes(
                Array(["a", "b", "ab", "ca", ""].randomElement(using: &generator).map(\.utf8) ?? "a".utf8))
        case 1: return .characters(CodePointSet([0x61...UInt32.random(in: 0x61...0x63, using: &generator)]))
        case 2, 3: return .rule(Int.random(in: 0..<count, using: &generator))
        case 4, 5, 6:
            let parts = Int.random(in: 2...3, using: &generator)
            return .sequence((0..<parts).map { _ in expression(depth + 1, &generator) })
        case 7, 8:
            let parts = Int.random(in: 2...3, using: &generator)
            return .choice((0..<parts).map { _ in expression(depth + 1, &generator) })
        default:
            let least = Int.random(in: 0...2, using: &generator)
            let most = Bool.random(using: &generator) ? nil : least + Int.random(in: 0...2, using: &generator)
            return .repetition(expression(depth + 1, &generator), least: least, most: most)
        }
    }
    let rules = (0..<count).map { Grammar.Rule(name: "r\($0)", expression: expression(0, &generator)) }
    return Grammar(rules: rules, root: 0)
}
