internal import CTesseraTorch
public import TesseraCore

/// Where tensors lie and operations run.
public enum Device: Hashable, Sendable, CustomStringConvertible {
    /// The processor and its memory.
    case cpu
    /// A graphics processor of NVIDIA's, by its number.
    case cuda(Int)
    /// Apple's graphics processor.
    case mps

    /// The name that PyTorch gives the device: `cpu`, `cuda:0`, `mps`.
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let index): "cuda:\(index)"
        case .mps: "mps"
        }
    }

    /// Reads a device from its name; `cuda` is the first.
    ///
    /// - Throws: `LocatedError` when there is no such device on this machine.
    public init(named name: String) throws(LocatedError) {
        guard let device = Self.all.first(where: { $0.description == (name == "cuda" ? "cuda:0" : name) })
        else {
            throw LocatedError(
                field: "device", problem: "there is no \(name) on this machine",
                remedy: "name one of: \(Self.all.map(\.description).joined(separator: ", "))")
        }
        self = device
    }

    /// The devices of this machine; asking loads the libraries for CUDA, if they are installed.
    public static var all: [Device] {
        [.cpu] + (0..<Int(tt_device_count(TT_CUDA))).map { .cuda($0) }
            + (tt_device_count(TT_MPS) > 0 ? [.mps] : [])
    }

    var shimDevice: tt_device {
        switch self {
        case .cpu: tt_device(kind: TT_CPU, index: 0)
        case .cuda(let index): tt_device(kind: TT_CUDA, index: Int32(truncatingIfNeeded: index))
        case .mps: tt_device(kind: TT_MPS, index: 0)
        }
    }

    init(_ device: tt_device) {
        switch device.kind {
        case TT_CUDA: self = .cuda(Int(device.index))
        case TT_MPS: self = .mps
        default: self = .cpu
        }
    }
}
