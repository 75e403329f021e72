internal import HTTPTypes
internal import Hummingbird

extension Router<RouteContext> {
    /// `GET /` and the two files that the page needs; nothing comes from elsewhere.
    func addPlayground() {
        let files: [(path: RouterPath, type: String, bytes: [UInt8])] = [
            ("/", "text/html; charset=utf-8", PackageResources.page_html),
            ("/page.css", "text/css; charset=utf-8", PackageResources.page_css),
            ("/page.js", "text/javascript; charset=utf-8", PackageResources.page_js),
        ]
        for file in files {
            get(file.path) { _, _ in
                var response = Response.bytes(file.bytes, type: file.type)
                response.headers[.contentSecurityPolicy] = Self.policy
                if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "no-referrer" }
                return response
            }
        }
    }

    /// The page runs its own script and style and talks to its own server; it may not be framed.
    private static var policy: String {
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    }
}
