package io.drme.sim.opcua;

import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.time.Clock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Sits next to the socket and does to one connection what the faults say. On its event loop. */
final class FaultHandler extends ChannelDuplexHandler {
    private static final int GARBAGE_BYTES = 20;
    private static final byte GARBAGE = (byte) 0xA5;

    private final Faults faults;
    private final Clock clock;
    private final AtomicInteger connections;
    private final Random jitter;
    private long lastWriteAt;

    /**
     * For one connection.
     *
     * @param connections how many the server has open
     */
    FaultHandler(Faults faults, Clock clock, AtomicInteger connections, long seed) {
        this.faults = faults;
        this.clock = clock;
        this.connections = connections;
        this.jitter = new Random(seed);
        this.lastWriteAt = clock.nanoTime();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        boolean isSecond =
                connections.incrementAndGet() > 1
                        && faults.ofDevice().kind() == FaultKind.ONE_CONNECTION;
        context.channel().closeFuture().addListener(_ -> connections.decrementAndGet());
        if (isSecond) {
            reset(context);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        switch (faults.ofDevice().kind()) {
            case SILENT -> ReferenceCountUtil.release(message);
            case RESET -> {
                ReferenceCountUtil.release(message);
                reset(context);
            }
            case HALF_OPEN -> {
                ReferenceCountUtil.release(message);
                var _ = ((DuplexChannel) context.channel()).shutdownOutput();
            }
            default -> context.fireChannelRead(message);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        var fault = faults.ofDevice();
        switch (fault.kind()) {
            case SILENT, HALF_OPEN -> {
                ReferenceCountUtil.release(message);
                promise.setSuccess();
            }
            case RESET -> {
                ReferenceCountUtil.release(message);
                promise.setSuccess();
                reset(context);
            }
            case GARBAGE -> {
                ReferenceCountUtil.release(message);
                var garbage = Unpooled.buffer(GARBAGE_BYTES);
                garbage.setZero(0, GARBAGE_BYTES).writerIndex(GARBAGE_BYTES).setByte(0, GARBAGE);
                var _ = context.write(garbage, promise);
            }
            case DRIP -> drip(context, message, promise, fault);
            default -> later(context, message, promise, fault);
        }
    }

    /** Writes at once, or after the delay; never before what was written earlier. */
    private void later(
            ChannelHandlerContext context, Object message, ChannelPromise promise, Fault fault) {
        long now = clock.nanoTime();
        long delay =
                switch (fault.kind()) {
                    case SLOW -> fault.delay().toNanos();
                    case JITTER -> (long) (jitter.nextDouble() * fault.delay().toNanos());
                    default -> 0;
                };
        long at = Math.max(now + delay, lastWriteAt);
        if (at <= now) {
            var _ = context.write(message, promise);
            return;
        }
        lastWriteAt = at;
        writeAt(context, message, promise, at - now);
    }

    private static void writeAt(
            ChannelHandlerContext context, Object message, ChannelPromise promise, long inNanos) {
        Runnable write =
                () -> {
                    var _ = context.writeAndFlush(message, promise);
                };
        var _ = context.executor().schedule(write, inNanos, TimeUnit.NANOSECONDS);
    }

    private void drip(
            ChannelHandlerContext context, Object message, ChannelPromise promise, Fault fault) {
        if (!(message instanceof ByteBuf bytes)) {
            later(context, message, promise, fault);
            return;
        }
        long now = clock.nanoTime();
        long at = Math.max(now, lastWriteAt);
        while (bytes.isReadable()) {
            at += fault.delay().toNanos();
            var one = Unpooled.wrappedBuffer(new byte[] {bytes.readByte()});
            boolean isLast = !bytes.isReadable();
            writeAt(context, one, isLast ? promise : context.newPromise(), at - now);
        }
        bytes.release();
        lastWriteAt = at;
    }

    private static void reset(ChannelHandlerContext context) {
        context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        var _ = context.close();
    }
}
