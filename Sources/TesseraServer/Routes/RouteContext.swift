internal import Hummingbird
internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// What a request carries besides itself: its connection.
struct RouteContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The connection, from the handler that guards it.
    func connection() async throws -> ClientConnection {
        let channel = channel
        return try await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.handler(type: ConnectionGuard.self).connection
        }.get()
    }
}
