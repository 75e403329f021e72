internal import CTesseraTorch

/// How the numbers of a tensor are stored.
public enum ScalarType: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// IEEE 754 binary32.
    case float32
    /// IEEE 754 binary64.
    case float64
    /// IEEE 754 binary16.
    case float16
    /// The upper half of a binary32.
    case bfloat16
    /// Whole numbers of 64 bits: token ids and places.
    case int64
    /// Whole numbers of 32 bits.
    case int32
    /// Whole numbers of 16 bits.
    case int16
    /// Whole numbers of 8 bits with a sign.
    case int8
    /// Whole numbers of 8 bits without a sign: bytes.
    case uint8
    /// True or false.
    case bool
    /// A type that Tessera has no use for.
    case other

    /// The name that PyTorch gives the type.
    public var description: String { rawValue }

    /// The bytes of one number; 0 for `other`.
    public var byteCount: Int { tt_bytes_per_number(shimType) }

    var shimType: tt_type {
        switch self {
        case .float32: TT_FLOAT32
        case .float64: TT_FLOAT64
        case .float16: TT_FLOAT16
        case .bfloat16: TT_BFLOAT16
        case .int64: TT_INT64
        case .int32: TT_INT32
        case .int16: TT_INT16
        case .int8: TT_INT8
        case .uint8: TT_UINT8
        case .bool: TT_BOOL
        case .other: TT_OTHER
        }
    }

    init(_ type: tt_type) {
        self = Self.allCases.first { $0.shimType == type } ?? .other
    }
}
