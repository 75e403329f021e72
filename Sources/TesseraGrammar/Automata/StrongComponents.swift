/// The strongly connected components of a graph, those without ways out first.
///
/// Tarjan's algorithm (SIAM Journal on Computing, 1972).
/// Iterative: a grammar may have long chains of rules.
func strongComponents(count: Int, roots: [Int], successors: (Int) -> [Int]) -> [[Int]] {
    var number = [Int](repeating: -1, count: count)
    var low = [Int](repeating: 0, count: count)
    var isOpen = [Bool](repeating: false, count: count)
    var open: [Int] = []
    var components: [[Int]] = []
    var met = 0
    var path: [(node: Int, next: [Int], position: Int)] = []

    func enter(_ node: Int) {
        number[node] = met
        low[node] = met
        met += 1
        open.append(node)
        isOpen[node] = true
        path.append((node, successors(node), 0))
    }

    for root in roots where number[root] < 0 {
        enter(root)
        while let (node, next, position) = path.last {
            if position < next.count {
                path[path.count - 1].position += 1
                let successor = next[position]
                if number[successor] < 0 {
                    enter(successor)
                } else if isOpen[successor] {
                    low[node] = min(low[node], number[successor])
                }
                continue
            }
            path.removeLast()
            if let parent = path.last?.node { low[parent] = min(low[parent], low[node]) }
            guard low[node] == number[node] else { continue }
            var component: [Int] = []
            while let member = open.popLast() {
                isOpen[member] = false
                component.append(member)
                if member == node { break }
            }
            components.append(component)
        }
    }
    return components
}
