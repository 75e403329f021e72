/// Whether the optimum of a mixture is the only one, as far as the active constraints tell.
public struct MixtureIdentifiability: Hashable, Sendable {
    /// How many independent equations between shares hold on all optima: the rank of the active constraints.
    ///
    /// With as many as categories there is one optimum. With fewer there may be others, which are then as good.
    public let rank: Int

    /// The square root of the ratio of the largest to the smallest eigenvalue of the equations' Gram matrix; infinite
    /// when the rank is not full.
    public let condition: Double

    /// The categories that change most in the direction that the equations determine least.
    public let leastDetermined: [Int]

    /// How many categories there are.
    public let categoryCount: Int

    /// Whether there is one optimum.
    public var isUnique: Bool { rank == categoryCount }
}

/// The equations between shares that hold on all optima of a mixture's programme.
///
/// A constraint with a price holds with equality on all optima: `d · a + v_t + v_p = 0`. A slack with a reduced cost is
/// zero on all of them; another may be anything. Seen as a graph with a node for each such slack and one for zero, every
/// constraint is an edge that tells the difference of two potentials, `v_t` and `-v_p`, as a linear form in `a`; every
/// cycle leaves an equation in `a` alone. A union-find that keeps those forms collects all of them.
struct FaceEquations {
    private let categoryCount: Int
    /// The sum of the outer products of the equations, each of length one.
    private var gram: [[Double]]

    private var numbers: [Node: Int] = [.zero: 0]
    private var parents = [0]
    /// For each node its potential less that of its parent.
    private var forms: [[Double]]

    private enum Node: Hashable {
        case zero
        case merge(Int)
        case pair(Int)
    }

    /// The equation that shares add up to one.
    init(categoryCount: Int) {
        self.categoryCount = categoryCount
        gram = [[Double]](repeating: [Double](repeating: 0, count: categoryCount), count: categoryCount)
        forms = [[Double](repeating: 0, count: categoryCount)]
        addEquation([Double](repeating: 1, count: categoryCount), scale: 1)
    }

    /// Adds that a share is zero.
    mutating func addZero(of category: Int) {
        addEquation((0..<categoryCount).map { $0 == category ? 1 : 0 }, scale: 1)
    }

    /// Adds `differences · a + v_t + v_p = 0`; a slack that is nil is zero.
    mutating func add(_ differences: [Double], merge: Int?, pair: Int?) {
        let (left, leftForm) = root(of: number(merge.map { .merge($0) } ?? .zero))
        let (right, rightForm) = root(of: number(pair.map { .pair($0) } ?? .zero))
        // v_t - (-v_p) = -differences · a
        let form = differences.indices.map { -differences[$0] - leftForm[$0] + rightForm[$0] }
        if left == right {
            addEquation(form, scale: differences.reduce(0) { max($0, $1.magnitude) })
        } else {
            parents[left] = right
            forms[left] = form
        }
    }

    private mutating func number(_ node: Node) -> Int {
        if let known = numbers[node] { return known }
        numbers[node] = parents.count
        parents.append(parents.count)
        forms.append([Double](repeating: 0, count: categoryCount))
        return parents.count - 1
    }

    /// The root of a node's tree, and the node's potential less that of the root; shortens the way there.
    private mutating func root(of node: Int) -> (Int, [Double]) {
        var path: [Int] = []
        var top = node
        while parents[top] != top {
            path.append(top)
            top = parents[top]
        }
        var sum = [Double](repeating: 0, count: categoryCount)
        for step in path.reversed() {
            for category in sum.indices { sum[category] += forms[step][category] }
            parents[step] = top
            forms[step] = sum
        }
        return (top, sum)
    }

    private mutating func addEquation(_ form: [Double], scale: Double) {
        // What cancels but for rounding is no equation.
        guard let largest = form.map(\.magnitude).max(), largest > 1e-9 * scale else { return }
        let length = form.reduce(0) { $0 + $1 * $1 }
        for row in form.indices {
            for column in form.indices { gram[row][column] += form[row] * form[column] / length }
        }
    }

    /// What the equations determine.
    func identifiability() -> MixtureIdentifiability {
        let (values, vectors) = symmetricEigenvalues(of: gram)
        let largest = values.max() ?? 0
        let rank = values.count { $0 > 1e-11 * largest }
        let least = values.indices.min { values[$0] < values[$1] }
        let direction = least.map { index in vectors.map { $0[index] } } ?? []
        let condition = rank == categoryCount ? (largest / (values.min() ?? 1)).squareRoot() : .infinity
        return MixtureIdentifiability(
            rank: rank, condition: condition,
            leastDetermined: direction.indices.filter { direction[$0].magnitude > 0.3 },
            categoryCount: categoryCount)
    }
}

/// The eigenvalues of a symmetric matrix and its eigenvectors as columns, by Jacobi's rotations.
func symmetricEigenvalues(of matrix: [[Double]]) -> (values: [Double], vectors: [[Double]]) {
    let count = matrix.count
    var a = matrix
    var vectors = (0..<count).map { row in (0..<count).map { $0 == row ? 1.0 : 0 } }
    // Ten rounds are enough for any matrix that is met; the bound is for those that are not numbers.
    for _ in 0..<60 {
        var rest = 0.0
        for row in 0..<count { for column in 0..<row { rest += a[row][column] * a[row][column] } }
        guard rest > 1e-30 else { break }
        for p in 0..<count {
            for q in (p + 1)..<max(count, p + 1) where a[p][q] != 0 {
                let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
                let tangent = (theta < 0 ? -1 : 1) / (theta.magnitude + (theta * theta + 1).squareRoot())
                let cosine = 1 / (tangent * tangent + 1).squareRoot()
                let sine = tangent * cosine
                for k in 0..<count {
                    (a[k][p], a[k][q]) = (
                        cosine * a[k][p] - sine * a[k][q], sine * a[k][p] + cosine * a[k][q]
                    )
                }
                for k in 0..<count {
                    (a[p][k], a[q][k]) = (
                        cosine * a[p][k] - sine * a[q][k], sine * a[p][k] + cosine * a[q][k]
                    )
                    (vectors[k][p], vectors[k][q]) = (
                        cosine * vectors[k][p] - sine * vectors[k][q],
                        sine * vectors[k][p] + cosine * vectors[k][q]
                    )
                }
            }
        }
    }
    return ((0..<count).map { a[$0][$0] }, vectors)
}
