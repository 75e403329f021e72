/// First come, first served, among the requests of one client; clients take turns.
///
/// A client that sends a hundred requests delays another by one of them, not by a hundred.
package struct FairQueue<Element> {
    private var lines: [String: [Element]] = [:]
    private var turns: [String] = []

    /// Creates an empty queue.
    package init() {}

    /// The number of elements.
    package private(set) var count = 0

    /// Adds an element at the end of its client's line.
    package mutating func append(_ element: Element, client: String) {
        lines[client, default: []].append(element)
        if lines[client]?.count == 1 { turns.append(client) }
        count += 1
    }

    /// Puts back an element that was taken before, so that it is the next of all.
    package mutating func putBack(_ element: Element, client: String) {
        if lines[client, default: []].isEmpty {
            turns.insert(client, at: 0)
        } else if let turn = turns.firstIndex(of: client) {
            turns.remove(at: turn)
            turns.insert(client, at: 0)
        }
        lines[client, default: []].insert(element, at: 0)
        count += 1
    }

    /// The element that is next.
    package var first: Element? { turns.first.flatMap { lines[$0]?.first } }

    /// Takes the next element; its client's next turn comes after everybody else's.
    package mutating func popFirst() -> Element? {
        guard let client = turns.first, let element = lines[client]?.removeFirst() else { return nil }
        turns.removeFirst()
        if lines[client]?.isEmpty == false {
            turns.append(client)
        } else {
            lines[client] = nil
        }
        count -= 1
        return element
    }

    /// Takes out the elements that `isUnwanted` names.
    package mutating func removeAll(where isUnwanted: (Element) -> Bool) {
        for client in turns {
            guard var line = lines[client] else { continue }
            let before = line.count
            line.removeAll(where: isUnwanted)
            count -= before - line.count
            lines[client] = line.isEmpty ? nil : line
        }
        turns.removeAll { lines[$0] == nil }
    }
}
