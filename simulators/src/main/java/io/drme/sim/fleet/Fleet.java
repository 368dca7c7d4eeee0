package io.drme.sim.fleet;

import io.drme.block.BlockBuilder;
import io.drme.sync.Message;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * All gateways and the event loops that they belong to. Its methods are called by one thread, which
 * is none of the loops'.
 */
final class Fleet implements AutoCloseable {
    /** More loops than these only wait for each other's processors. */
    private static final int MOST_LOOPS = 8;

    private static final Duration MOST_ASKING = Duration.ofSeconds(10);
    private static final long CLOSING_MILLIS = 2_000;

    /** What a centre says in the course of things: come again later, or from the beginning. */
    private static final Set<Message.Cause> HARMLESS =
            Set.of(Message.Cause.HELLO_FIRST, Message.Cause.QUOTA, Message.Cause.UNAVAILABLE);

    private final FleetOptions options;
    private final FleetCounts counts = new FleetCounts();
    private final MultiThreadIoEventLoopGroup group;
    private final List<Loop> loops = new ArrayList<>();

    /** One event loop and what belongs to it. */
    private static final class Loop {
        final EventLoop loop;
        final BlockBuilder builder = new BlockBuilder();
        final List<FleetGateway> gateways = new ArrayList<>();
        boolean isStopping;

        Loop(EventLoop loop) {
            this.loop = loop;
        }
    }

    /**
     * Starts a fleet: gateways begin one after the other over the time of the ramp.
     *
     * @throws IOException where a key or a certificate can't be used; the message names the file
     */
    Fleet(FleetOptions options) throws IOException {
        this.options = options;
        var contexts = contexts();
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_LOOPS);
        group = new MultiThreadIoEventLoopGroup(threads, NioIoHandler.newFactory());
        for (int i = 0; i < threads; i++) {
            loops.add(new Loop(group.next()));
        }
        var tags = new FleetTags(options.tags(), options.poll());
        for (int number = 0; number < options.gateways(); number++) {
            var to = loops.get(number % threads);
            var bench = new FleetGateway.Bench(options, tags, counts, to.builder);
            int own = number;
            var tls =
                    contexts.isEmpty()
                            ? Optional.<SslContext>empty()
                            : Optional.of(contexts.get(number));
            var _ =
                    to.loop.schedule(
                            () -> begin(to, own, bench, tls),
                            options.ramp().toNanos() / options.gateways() * number,
                            TimeUnit.NANOSECONDS);
        }
    }

    private static void begin(
            Loop to, int number, FleetGateway.Bench bench, Optional<SslContext> tls) {
        if (!to.isStopping) {
            var gateway = new FleetGateway(number, bench, to.loop, tls);
            to.gateways.add(gateway);
            gateway.wake();
        }
    }

    /** Each gateway's own certificate, in the order of their numbers; none without TLS. */
    private List<SslContext> contexts() throws IOException {
        var contexts = new ArrayList<SslContext>();
        if (options.tls().isEmpty()) {
            return contexts;
        }
        var tls = options.tls().get();
        for (int number = 0; number < options.gateways(); number++) {
            var id = FleetGateway.id(options.prefix(), number);
            contexts.add(
                    context(
                            tls.authority(),
                            tls.folder().resolve(id + ".crt"),
                            tls.folder().resolve(id + ".key")));
        }
        return contexts;
    }

    private static SslContext context(Path authority, Path certificate, Path key)
            throws IOException {
        for (var file : List.of(authority, certificate, key)) {
            if (!Files.isReadable(file)) {
                throw new IOException(
                        "%s can't be read; expected PEM, of each gateway its certificate ID.crt"
                                        .formatted(file)
                                + " with the gateway's id as common name, and ID.key");
            }
        }
        try {
            return SslContextBuilder.forClient()
                    .trustManager(authority.toFile())
                    .keyManager(certificate.toFile(), key.toFile())
                    .protocols("TLSv1.3")
                    .build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new IOException(
                    "%s with %s can't be used: %s".formatted(certificate, key, e.getMessage()), e);
        }
    }

    FleetCounts.Figures figures() {
        return counts.figures();
    }

    /** Why connections failed, and how often. */
    Map<String, Long> troubles() {
        return counts.troubles();
    }

    /** What the centre refused, by cause, harmless or not. */
    Map<Message.Cause, Long> refusals() {
        return counts.refusals();
    }

    /** How often the centre refused what it must not refuse. */
    long harmful() {
        return counts.refusals().entrySet().stream()
                .filter(e -> !HARMLESS.contains(e.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Lets all gateways read no more and send what there is. */
    void stop() throws InterruptedException {
        onLoops(loop -> {
            loop.isStopping = true;
            loop.gateways.forEach(FleetGateway::stop);
            return true;
        });
    }

    /** Whether the centre has all that the gateways made. */
    boolean isAllThere() throws InterruptedException {
        return onLoops(loop -> loop.gateways.stream().allMatch(FleetGateway::isAllThere));
    }

    /** Has all gateways send their accounts. */
    void report() throws InterruptedException {
        onLoops(loop -> {
            loop.gateways.forEach(FleetGateway::report);
            return true;
        });
    }

    private interface OnLoop {
        boolean of(Loop loop);
    }

    private boolean onLoops(OnLoop what) throws InterruptedException {
        boolean all = true;
        for (var loop : loops) {
            Callable<Boolean> call = () -> what.of(loop);
            try {
                all &= loop.loop.submit(call).get(MOST_ASKING.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw new IllegalStateException("a gateway failed", e.getCause());
            } catch (TimeoutException _) {
                all = false; // it is busy; asked again
            }
        }
        return all;
    }

    @Override
    public void close() {
        try {
            onLoops(loop -> {
                loop.isStopping = true;
                loop.gateways.forEach(FleetGateway::close);
                loop.builder.close();
                return true;
            });
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        group.shutdownGracefully(0, CLOSING_MILLIS, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSING_MILLIS);
    }
}
