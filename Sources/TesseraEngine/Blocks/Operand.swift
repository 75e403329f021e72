internal import CTesseraKernels

/// The right-hand side of a product for `tokens` tokens: floats `[tokens, columns]` and, where a weight wants
/// them, the same in blocks of 32 8-bit values with a scale, `[tokens, ceil(columns / 32)]`.
struct Operand {
    let tokens: Int
    let columns: Int
    let floats: UnsafeMutablePointer<Float>
    let blocks: UnsafeMutablePointer<tk_q8_block>

    /// The blocks of a token.
    var blocksPerToken: Int { Self.blocks(columns) }

    /// The floats of a token.
    func row(_ token: Int) -> UnsafeMutablePointer<Float> { floats + token * columns }

    /// The blocks of a token.
    func blockRow(_ token: Int) -> UnsafeMutablePointer<tk_q8_block> { blocks + token * blocksPerToken }

    /// The tokens of `range` alone.
    func tokens(_ range: Range<Int>) -> Operand {
        Operand(
            tokens: range.count, columns: columns, floats: row(range.lowerBound),
            blocks: blockRow(range.lowerBound)
        )
    }

    static func blocks(_ columns: Int) -> Int { (columns + 31) / 32 }
}

/// Memory for an operand of up to `tokens` tokens of `columns` floats.
struct OperandBuffer {
    let floats: UnsafeMutablePointer<Float>
    let blocks: UnsafeMutablePointer<tk_q8_block>

    /// The operand of `tokens` tokens kept here.
    func operand(tokens: Int, columns: Int) -> Operand {
        Operand(tokens: tokens, columns: columns, floats: floats, blocks: blocks)
    }
}
