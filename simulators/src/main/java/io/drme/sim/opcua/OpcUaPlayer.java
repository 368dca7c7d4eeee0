package io.drme.sim.opcua;

import io.drme.sim.Listen;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.sim.record.ReplayOptions;
import io.drme.sim.record.Running;
import io.drme.time.Clock;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.milo.opcua.sdk.server.EndpointConfig;
import org.eclipse.milo.opcua.sdk.server.OpcUaServer;
import org.eclipse.milo.opcua.sdk.server.OpcUaServerConfig;
import org.eclipse.milo.opcua.sdk.server.identity.AnonymousIdentityValidator;
import org.eclipse.milo.opcua.stack.core.Stack;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.DateTime;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExpandedNodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.enumerated.UserTokenType;
import org.eclipse.milo.opcua.stack.core.types.structured.UserTokenPolicy;
import org.eclipse.milo.opcua.stack.transport.server.tcp.OpcTcpServerTransport;
import org.eclipse.milo.opcua.stack.transport.server.tcp.OpcTcpServerTransportConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Is the server that was recorded, without security: the same nodes under the same namespace
 * indexes, and each change at its time, which begins to pass when the first client subscribes. A
 * thread of its own makes the changes.
 */
final class OpcUaPlayer implements Running {
    private static final Duration MOST_STARTING = Duration.ofSeconds(10);
    private static final Logger log = LoggerFactory.getLogger(OpcUaPlayer.class);

    /** A client that has not subscribed by then is taken for one that reads. */
    private static final Duration MOST_UNSAMPLED = Duration.ofSeconds(3);

    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    /** 1970 in the time of OPC UA, which counts 100 ns since 1601. */
    private static final long EPOCH_TICKS = 116_444_736_000_000_000L;

    private static final int NANOS_PER_TICK = 100;
    private static final String DEFAULT_URI = "urn:drme:simulator:replay";

    private final Script script;
    private final ReplayOptions options;
    private final Clock clock;
    private final Faults faults;
    private final Map<Integer, ReplayedNamespace> namespaceOf = new HashMap<>();
    private final CountDownLatch connected = new CountDownLatch(1);
    private final CountDownLatch sampled = new CountDownLatch(1);
    private final ChannelGroup channels =
            new DefaultChannelGroup("replay", GlobalEventExecutor.INSTANCE);
    private final LongAdder connections = new LongAdder();
    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder changes = new LongAdder();
    private final InetSocketAddress address;
    private final OpcUaServer server;
    private final Thread thread;
    private volatile boolean over;

    /** Listens, and returns once clients are accepted. */
    OpcUaPlayer(Script script, InetSocketAddress listen, ReplayOptions options) throws IOException {
        this.script = script;
        this.options = options;
        this.clock = options.clock();
        this.faults = new Faults(clock);
        this.address = withPort(listen);
        takeAllConnections();
        this.server = make();
        script.uris()
                .forEach(uri -> {
                    var _ = server.getNamespaceTable().add(uri);
                });
        addNodes();
        first().values().forEach(this::apply);
        await(server.startup());
        this.thread = Thread.ofPlatform().daemon().name("opcua-player").start(this::play);
    }

    /** Milo's guard against floods would turn away a gateway that tries again. */
    private static void takeAllConnections() {
        Stack.ConnectionLimits.RATE_LIMIT_ENABLED = false;
    }

    private static InetSocketAddress withPort(InetSocketAddress listen) throws IOException {
        if (listen.getPort() != 0) {
            return listen;
        }
        try (var probe = new ServerSocket(0, 1, listen.getAddress())) {
            return new InetSocketAddress(listen.getAddress(), probe.getLocalPort());
        }
    }

    private OpcUaServer make() {
        // A server's own namespace is the one at index 1: with its name there all indexes are the
        // recorded ones.
        var uri = script.uris().size() > 1 ? script.uris().get(1) : DEFAULT_URI;
        var endpoint =
                EndpointConfig.newBuilder()
                        .setBindAddress(address.getAddress().getHostAddress())
                        .setHostname(
                                address.getAddress().isAnyLocalAddress()
                                        ? "localhost"
                                        : address.getAddress().getHostAddress())
                        .setBindPort(address.getPort())
                        .addTokenPolicies(
                                new UserTokenPolicy(
                                        "anonymous", UserTokenType.Anonymous, null, null, null))
                        .build();
        var config =
                OpcUaServerConfig.builder()
                        .setApplicationUri(uri)
                        .setProductUri("urn:drme:simulator")
                        .setApplicationName(LocalizedText.english("DRME replay"))
                        .setIdentityValidator(AnonymousIdentityValidator.INSTANCE)
                        .setCertificateManager(ServerSecurity.none().manager())
                        .setEndpoints(Set.of(endpoint))
                        .build();
        var transport =
                OpcTcpServerTransportConfig.newBuilder()
                        .setChannelPipelineCustomizer(p -> {
                            connections.increment();
                            connected.countDown();
                            channels.add(p.channel());
                            p.addFirst(new FaultHandler(faults, clock, open, connections.sum()));
                        })
                        .build();
        return new OpcUaServer(config, _ -> new OpcTcpServerTransport(transport));
    }

