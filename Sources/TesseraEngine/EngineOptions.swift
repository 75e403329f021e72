internal import CTesseraKernels
internal import TesseraCore

/// How a model is run.
public struct EngineOptions: Hashable, Sendable {
    /// The threads that work on a pass, the caller's included; nil for as many as there are cores.
    public var threads: Int?

    /// How exact the arithmetic is.
    public var precision: Precision

    /// The kernels to use; nil for the best that this machine runs.
    public var instructionSet: InstructionSet?

    /// Creates options; the defaults are what `tessera generate` uses.
    public init(threads: Int? = nil, precision: Precision = .fast, instructionSet: InstructionSet? = nil) {
        self.threads = threads
        self.precision = precision
        self.instructionSet = instructionSet
    }

    /// How exact the arithmetic is.
    public enum Precision: String, Hashable, Sendable, CaseIterable {
        /// 8-bit activations against quantised weights, keys and values cached as float16.
        case fast

        /// Float32 activations against dequantised weights, keys and values cached as float32: the yardstick.
        case float32
    }
}

/// A family of kernels, by the machine instructions they use.
public enum InstructionSet: String, Hashable, Sendable, CaseIterable {
    /// Plain C: runs everywhere.
    case portable = "portable"

    /// AVX2 with FMA and F16C.
    case avx2 = "avx2"

    /// AVX-512 F, BW, DQ, VL and VNNI.
    case avx512vnni = "avx512-vnni"

    /// The fastest that this machine runs.
    public static var best: InstructionSet {
        allCases.last { $0.kernels == tk_isa_best() } ?? .portable
    }

    /// Whether this machine runs it.
    public var isAvailable: Bool { tk_isa_available(kernels) }

    var kernels: tk_isa {
        switch self {
        case .portable: TK_ISA_PORTABLE
        case .avx2: TK_ISA_AVX2
        case .avx512vnni: TK_ISA_AVX512VNNI
        }
    }
}

extension EngineOptions {
    /// The kernels to use, checked against this machine.
    func resolvedInstructionSet() throws(LocatedError) -> InstructionSet {
        guard let instructionSet else { return .best }
        guard instructionSet.isAvailable else {
            let available = InstructionSet.allCases.filter(\.isAvailable).map(\.rawValue)
            throw LocatedError(
                field: "instruction set", problem: "this machine does not run \(instructionSet.rawValue)",
                remedy: "use one of: \(available.joined(separator: ", "))"
            )
        }
        return instructionSet
    }
}
