import TesseraServer
import Testing

@Suite("Taking turns")
struct FairQueueTests {
    @Test("clients take turns, each in its own order")
    func turns() {
        var queue = FairQueue<String>()
        for name in ["a1", "a2", "a3", "b1", "c1", "b2"] {
            queue.append(name, client: String(name.prefix(1)))
        }
        var order: [String] = []
        while let next = queue.popFirst() { order.append(next) }
        #expect(order == ["a1", "b1", "c1", "a2", "b2", "a3"])
        #expect(queue.count == 0)
    }

    @Test("what is put back comes next; what is removed never comes")
    func changes() {
        var queue = FairQueue<String>()
        for name in ["a1", "b1", "b2"] { queue.append(name, client: String(name.prefix(1))) }
        queue.putBack("b0", client: "b")
        queue.putBack("c0", client: "c")
        #expect(queue.first == "c0")
        queue.removeAll { $0 == "b1" || $0 == "a1" }
        var order: [String] = []
        while let next = queue.popFirst() { order.append(next) }
        #expect(order == ["c0", "b0", "b2"])
    }
}
