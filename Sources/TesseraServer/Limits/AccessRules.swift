/// Who may ask: the hosts that the server goes by, the pages that may call it and the key that they must know.
public struct AccessRules: Hashable, Sendable {
    /// Names besides those of this machine that a `Host` field may have, without ports; lowercase.
    public var hosts: Set<String>

    /// Origins of foreign pages that may call, such as `https://example.org`; lowercase.
    public var origins: Set<String>

    /// The key that requests must bring as `Authorization: Bearer …`; nil asks for none.
    public var key: String?

    /// Creates rules; the default is this machine's own names, no foreign pages, no key.
    public init(hosts: Set<String> = [], origins: Set<String> = [], key: String? = nil) {
        self.hosts = Set(hosts.map { $0.lowercased() })
        self.origins = Set(origins.map { $0.lowercased() })
        self.key = key
    }

    /// Why a request may not be answered; nil when it may.
    ///
    /// A page of another site can make a browser send requests to this machine. Such a request names the page in
    /// `Origin` or `Sec-Fetch-Site`, or, when its name was made to point here (DNS rebinding), in `Host`.
    ///
    /// - Parameters:
    ///   - authority: the `Host` field.
    ///   - origin: the `Origin` field.
    ///   - fetchSite: the `Sec-Fetch-Site` field.
    package func refusal(authority: String?, origin: String?, fetchSite: String?) -> APIError? {
        guard let authority, !authority.isEmpty else {
            return .badRequest("the Host field is missing", parameter: "Host")
        }
        guard isKnown(host: Self.hostName(of: authority)) else {
            return APIError(
                status: 403,
                message: "the Host field names another server; start this one with --allow-host to accept it",
                parameter: "Host", code: "foreign_host")
        }
        let foreign = APIError(
            status: 403,
            message:
                "pages of other sites may not call this server; start it with --allow-origin to allow one",
            parameter: "Origin", code: "foreign_origin")
        guard let origin = origin?.lowercased() else {
            return fetchSite == "cross-site" ? foreign : nil
        }
        if origins.contains(origin) || origins.contains("*") { return nil }
        let own = ["http://", "https://"].contains { origin == $0 + authority.lowercased() }
        return own ? nil : foreign
    }

    /// Whether a page at `origin` is one of the foreign ones that may call.
    package func allows(foreignOrigin origin: String) -> Bool {
        origins.contains("*") || origins.contains(origin.lowercased())
    }

    /// Whether the request brings the key, compared in a time that does not depend on where it differs.
    package func accepts(authorization: String?) -> Bool {
        guard let key else { return true }
        let prefix = "bearer "
        guard let authorization, authorization.lowercased().hasPrefix(prefix) else { return false }
        return Self.areEqual(Array(authorization.utf8.dropFirst(prefix.utf8.count)), Array(key.utf8))
    }

    /// Compares every byte of `given`, whatever the first ones are: the work depends on the two lengths alone.
    package static func areEqual(
        _ given: some RandomAccessCollection<UInt8>, _ secret: some RandomAccessCollection<UInt8>
    ) -> Bool {
        var difference = given.count ^ secret.count
        for (offset, byte) in given.enumerated() {
            let place = secret.index(secret.startIndex, offsetBy: offset % max(1, secret.count))
            difference |= Int(byte ^ (secret.isEmpty ? 0 : secret[place]))
        }
        return difference == 0
    }

    private func isKnown(host: String) -> Bool {
        ["localhost", "127.0.0.1", "[::1]", "::1"].contains(host) || hosts.contains(host)
            || hosts.contains("*")
    }

    /// The name in an authority, without the port.
    static func hostName(of authority: String) -> String {
        let text = authority.lowercased()
        if text.hasPrefix("[") { return text.firstIndex(of: "]").map { String(text[...$0]) } ?? text }
        return text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).first.map(
            String.init) ?? text
    }
}
