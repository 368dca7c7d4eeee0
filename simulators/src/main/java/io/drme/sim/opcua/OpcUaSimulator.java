package io.drme.sim.opcua;

import io.drme.sim.DeviceContext;
import io.drme.sim.SimulatedDevice;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One simulated OPC UA server. A thread of its own gives the nodes their values and lets the server
 * be away and come back; connections are served by Milo's threads.
 */
final class OpcUaSimulator implements SimulatedDevice {
    /** Nodes of larger servers can't be told to fail one by one: nobody would find them. */
    static final int MOST_UNITS = 200;

    private static final Duration MOST_CLOSING = Duration.ofSeconds(10);
    private static final Set<FaultKind> OF_NODES =
            EnumSet.of(
                    FaultKind.EXCEPTION,
                    FaultKind.STUCK,
                    FaultKind.DRIFT,
                    FaultKind.SPIKES,
                    FaultKind.WRONG_CLOCK,
                    FaultKind.NONE);
    private static final Set<FaultKind> NOT_OF_SERVERS =
            EnumSet.of(
                    FaultKind.WRONG_TRANSACTION,
                    FaultKind.WRONG_UNIT,
                    FaultKind.WRONG_FUNCTION,
                    FaultKind.SHORT,
                    FaultKind.CRC,
                    FaultKind.CHATTER,
                    FaultKind.LOST_EDGES);
    private static final Logger log = LoggerFactory.getLogger(OpcUaSimulator.class);

    private final DeviceContext context;
    private final ServerOptions options;
    private final List<SimulatedNode> nodes;
    private final Map<SimulatedNode, NodeHistory> histories = new HashMap<>();
    private @Nullable Thread ticker;
    private @Nullable InetSocketAddress bound;

    /** When the last restart that began was set; belongs to the ticker. */
    private OptionalLong restartNanos = OptionalLong.empty();

    private int starts;

    OpcUaSimulator(DeviceContext context, ServerOptions options, List<SimulatedNode> nodes) {
        this.context = context;
        this.options = options;
        this.nodes = nodes;
        nodes.stream()
                .filter(n -> n.history() > 0)
                .forEach(n -> histories.put(n, new NodeHistory(n.history())));
    }

    @Override
    public void start() throws IOException {
        var listen = bound == null ? withPort(context.listen()) : bound;
        var server = started(listen);
        bound = listen;
        ticker =
                Thread.ofPlatform()
                        .name("sim-opcua-" + context.name())
                        .daemon()
                        .start(() -> tick(server, listen));
        log.info(
                "device={} protocol=opcua address={} nodes={}",
                context.name(),
                listen,
                nodes.size());
    }

    private RunningServer started(InetSocketAddress listen) throws IOException {
        var server = new RunningServer(context, options, histories, nodes, listen, starts++);
        server.start(listen);
        return server;
    }

    /** The port is part of the advertised URL, so a free one is found before. */
    private static InetSocketAddress withPort(InetSocketAddress listen) throws IOException {
        if (listen.getPort() != 0) {
            return listen;
        }
        try (var probe = new ServerSocket(0, 1, listen.getAddress())) {
            return new InetSocketAddress(listen.getAddress(), probe.getLocalPort());
        }
    }

    private void tick(RunningServer first, InetSocketAddress listen) {
        var server = first;
        try {
            while (true) {
                context.clock().sleep(options.tick());
                var standing = context.faults().standing(Faults.WHOLE);
                var since = OptionalLong.of(standing.sinceNanos());
                if (standing.fault().kind() == FaultKind.RESTART && !since.equals(restartNanos)) {
                    restartNanos = since;
                    server.stop();
                    context.clock().sleep(standing.fault().delay());
                    server = started(listen);
                } else {
                    server.tick();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            log.warn("device={} did not come back: {}", context.name(), e.getMessage());
        } finally {
            server.stop();
        }
    }

    @Override
    public InetSocketAddress address() {
        var address = bound;
        if (address == null) {
            throw new IllegalStateException("not started: " + context.name());
        }
        return address;
    }

    /** Its nodes by their names, where each has one of its own and they are not too many. */
    @Override
    public List<String> units() {
        var names = nodes.stream().map(SimulatedNode::name).collect(Collectors.toSet());
        return names.size() == nodes.size() && names.size() <= MOST_UNITS
                ? names.stream().sorted().toList()
                : List.of();
    }

    @Override
    public Set<FaultKind> faultKinds() {
        return EnumSet.complementOf(EnumSet.copyOf(NOT_OF_SERVERS));
    }

    @Override
    public Set<FaultKind> faultKindsOf(String unit) {
        return EnumSet.copyOf(OF_NODES);
    }

    /** Ends the server; {@link #start} begins anew on the same address. */
    @Override
    public void close() {
        var thread = ticker;
        if (thread == null) {
            return;
        }
        ticker = null;
        thread.interrupt();
        try {
            if (!thread.join(MOST_CLOSING)) {
                log.warn("device={} did not stop in time", context.name());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
