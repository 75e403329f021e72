/// A string that is compared and hashed as UTF-8 bytes.
///
/// Swift's `String ==` holds `é` and `e` + combining accent for equal, which would merge two tokens or tensors.
package struct ByteKey: Hashable, Sendable {
    /// The string.
    package let string: String

    /// Wraps `string`.
    package init(_ string: String) {
        self.string = string
    }

    package static func == (left: ByteKey, right: ByteKey) -> Bool {
        left.string.hasSameBytes(as: right.string)
    }

    package func hash(into hasher: inout Hasher) {
        var copy = string
        copy.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension String {
    /// Whether both strings have the same UTF-8 bytes.
    package func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        var (left, right) = (self, other)
        return left.withUTF8 { left in
            right.withUTF8 { UnsafeRawBufferPointer(left).hasSameBytes(as: .init($0)) }
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether both hold the same bytes; eight at a time, which `elementsEqual` does not do.
    package func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var place = 0
        while count - place >= 8 {
            let left = loadUnaligned(fromByteOffset: place, as: UInt64.self)
            guard left == other.loadUnaligned(fromByteOffset: place, as: UInt64.self) else { return false }
            place += 8
        }
        while place < count {
            guard self[place] == other[place] else { return false }
            place += 1
        }
        return true
    }
}
