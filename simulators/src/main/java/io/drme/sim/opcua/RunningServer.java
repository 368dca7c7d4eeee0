package io.drme.sim.opcua;

import io.drme.sim.DeviceContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.milo.opcua.sdk.server.EndpointConfig;
import org.eclipse.milo.opcua.sdk.server.OpcUaServer;
import org.eclipse.milo.opcua.sdk.server.OpcUaServerConfig;
import org.eclipse.milo.opcua.stack.core.Stack;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.enumerated.MessageSecurityMode;
import org.eclipse.milo.opcua.stack.transport.server.tcp.OpcTcpServerTransport;
import org.eclipse.milo.opcua.stack.transport.server.tcp.OpcTcpServerTransportConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The simulated server from one start to its stop; a restart makes another. Used by one thread at a
 * time.
 */
final class RunningServer {
    private static final long STOP_SECONDS = 5;
    private static final int MOST_ADDED = 8;
    private static final Logger log = LoggerFactory.getLogger(RunningServer.class);

    private final DeviceContext context;
    private final ServerOptions options;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger made = new AtomicInteger();
    private final List<SimulatedNamespace> namespaces = new ArrayList<>();
    private final OpcUaServer server;

    /**
     * Makes a server; it listens with {@link #start}.
     *
     * @param starts how often it was started before: each time its namespaces have other indexes
     */
    RunningServer(
            DeviceContext context,
            ServerOptions options,
            Map<SimulatedNode, NodeHistory> histories,
            List<SimulatedNode> nodes,
            InetSocketAddress listen,
            int starts)
            throws IOException {
        this.context = context;
        this.options = options;
        server = make(listen);
        // Every second start only the order is another: an old index is then another's.
        for (int i = 0; i < starts / 2 % MOST_ADDED; i++) {
            server.getNamespaceTable().add("urn:drme:simulator:added:" + i);
        }
        var byUri = new ArrayList<>(byNamespace(nodes).entrySet());
        Collections.rotate(byUri, starts);
        boolean byName = nodes.size() <= OpcUaSimulator.MOST_UNITS;
        byUri.forEach(e ->
                namespaces.add(
                        new SimulatedNamespace(
                                server, e.getKey(), e.getValue(), histories, byName)));
    }

    private static Map<String, List<SimulatedNode>> byNamespace(List<SimulatedNode> nodes) {
        var byUri = new LinkedHashMap<String, List<SimulatedNode>>();
        nodes.forEach(n -> byUri.computeIfAbsent(n.namespaceUri(), _ -> new ArrayList<>()).add(n));
        return byUri;
    }

    /** Listens, and returns once connections are accepted. */
    void start(InetSocketAddress listen) throws IOException {
        // Milo's guard against floods would turn away a gateway that tries again.
        Stack.ConnectionLimits.RATE_LIMIT_ENABLED = false;
        try {
            for (var namespace : namespaces) {
                namespace.tick(context);
                namespace.startup();
            }
            server.startup().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("can't listen on %s: %s".formatted(listen, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while starting on " + listen, e);
        }
    }

    /** Sets all values to those of now. */
    void tick() {
        namespaces.forEach(n -> n.tick(context));
    }

    /** Ends it and all its connections. Never throws. */
    void stop() {
        boolean interrupted = Thread.interrupted();
        try {
            namespaces.forEach(SimulatedNamespace::shutdown);
            server.shutdown().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.warn("device={} did not stop cleanly: {}", context.name(), e.toString());
        } catch (InterruptedException _) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private OpcUaServer make(InetSocketAddress listen) throws IOException {
        var uri = "urn:drme:simulator:" + context.name();
        var users = new SimulatedUsers(options);
        var builder =
                OpcUaServerConfig.builder()
                        .setApplicationUri(uri)
                        .setProductUri("urn:drme:simulator")
                        .setApplicationName(LocalizedText.english("DRME simulator"))
                        .setIdentityValidator(users.validator());
        var security = security(uri);
        builder.setCertificateManager(security.manager());
        builder.setEndpoints(endpoints(listen, security, users));
        var transport =
                OpcTcpServerTransportConfig.newBuilder()
                        .setChannelPipelineCustomizer(p -> p.addFirst(handler()))
                        .build();
        return new OpcUaServer(builder.build(), _ -> new OpcTcpServerTransport(transport));
    }

    private FaultHandler handler() {
        long seed = context.name().hashCode() + (long) made.incrementAndGet();
        return new FaultHandler(context.faults(), context.clock(), connections, seed);
    }

    // Milo's own methods declare Exception.
    private ServerSecurity security(String uri) throws IOException {
        if (options.needsNoCertificate()) {
            return ServerSecurity.none();
        }
        try {
            return ServerSecurity.in(options.pki(), uri, options.trustAll());
        } catch (Exception e) {
            throw new IOException(
                    "the certificate folder %s can't be used: %s".formatted(options.pki(), e), e);
        }
    }

    private Set<EndpointConfig> endpoints(
            InetSocketAddress listen, ServerSecurity security, SimulatedUsers users) {
        var endpoints = new LinkedHashSet<EndpointConfig>();
        for (var policy : options.policies()) {
            var builder =
                    EndpointConfig.newBuilder()
                            .setBindAddress(listen.getAddress().getHostAddress())
                            .setHostname(hostName(listen.getAddress()))
                            .setBindPort(listen.getPort())
                            .setPath(options.path())
                            .setCertificate(security.certificate())
                            .addTokenPolicies(users.tokens());
            if (policy.equals("none")) {
                endpoints.add(builder.build());
            } else {
                builder.setSecurityPolicy(ServerOptions.POLICIES.get(policy));
                endpoints.add(builder.copy().setSecurityMode(MessageSecurityMode.Sign).build());
                endpoints.add(
                        builder.copy().setSecurityMode(MessageSecurityMode.SignAndEncrypt).build());
            }
        }
        return endpoints;
    }

    private static String hostName(InetAddress address) {
        return address.isAnyLocalAddress() ? "localhost" : address.getHostAddress();
    }
}
