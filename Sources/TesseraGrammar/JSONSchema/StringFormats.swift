/// The values of `format` that are understood, as regular expressions.
///
/// Each matches only what the format's document allows, though not all of it: see `Documentation/Grammars.md`.
enum StringFormats {
    static let names = expressions.keys.sorted()

    static func expression(_ name: String) -> String? { expressions[name] }

    private static let date =
        "[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    private static let time =
        "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
    private static let label = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    private static let octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
    private static let path = "[A-Za-z0-9._~!$&'()*+,;=:@-]"

    private static let expressions = [
        "date": date,
        "time": time,
        "date-time": "\(date)T\(time)",
        "uuid": "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
        "ipv4": "\(octet)(\\.\(octet)){3}",
        "hostname": "\(label)(\\.\(label)){0,3}",
        "email": "[A-Za-z0-9_+-]{1,32}(\\.[A-Za-z0-9_+-]{1,16}){0,1}@\(label)(\\.\(label)){1,2}",
        "uri": "https?://\(label)(\\.\(label)){0,3}(:[1-9][0-9]{0,3})?(/\(path)*)*(\\?\(path)*)?(#\(path)*)?",
    ]
}
