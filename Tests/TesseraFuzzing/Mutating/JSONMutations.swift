internal import TesseraFiles

/// Changes of JSON that keep it JSON, mostly.
enum JSONMutations {
    private static let atoms = [
        "null", "true", "false", "0", "-1", "1", "2", "-0.0", "0.5", "1e-400", "1e999", "1E308", "255", "256",
        "65536",
        "2097149", "2097150", "2097151", "2147483647", "2147483648", "4294967295", "4294967296",
        "4611686018427387904", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "\"\"",
        "\"a\"",
        "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"\\ud800\"", "[]", "{}", "[[]]", "[null]", "{\"type\":null}",
        "NaN", "01",
        "\"BPE\"", "\"Unigram\"", "\"WordPiece\"", "\"WordLevel\"", "\"ByteLevel\"", "\"Sequence\"",
    ]

    /// Changes a JSON text once; false when it is none.
    static func mutate(_ bytes: inout [UInt8], donor: [UInt8], _ random: inout FuzzRandom) -> Bool {
        guard var tree = JSONNode(parsing: bytes) else { return false }
        let donorTree = JSONNode(parsing: donor) ?? tree
        change(&tree, tree, donorTree, &random)
        bytes = tree.bytes
        return true
    }

    /// Goes down to a node, the nearer to the root the likelier, and changes it.
    private static func change(
        _ node: inout JSONNode, _ whole: JSONNode, _ donor: JSONNode, _ random: inout FuzzRandom
    ) {
        if node.count > 0, !random.oneIn(4) {
            let index = random.below(node.count)
            var child = node[index]
            change(&child, whole, donor, &random)
            node[index] = child
            return
        }
        switch random.below(10) {
        case 0, 1: node = .text(random.one(of: atoms))
        case 2: node = pick(from: donor, &random)
        case 3: node = pick(from: whole, &random)
        case 4:
            let depth = random.oneIn(3) ? 300 : 1 + random.below(40)
            for _ in 0..<depth {
                node = random.oneIn(2) ? .array([node]) : .object([(Array("\"a\"".utf8), node)])
            }
        default: changeInside(&node, donor, &random)
        }
    }

    private static func changeInside(_ node: inout JSONNode, _ donor: JSONNode, _ random: inout FuzzRandom) {
        switch node {
        case .leaf(let text): node = .leaf(changed(text, &random))
        case .array(var elements):
            guard !elements.isEmpty else {
                node = .array([pick(from: donor, &random)])
                return
            }
            let place = random.below(elements.count)
            switch random.below(5) {
            case 0: elements.remove(at: place)
            case 1: elements.insert(elements[random.below(elements.count)], at: place)
            case 2: elements.swapAt(place, random.below(elements.count))
            case 3:
                let times = random.oneIn(10) ? 3000 : random.below(40)
                elements += Array(repeating: elements[place], count: times)
            default: elements.removeSubrange(random.range(in: elements.count))
            }
            node = .array(elements)
        case .object(var members):
            guard !members.isEmpty else {
                node = .object([(Array("\"type\"".utf8), pick(from: donor, &random))])
                return
            }
            let place = random.below(members.count)
            let other = random.below(members.count)
            switch random.below(6) {
            case 0: members.remove(at: place)
            case 1: members.append((members[place].key, members[other].value))
            case 2: members[place].key = changed(members[place].key, &random)
            case 3:
                let value = members[place].value
                members[place].value = members[other].value
                members[other].value = value
            case 4: members.swapAt(place, other)
            default: members[place].key = members[other].key
            }
            node = .object(members)
        }
    }

    /// A subtree, the nearer to the root the likelier.
    private static func pick(from tree: JSONNode, _ random: inout FuzzRandom) -> JSONNode {
        var node = tree
        while node.count > 0, !random.oneIn(4) { node = node[random.below(node.count)] }
        return node
    }

    /// Another number or string of the same kind; anything else becomes an atom.
    private static func changed(_ text: [UInt8], _ random: inout FuzzRandom) -> [UInt8] {
        if let number = Int(String(decoding: text, as: UTF8.self)) {
            let shift = Int.random(in: -3...3, using: &random)
            return Array(String(random.oneIn(3) ? number &* -1 : number &+ shift).utf8)
        }
        guard case .string(let content)? = try? JSONValue(parsing: text) else {
            return Array(random.one(of: atoms).utf8)
        }
        var bytes = Array(content.utf8)
        // Character maps are base64: what they hold is changed, not how it is written.
        if bytes.count > 100, random.oneIn(2), var decoded = Base64.decode(content) {
            for _ in 0...random.below(4) { ByteMutations.mutate(&decoded, donor: [], &random) }
            return Array(JSONValue.string(Base64.encode(decoded)).serialized().utf8)
        }
        switch random.below(4) {
        case 0: bytes = random.one(of: OddTexts.all)
        case 1: bytes.insert(contentsOf: random.one(of: OddTexts.all), at: random.below(bytes.count + 1))
        default: TextMutations.mutate(&bytes, donor: bytes, &random)
        }
        let node = JSONNode.string(bytes)
        if case .leaf(let text) = node { return text }
        return text
    }
}
