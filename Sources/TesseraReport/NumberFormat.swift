/// Numbers as people read them, the same in every locale.
public enum NumberFormat {
    /// A count with commas: `1,234,567`.
    public static func count(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// A number with `places` digits after the point, halves rounded away from zero: `1,234.50`.
    ///
    /// Numbers of 10^15 and more keep Swift's own spelling, as do infinities and NaN.
    public static func decimal(_ value: Double, places: Int) -> String {
        let places = min(max(places, 0), 9)
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        guard value.magnitude < 1e15, (value.magnitude * Double(scale)) < 0x1p62 else { return "\(value)" }
        let scaled = Int((value.magnitude * Double(scale)).rounded(.toNearestOrAwayFromZero))
        let sign = value < 0 && scaled > 0 ? "-" : ""
        let (whole, fraction) = scaled.quotientAndRemainder(dividingBy: scale)
        guard places > 0 else { return sign + count(whole) }
        let digits = String(fraction)
        return sign + count(whole) + "." + String(repeating: "0", count: places - digits.count) + digits
    }

    /// A number with three significant digits where it is below 1,000: `0.0123`, `1.23`, `45.7`, `1,235`.
    public static func significant(_ value: Double) -> String {
        let magnitude = value.magnitude
        let places =
            switch magnitude {
            case 99.95...: 0
            case 9.995...: 1
            case 0.9995...: 2
            case 0.09995...: 3
            case 0: 0
            default: 4
            }
        return decimal(value, places: places)
    }

    /// A size in decimal units: `98.4 MB`.
    public static func bytes(_ value: Int) -> String {
        guard value.magnitude >= 1_000 else { return "\(value) B" }
        var number = Double(value)
        for unit in ["kB", "MB", "GB", "TB", "PB", "EB"] {
            number /= 1_000
            // 999.95 would be shown as 1,000.0.
            if number.magnitude < 999.5 { return "\(significant(number)) \(unit)" }
        }
        return "\(significant(number)) EB"
    }

    /// A speed: `312 tokens/s`, `1.20 MB/s` for the unit `bytes`.
    public static func rate(_ perSecond: Double, unit: String) -> String {
        guard unit == "bytes" else { return "\(significant(perSecond)) \(unit)/s" }
        guard perSecond.magnitude < 1e18 else { return "\(perSecond) B/s" }
        return "\(bytes(Int(perSecond.rounded())))/s"
    }

    /// A time: `12 ms`, `4.20 s`, `3 min 05 s`, `2 h 07 min`.
    public static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e15 else { return "\(seconds) s" }
        if seconds < 0 { return "-" + duration(-seconds) }
        if seconds < 0.000_999_5 { return "\(significant(seconds * 1e6)) µs" }
        if seconds < 0.999_5 { return "\(significant(seconds * 1e3)) ms" }
        if seconds < 59.95 { return "\(significant(seconds)) s" }
        let whole = Int(seconds.rounded())
        if whole < 3_600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
        return "\(count(whole / 3_600)) h \(twoDigits(whole % 3_600 / 60)) min"
    }

    private static func twoDigits(_ value: Int) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }
}
