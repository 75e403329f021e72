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

    /// How keys and values are kept; nil for what the precision calls for.
    public var cacheFormat: CacheFormat?

    /// The most bytes that all caches of the model may take together.
    ///
    /// Without a limit, memory that no text holds any more is returned at once. With one it is kept for texts that
    /// begin alike until room is needed, and reading fails when texts hold all of it.
    public var cacheByteLimit: Int?

    /// Creates options; the defaults are what `tessera generate` uses.
    public init(
        threads: Int? = nil, precision: Precision = .fast, instructionSet: InstructionSet? = nil,
        cacheFormat: CacheFormat? = nil, cacheByteLimit: Int? = nil
    ) {
        self.threads = threads
        self.precision = precision
        self.instructionSet = instructionSet
        self.cacheFormat = cacheFormat
        self.cacheByteLimit = cacheByteLimit
    }

    /// How exact the arithmetic is.
    public enum Precision: String, Hashable, Sendable, CaseIterable {
        /// 8-bit activations against quantised weights, keys and values cached as float16.
        case fast

        /// Float32 activations against dequantised weights, keys and values cached as float32: the yardstick.
        case float32
    }

    /// How keys and values are kept in a cache.
    public enum CacheFormat: String, Hashable, Sendable, CaseIterable {
        /// 16 bits a number.
        case float16 = "f16"

        /// Blocks of 32 numbers of 8 bits with a float16 scale: half the memory of float16.
        case q8

        /// 32 bits a number.
        case float32 = "f32"
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

    /// AVX-512 as above, with the tiles of AMX and their products of bytes.
    case amx = "amx-int8"

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
        case .amx: TK_ISA_AMX
        }
    }
}

extension EngineOptions {
    /// How keys and values are kept.
    public var resolvedCacheFormat: CacheFormat { cacheFormat ?? (precision == .fast ? .float16 : .float32) }

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

extension EngineOptions.CacheFormat {
    var kernelFormat: tk_format {
        switch self {
        case .float16: TK_F16
        case .q8: TK_Q8_0
        case .float32: TK_F32
        }
    }
}
