internal import CTesseraTorch
public import TesseraCore

// Operators, number by number. Axes of length 1 are stretched to the other operand's (broadcasting), and a plain number
// takes the tensor's type.
extension Tensor {
    /// A plain number as an operand.
    private static func number(_ value: Double) throws(LocatedError) -> Tensor {
        try Tensor("number", []) { tt_scalar(value) }
    }

    /// The sum.
    public static func + (x: Tensor, y: Tensor) throws(LocatedError) -> Tensor {
        try Tensor("+", [x, y]) { tt_add(x.handle, y.handle) }
    }

    /// The difference.
    public static func - (x: Tensor, y: Tensor) throws(LocatedError) -> Tensor {
        try Tensor("-", [x, y]) { tt_sub(x.handle, y.handle) }
    }

    /// The product, number by number.
    public static func * (x: Tensor, y: Tensor) throws(LocatedError) -> Tensor {
        try Tensor("*", [x, y]) { tt_mul(x.handle, y.handle) }
    }

    /// The quotient.
    public static func / (x: Tensor, y: Tensor) throws(LocatedError) -> Tensor {
        try Tensor("/", [x, y]) { tt_div(x.handle, y.handle) }
    }

    /// The sum.
    public static func + (x: Tensor, y: Double) throws(LocatedError) -> Tensor { try x + number(y) }
    /// The difference.
    public static func - (x: Tensor, y: Double) throws(LocatedError) -> Tensor { try x - number(y) }
    /// The product.
    public static func * (x: Tensor, y: Double) throws(LocatedError) -> Tensor { try x * number(y) }
    /// The quotient.
    public static func / (x: Tensor, y: Double) throws(LocatedError) -> Tensor { try x / number(y) }
    /// The sum.
    public static func + (x: Double, y: Tensor) throws(LocatedError) -> Tensor { try number(x) + y }
    /// The difference.
    public static func - (x: Double, y: Tensor) throws(LocatedError) -> Tensor { try number(x) - y }
    /// The product.
    public static func * (x: Double, y: Tensor) throws(LocatedError) -> Tensor { try number(x) * y }
    /// The quotient.
    public static func / (x: Double, y: Tensor) throws(LocatedError) -> Tensor { try number(x) / y }

    /// The negative.
    public static prefix func - (x: Tensor) throws(LocatedError) -> Tensor {
        try Tensor("-", [x]) { tt_neg(x.handle) }
    }

    /// Whether the numbers are equal.
    public static func .== (x: Tensor, y: Tensor) throws(LocatedError) -> Tensor {
        try Tensor(".==", [x, y]) { tt_eq(x.handle, y.handle) }
    }

    /// Whether the numbers differ.
    public static func .!= (x: Tensor, y: Tensor) throws(LocatedError) -> Tensor {
        try Tensor(".!=", [x, y]) { tt_ne(x.handle, y.handle) }
    }

    /// Whether the left number is smaller.
    public static func .< (x: Tensor, y: Tensor) throws(LocatedError) -> Tensor {
        try Tensor(".<", [x, y]) { tt_lt(x.handle, y.handle) }
    }

    /// Whether the left number is not larger.
    public static func .<= (x: Tensor, y: Tensor) throws(LocatedError) -> Tensor {
        try Tensor(".<=", [x, y]) { tt_le(x.handle, y.handle) }
    }

    /// Whether the left number is larger.
    public static func .> (x: Tensor, y: Tensor) throws(LocatedError) -> Tensor { try y .< x }
    /// Whether the left number is not smaller.
    public static func .>= (x: Tensor, y: Tensor) throws(LocatedError) -> Tensor { try y .<= x }
    /// Whether the numbers are equal.
    public static func .== (x: Tensor, y: Double) throws(LocatedError) -> Tensor { try x .== number(y) }
    /// Whether the numbers differ.
    public static func .!= (x: Tensor, y: Double) throws(LocatedError) -> Tensor { try x .!= number(y) }
    /// Whether the left number is smaller.
    public static func .< (x: Tensor, y: Double) throws(LocatedError) -> Tensor { try x .< number(y) }
    /// Whether the left number is not larger.
    public static func .<= (x: Tensor, y: Double) throws(LocatedError) -> Tensor { try x .<= number(y) }
    /// Whether the left number is larger.
    public static func .> (x: Tensor, y: Double) throws(LocatedError) -> Tensor { try number(y) .< x }
    /// Whether the left number is not smaller.
    public static func .>= (x: Tensor, y: Double) throws(LocatedError) -> Tensor { try number(y) .<= x }

    /// Whether both are true.
    public static func .& (x: Tensor, y: Tensor) throws(LocatedError) -> Tensor {
        try Tensor(".&", [x, y]) { tt_logical_and(x.handle, y.handle) }
    }

    /// Whether one of the two is true, or both.
    public static func .| (x: Tensor, y: Tensor) throws(LocatedError) -> Tensor {
        try Tensor(".|", [x, y]) { tt_logical_or(x.handle, y.handle) }
    }

    /// Whether it is false.
    public static prefix func .! (x: Tensor) throws(LocatedError) -> Tensor {
        try Tensor(".!", [x]) { tt_logical_not(x.handle) }
    }
}
