package import TesseraCore

/// A tensor to be written, without its numbers.
package struct TensorDescription: Hashable, Sendable {
    /// The name in the file.
    package var name: String

    /// The lengths of the axes, outermost first.
    package var shape: [Int]

    /// How the numbers are stored.
    package var format: TensorFormat

    package init(name: String, shape: [Int], format: TensorFormat) {
        self.name = name
        self.shape = shape
        self.format = format
    }

    /// The bytes of its numbers; 0 for shapes that the format cannot have.
    package var byteCount: Int { format.byteCount(elementCount: shape.reduce(1, *)) ?? 0 }
}

/// A file that takes tensors one after another, each in as many parts as one likes.
package protocol TensorSink: ~Copyable {
    /// Appends bytes of the current tensor.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(LocatedError)

    /// Ends the current tensor.
    mutating func endTensor() throws(LocatedError)

    /// Puts the file on the disk under its name.
    consuming func commit() throws(LocatedError)
}
