/// How the numbers of a tensor are stored.
///
/// The engine computes with the named formats; a file may hold others, which can be listed but not read.
public enum TensorFormat: Hashable, Sendable {
    /// IEEE 754 binary32.
    case float32
    /// IEEE 754 binary16.
    case float16
    /// The upper half of a binary32.
    case bfloat16
    /// Blocks of 32: a binary16 scale `d`, then 32 4-bit numbers `q`; the value is `d (q − 8)`.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q4_0
    /// Blocks of 32: binary16 `d` and `m`, then 32 4-bit numbers `q`; the value is `d q + m`.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q4_1
    /// Blocks of 32: a binary16 scale `d`, then 32 signed bytes `q`; the value is `d q`.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q8_0
    /// Blocks of 32: a binary16 scale `d`, then 32 5-bit numbers `q`; the value is `d (q − 16)`.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q5_0
    /// Blocks of 32: binary16 `d` and `m`, then 32 5-bit numbers `q`; the value is `d q + m`.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q5_1
    /// Blocks of 256: binary16 `d` and `e`, for every 32 of them 6-bit `s` and `t`, then 4-bit numbers `q`; the value
    /// is `d s q − e t`.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q4_k
    /// Blocks of 256 like those of `q4_k`, with 5-bit numbers `q`.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q5_k
    /// Blocks of 256: 6-bit numbers `q`, for every 16 of them a signed byte `s`, and a binary16 `d`; the value is
    /// `d s (q − 32)`.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    case q6_k
    /// A format that is known by name only, such as `Q3_K` or `I64`.
    case other(String)

    /// The name, as GGUF tools print it.
    public var name: String {
        switch self {
        case .float32: "F32"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .q4_0: "Q4_0"
        case .q4_1: "Q4_1"
        case .q8_0: "Q8_0"
        case .q5_0: "Q5_0"
        case .q5_1: "Q5_1"
        case .q4_k: "Q4_K"
        case .q5_k: "Q5_K"
        case .q6_k: "Q6_K"
        case .other(let name): name
        }
    }

    /// The numbers in a block; rows are whole numbers of blocks.
    public var blockSize: Int { layout?.elements ?? 1 }

    /// The bytes of a block; nil when the format's layout is not known.
    public var bytesPerBlock: Int? { layout?.bytes }

    /// The bytes that `elementCount` numbers take.
    ///
    /// - Returns: nil when they are not a whole number of blocks, the size does not fit 64 bits, or the format's
    ///   layout is not known.
    public func byteCount(elementCount: Int) -> Int? {
        guard let layout, elementCount >= 0, elementCount % layout.elements == 0 else { return nil }
        let (bytes, overflow) = (elementCount / layout.elements).multipliedReportingOverflow(by: layout.bytes)
        return overflow ? nil : bytes
    }

    private var layout: (elements: Int, bytes: Int)? {
        switch self {
        case .float32: (1, 4)
        case .float16, .bfloat16: (1, 2)
        case .q4_0: (32, 18)
        case .q4_1: (32, 20)
        case .q8_0: (32, 34)
        case .q5_0: (32, 22)
        case .q5_1: (32, 24)
        case .q4_k: (256, 144)
        case .q5_k: (256, 176)
        case .q6_k: (256, 210)
        case .other(let name): Self.layouts[name]
        }
    }

    /// Elements and bytes of a block, by name: GGUF's block formats and the plain types of both file formats.
    private static let layouts: [String: (elements: Int, bytes: Int)] = [
        "Q8_1": (32, 40), "Q2_K": (256, 84), "Q3_K": (256, 110), "Q8_K": (256, 292),
        "IQ2_XXS": (256, 66), "IQ2_XS": (256, 74), "IQ3_XXS": (256, 98), "IQ1_S": (256, 50),
        "IQ4_NL": (32, 18),
        "IQ3_S": (256, 110), "IQ2_S": (256, 82), "IQ4_XS": (256, 136), "IQ1_M": (256, 56),
        "TQ1_0": (256, 54), "TQ2_0": (256, 66), "MXFP4": (32, 17), "NVFP4": (64, 36),
        "I8": (1, 1), "I16": (1, 2), "I32": (1, 4), "I64": (1, 8), "F64": (1, 8),
        "U8": (1, 1), "U16": (1, 2), "U32": (1, 4), "U64": (1, 8), "BOOL": (1, 1),
        "F8_E4M3": (1, 1), "F8_E5M2": (1, 1), "F8_E8M0": (1, 1), "C64": (1, 8),
        "F4": (2, 1), "F6_E2M3": (4, 3), "F6_E3M2": (4, 3),
    ]

    /// The formats that the engine computes with, in the spelling of options.
    public static let computed: [TensorFormat] = [
        .float32, .float16, .bfloat16, .q8_0, .q4_0, .q4_1, .q5_0, .q5_1, .q4_k, .q5_k, .q6_k,
    ]
}
