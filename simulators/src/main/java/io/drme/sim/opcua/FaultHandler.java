package io.drme.sim.opcua;

import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.Clock;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/** Sits next to the socket and does to one connection what the faults say. On its event loop. */
final class FaultHandler extends ChannelDuplexHandler {
    private final Faults faults;
    private final Clock clock;
    private long lastWriteAt;

    FaultHandler(Faults faults, Clock clock) {
        this.faults = faults;
        this.clock = clock;
        this.lastWriteAt = clock.nanoTime();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (faults.ofDevice().kind()) {
            case SILENT -> ReferenceCountUtil.release(message);
            case RESET -> {
                ReferenceCountUtil.release(message);
                reset(context);
            }
            default -> context.fireChannelRead(message);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        var fault = faults.ofDevice();
        switch (fault.kind()) {
            case SILENT -> {
                ReferenceCountUtil.release(message);
                promise.setSuccess();
            }
            case RESET -> {
                ReferenceCountUtil.release(message);
                promise.setSuccess();
                reset(context);
            }
            default -> later(context, message, promise, fault);
        }
    }

    /** Writes at once, or after the delay; never before what was written earlier. */
    private void later(
            ChannelHandlerContext context, Object message, ChannelPromise promise, Fault fault) {
        long now = clock.nanoTime();
        long delay = fault.kind() == FaultKind.SLOW ? fault.delay().toNanos() : 0;
        long at = Math.max(now + delay, lastWriteAt);
        if (at <= now) {
            var _ = context.write(message, promise);
            return;
        }
        lastWriteAt = at;
        Runnable write =
                () -> {
                    var _ = context.writeAndFlush(message, promise);
                };
        var _ = context.executor().schedule(write, at - now, TimeUnit.NANOSECONDS);
    }

    private static void reset(ChannelHandlerContext context) {
        context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        var _ = context.close();
    }
}
