/// A page of headings, text, tables and pictures in one file: it loads nothing, and is read on light and dark screens, on
/// paper and on phones.
public struct HTMLPage: Sendable {
    private let title: String
    var body = ""
    private var sections: [(anchor: String, title: String)] = []

    /// Begins a page.
    public init(title: String) { self.title = title }

    /// Begins a section, which the list at the top of the page links to.
    public mutating func section(_ title: String) {
        let anchor = "s\(sections.count + 1)"
        sections.append((anchor, title))
        body += "<h2 id=\"\(anchor)\">\(xmlEscaped(title))</h2>\n"
    }

    /// Adds a paragraph.
    public mutating func paragraph(_ text: String) { body += "<p>\(xmlEscaped(text))</p>\n" }

    /// Adds a table; wide ones scroll by themselves.
    public mutating func table(_ table: Table, caption: String) {
        func cell(_ tag: String, _ attributes: String, _ text: String, _ index: Int) -> String {
            let kind = table.columns[index].alignment == .right ? " class=\"n\"" : ""
            return "<\(tag)\(attributes)\(kind)>\(text)</\(tag)>"
        }
        body +=
            "<figure><figcaption>\(xmlEscaped(caption))</figcaption>\(Self.region(caption))<table>\n<thead><tr>"
        for (index, column) in table.columns.enumerated() {
            // Heads break after an underscore too, so that many columns fit.
            body += cell(
                "th", " scope=\"col\"",
                xmlEscaped(column.title).split(separator: "_", omittingEmptySubsequences: false)
                    .joined(separator: "_<wbr>"), index)
        }
        body += "</tr></thead>\n<tbody>\n"
        for row in table.rows {
            body += "<tr>"
            for (index, text) in row.enumerated() {
                let text = xmlEscaped(text)
                body += index == 0 ? cell("th", " scope=\"row\"", text, index) : cell("td", "", text, index)
            }
            body += "</tr>\n"
        }
        body += "</tbody></table></div></figure>\n"
    }

    /// Adds a picture, as the SVG that a chart makes.
    public mutating func picture(svg: String) {
        body += "<figure class=\"picture\">\(Self.region("picture"))\n\(svg)</div></figure>\n"
    }

    /// What begins a part of the page that may be wider than the screen, and scrolls by keyboard too.
    private static func region(_ name: String) -> String {
        "<div class=\"wide\" role=\"region\" aria-label=\"\(xmlEscaped(name))\" tabindex=\"0\">"
    }

    /// The page.
    public func html() -> String {
        var list = ""
        for section in sections {
            list += "<li><a href=\"#\(section.anchor)\">\(xmlEscaped(section.title))</a></li>\n"
        }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(xmlEscaped(title))</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <main>
            <h1>\(xmlEscaped(title))</h1>
            \(sections.count > 1 ? "<nav aria-label=\"Sections\"><ul>\n\(list)</ul></nav>" : "")
            \(body)</main>
            </body>
            </html>

            """
    }

    private static let style = """
        :root { color-scheme: light dark; --ink: #1a1a1a; --paper: #ffffff; --line: #d8d8d8; --soft: #5a5a5a; --stripe: #f5f5f5;
        --for: #0072B2; --against: #D55E00; }
        @media (prefers-color-scheme: dark) {
        :root { --ink: #ececec; --paper: #161616; --line: #3a3a3a; --soft: #b0b0b0; --stripe: #1f1f1f; --for: #56B4E9; --against: #F08A3C; }
        }
        body { margin: 0; background: var(--paper); color: var(--ink);
        font: 16px/1.5 system-ui, "Noto Sans", "DejaVu Sans", sans-serif; }
        main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 1rem; }
        h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; }
        p { max-width: 44rem; margin: .5rem 0; }
        nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; }
        a { color: inherit; text-underline-offset: .2em; }
        figure { margin: 1rem 0 1.5rem; }
        figcaption { color: var(--soft); font-size: .9rem; margin-bottom: .4rem; max-width: 44rem; }
        .wide { overflow-x: auto; }
        .wide:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
        table { border-collapse: separate; border-spacing: 0; font-size: .875rem; }
        th, td { padding: .3rem .5rem; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap;
        font-weight: 400; background: var(--paper); }
        thead th { font-weight: 600; vertical-align: bottom; white-space: normal; }
        tbody tr:nth-child(even) > * { background: var(--stripe); }
        th:first-child { position: sticky; left: 0; border-right: 1px solid var(--line); }
        tbody th { max-width: 14rem; white-space: normal; overflow-wrap: break-word; }
        @media (max-width: 40rem) { tbody th { max-width: 7rem; } }
        .n { text-align: right; font-variant-numeric: tabular-nums; }
        .tokens { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 2; max-width: 60rem; }
        .tokens span { border-radius: .2em; padding: .15em 0; }
        .tokens .for { background: color-mix(in srgb, var(--for) var(--w), transparent); }
        .tokens .against { background: color-mix(in srgb, var(--against) var(--w), transparent); }
        .tokens .target { border: 1px solid currentColor; padding: .1em .2em; }
        svg { display: block; max-width: none; }
        @media (max-width: 48rem) { .picture::before { content: "scrolls sideways \\2192"; color: var(--soft); font-size: .8rem; } }
        @media print { nav { display: none; } .wide { overflow: visible; } }
        """
}
