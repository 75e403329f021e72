/// Rows of cells under named columns.
public struct Table: Hashable, Sendable {
    /// Where the cells of a column stand.
    public enum Alignment: Hashable, Sendable {
        /// At the left edge: for words.
        case left

        /// At the right edge: for numbers.
        case right
    }

    /// The head of a column.
    public struct Column: Hashable, Sendable {
        /// What stands above the cells.
        public var title: String
        /// Where they stand.
        public var alignment: Alignment

        /// Creates a column.
        public init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    /// The columns, left to right.
    public let columns: [Column]

    /// The rows, each with one cell per column.
    public private(set) var rows: [[String]] = []

    /// Creates a table without rows.
    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row; missing cells are empty and those without a column are left out.
    public mutating func append(_ cells: [String]) {
        let cells = cells.prefix(columns.count)
        rows.append(cells + Array(repeating: "", count: columns.count - cells.count))
    }

    /// Aligned text for a terminal with a fixed-width font: titles, a rule, rows; each line ends with a newline.
    ///
    /// Control characters are shown as `\u{…}`, so a cell never breaks its line or commands the terminal.
    public func text() -> String {
        let titles = columns.map { visible($0.title) }
        let cells = rows.map { $0.map(visible) }
        let widths = columns.indices.map { index in
            ([titles] + cells).map { columnWidth(of: $0[index]) }.max() ?? 0
        }
        var text = line(titles, widths)
        text += line(widths.map { String(repeating: "─", count: $0) }, widths)
        for row in cells { text += line(row, widths) }
        return text
    }

    /// A table in GitHub's Markdown.
    public func markdown() -> String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
        func escaped(_ cell: String) -> String {
            visible(cell).split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
        }
        var text = line(columns.map { escaped($0.title) })
        text += "|" + columns.map { $0.alignment == .left ? "---|" : "---:|" }.joined() + "\n"
        for row in rows { text += line(row.map(escaped)) }
        return text
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let padding = String(repeating: " ", count: widths[index] - columnWidth(of: cell))
            if index > 0 { text += "  " }
            text += columns[index].alignment == .left ? cell + padding : padding + cell
        }
        while text.hasSuffix(" ") { text.removeLast() }
        return text + "\n"
    }

    private func visible(_ cell: String) -> String {
        guard cell.unicodeScalars.contains(where: isControl) else { return cell }
        var text = ""
        for scalar in cell.unicodeScalars {
            if isControl(scalar) {
                text += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
    }
}
