internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Holds one connection to its limits, where the parts of requests and responses pass.
///
/// - A request must arrive whole within a time, however slowly its bytes drip.
/// - A response must be taken within a time: a client that stops reading is cut off.
/// - `Expect: 100-continue` is answered.
/// - A response with `Connection: close` ends the connection without losing its own last bytes: the sending half is
///   closed first, and what the client still sends is passed over for two seconds.
/// - The routes learn at once that the client has gone.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What the routes see of the connection.
    let connection = ClientConnection()

    private let limits: ServerLimits
    private let metrics: ServerMetrics
    private var deadline: Scheduled<Void>?
    private var stall: Scheduled<Void>?
    private var closesAfterResponse = false
    private var isClosing = false
    private var isCounted = false

    init(limits: ServerLimits, metrics: ServerMetrics) {
        self.limits = limits
        self.metrics = metrics
    }

    func handlerAdded(context: ChannelHandlerContext) {
        metrics.connections.add(1)
        isCounted = true
        // Small buffers: what a client does not read must not be generated.
        try? context.channel.syncOptions?.setOption(.socketOption(.so_sndbuf), value: 64 << 10)
        try? context.channel.syncOptions?.setOption(
            .writeBufferWaterMark, value: .init(low: 8 << 10, high: 32 << 10))
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            connection.markGone()
            if isClosing { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isClosing { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            deadline = schedule(limits.requestSeconds, context)
            if head.headerFields[.expect]?.lowercased() == "100-continue" {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        case .body: break
        case .end:
            deadline?.cancel()
            deadline = nil
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        if case .head(let head) = part, head.headerFields[.connection]?.lowercased() == "close" {
            closesAfterResponse = true
        }
        guard case .end = part, closesAfterResponse else {
            context.write(data, promise: promise)
            return
        }
        isClosing = true
        deadline?.cancel()
        deadline = schedule(2, context)
        context.writeAndFlush(data, promise: promise)
        context.close(mode: .output, promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            stall?.cancel()
            stall = nil
        } else if stall == nil {
            stall = schedule(limits.stalledSeconds, context)
        }
        context.fireChannelWritabilityChanged()
    }

    private func schedule(_ seconds: Int, _ context: ChannelHandlerContext) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) { channel.close(promise: nil) }
    }

    private func leave() {
        deadline?.cancel()
        stall?.cancel()
        connection.markGone()
        if isCounted {
            isCounted = false
            metrics.connections.add(-1)
        }
    }
}