    private void addNodes() {
        var byUri = new LinkedHashMap<String, Map<Integer, RecordedNode>>();
        script.nodes()
                .forEach((n, node) -> {
                    var uri = String.valueOf(ExpandedNodeId.parse(node.id()).getNamespaceUri());
                    byUri.computeIfAbsent(uri, _ -> new LinkedHashMap<>()).put(n, node);
                });
        byUri.keySet()
                .forEach(uri -> {
                    var _ = server.getNamespaceTable().add(uri);
                });
        byUri.forEach((uri, nodes) -> {
            var namespace = new ReplayedNamespace(server, uri, nodes, sampled::countDown);
            namespace.startup();
            nodes.keySet().forEach(n -> namespaceOf.put(n, namespace));
        });
    }

    /** The first value of each variable, which it has from the beginning. */
    private Map<Integer, Script.Change> first() {
        var first = new HashMap<Integer, Script.Change>();
        for (var step : script.steps()) {
            if (step instanceof Script.Change change) {
                first.putIfAbsent(change.n(), change);
            }
        }
        return first;
    }

    private void await(CompletableFuture<?> starting) throws IOException {
        try {
            starting.get(MOST_STARTING.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("can't listen on %s: %s".formatted(address, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while starting on " + address, e);
        }
    }

    private void play() {
        try {
            connected.await();
            if (!sampled.await(MOST_UNSAMPLED.toMillis(), TimeUnit.MILLISECONDS)) {
                log.debug("nobody subscribes; the recording begins for one who reads");
            }
            do {
                playOnce();
            } while (options.end() == ReplayOptions.End.LOOP);
            over = true;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void playOnce() throws InterruptedException {
        long from = clock.nanoTime();
        // The search of the server, at the beginning of a recording, is not played.
        long first = script.steps().isEmpty() ? 0 : script.steps().getFirst().atNanos();
        setAway(false);
        for (var step : script.steps()) {
            waitUntil(from + (long) ((step.atNanos() - first) / options.speed()));
            switch (step) {
                case Script.Change change -> {
                    apply(change);
                    changes.increment();
                }
                case Script.Away(long _, boolean begins) -> setAway(begins);
            }
        }
        waitUntil(from + (long) ((script.lengthNanos() - first) / options.speed()));
    }

    private void waitUntil(long nanos) throws InterruptedException {
        for (long left = nanos - clock.nanoTime(); left > 0; left = nanos - clock.nanoTime()) {
            clock.sleep(Duration.ofNanos(Math.min(left, LOOK_EVERY.toNanos())));
        }
    }

    private void apply(Script.Change change) {
        long now = clock.epochNanos();
        var source =
                change.lagNanos().isPresent() ? ticks(now - change.lagNanos().getAsLong()) : null;
        var namespace = namespaceOf.get(change.n());
        if (namespace != null) {
            namespace.set(
                    change.n(), new DataValue(change.value(), change.status(), source, ticks(now)));
        }
    }

    private static DateTime ticks(long epochNanos) {
        return new DateTime(EPOCH_TICKS + epochNanos / NANOS_PER_TICK);
    }

    private void setAway(boolean away) {
        faults.set(Faults.WHOLE, away ? Fault.of(FaultKind.RESET) : Fault.NONE, Optional.empty());
    }

    @Override
    public String listening() {
        return "opc.tcp://" + Listen.text(address);
    }

    @Override
    public Map<String, Long> counts() {
        var counts = new LinkedHashMap<String, Long>();
        counts.put("variables", (long) first().size());
        counts.put("connections", connections.sum());
        counts.put("changes", changes.sum());
        return counts;
    }

    @Override
    public boolean isOver() {
        return over && options.end() == ReplayOptions.End.ONCE;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            server.shutdown().get(MOST_STARTING.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException _) {
            // It did not stop cleanly; the process or the test ends it.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
