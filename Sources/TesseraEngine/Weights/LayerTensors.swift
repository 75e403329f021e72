internal import TesseraCore

/// The tensors of a layer, or of the model itself, by role.
struct LayerTensors {
    let file: String
    private(set) var matrices: [TensorRole: Matrix] = [:]
    private(set) var vectors: [TensorRole: UnsafePointer<Float>] = [:]
    private(set) var biases: [TensorRole: UnsafePointer<Float>] = [:]

    init(file: String) {
        self.file = file
    }

    mutating func add(_ matrix: Matrix, as role: TensorRole) { matrices[role] = matrix }

    mutating func add(_ vector: UnsafePointer<Float>, as role: TensorRole, isBias: Bool) {
        if isBias { biases[role] = vector } else { vectors[role] = vector }
    }

    func matrix(_ role: TensorRole) throws(LocatedError) -> Matrix {
        guard let matrix = matrices[role] else { throw missing(role) }
        return matrix
    }

    func projection(_ role: TensorRole) throws(LocatedError) -> Projection {
        Projection(weight: try matrix(role), bias: biases[role])
    }

    func norm(_ role: TensorRole, _ kind: Norm.Kind, _ c: ModelConfiguration) throws(LocatedError) -> Norm {
        guard let weight = vectors[role] else { throw missing(role) }
        return Norm(kind: kind, weight: weight, bias: biases[role], epsilon: Float(c.epsilon))
    }

    private func missing(_ role: TensorRole) -> LocatedError {
        LocatedError(
            file: file, field: role.rawValue, problem: "the architecture's list of tensors leaves it out",
            remedy: "report this as a bug")
    }
}
