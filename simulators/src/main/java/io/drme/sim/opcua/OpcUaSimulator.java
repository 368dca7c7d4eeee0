package io.drme.sim.opcua;

import io.drme.sim.DeviceContext;
import io.drme.sim.SimulatedDevice;
import io.drme.sim.fault.FaultKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.milo.opcua.sdk.server.EndpointConfig;
import org.eclipse.milo.opcua.sdk.server.OpcUaServer;
import org.eclipse.milo.opcua.sdk.server.OpcUaServerConfig;
import org.eclipse.milo.opcua.stack.core.Stack;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.enumerated.MessageSecurityMode;
import org.eclipse.milo.opcua.stack.transport.server.tcp.OpcTcpServerTransport;
import org.eclipse.milo.opcua.stack.transport.server.tcp.OpcTcpServerTransportConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One simulated OPC UA server. */
final class OpcUaSimulator implements SimulatedDevice {
    private static final long STOP_SECONDS = 5;
    private static final Logger log = LoggerFactory.getLogger(OpcUaSimulator.class);

    private final DeviceContext context;
    private final ServerOptions options;
    private final List<SimulatedNode> nodes;
    private final List<SimulatedNamespace> namespaces = new ArrayList<>();
    private @Nullable OpcUaServer server;
    private @Nullable Thread ticker;
    private @Nullable InetSocketAddress bound;

    OpcUaSimulator(DeviceContext context, ServerOptions options, List<SimulatedNode> nodes) {
        this.context = context;
        this.options = options;
        this.nodes = nodes;
    }

    @Override
    public void start() throws IOException {
        // Milo's guard against floods would turn away a gateway that tries again.
        Stack.ConnectionLimits.RATE_LIMIT_ENABLED = false;
        var listen = withPort(context.listen());
        try {
            var made = make(listen);
            server = made;
            byNamespace()
                    .forEach((uri, own) -> {
                        var namespace = new SimulatedNamespace(made, uri, own);
                        namespace.tick(context);
                        namespace.startup();
                        namespaces.add(namespace);
                    });
            made.startup().get(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("can't listen on %s: %s".formatted(listen, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while starting on " + listen, e);
        }
        bound = listen;
        ticker = Thread.ofPlatform().name("sim-opcua-" + context.name()).daemon().start(this::tick);
        log.info(
                "device={} protocol=opcua address={} nodes={}",
                context.name(),
                listen,
                nodes.size());
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

    private OpcUaServer make(InetSocketAddress listen) throws IOException {
        var uri = "urn:drme:simulator:" + context.name();
        var builder =
                OpcUaServerConfig.builder()
                        .setApplicationUri(uri)
                        .setProductUri("urn:drme:simulator")
                        .setApplicationName(LocalizedText.english("DRME simulator"))
                        .setIdentityValidator(new SimulatedUsers(options).validator());
        var security = security(uri);
        builder.setCertificateManager(security.manager());
        builder.setEndpoints(endpoints(listen, security));
        var transport =
                OpcTcpServerTransportConfig.newBuilder()
                        .setChannelPipelineCustomizer(p ->
                                p.addFirst(new FaultHandler(context.faults(), context.clock())))
                        .build();
        return new OpcUaServer(builder.build(), _ -> new OpcTcpServerTransport(transport));
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

    private Set<EndpointConfig> endpoints(InetSocketAddress listen, ServerSecurity security) {
        var endpoints = new LinkedHashSet<EndpointConfig>();
        for (var policy : options.policies()) {
            var builder =
                    EndpointConfig.newBuilder()
                            .setBindAddress(listen.getAddress().getHostAddress())
                            .setHostname(hostName(listen.getAddress()))
                            .setBindPort(listen.getPort())
                            .setPath(options.path())
                            .setCertificate(security.certificate())
                            .addTokenPolicies(new SimulatedUsers(options).tokens());
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

    private Map<String, List<SimulatedNode>> byNamespace() {
        var byUri = new LinkedHashMap<String, List<SimulatedNode>>();
        nodes.forEach(n -> byUri.computeIfAbsent(n.namespaceUri(), _ -> new ArrayList<>()).add(n));
        return byUri;
    }

    private void tick() {
        try {
            while (true) {
                context.clock().sleep(options.tick());
                namespaces.forEach(n -> n.tick(context));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
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

    @Override
    public List<String> units() {
        return List.of();
    }

    @Override
    public Set<FaultKind> faultKinds() {
        return Set.of(FaultKind.SILENT, FaultKind.SLOW, FaultKind.RESET, FaultKind.EXCEPTION);
    }

    @Override
    public void close() {
        var thread = ticker;
        if (thread != null) {
            thread.interrupt();
            ticker = null;
        }
        var running = server;
        if (running != null) {
            server = null;
            try {
                running.shutdown().get(STOP_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                log.warn("device={} did not stop cleanly: {}", context.name(), e.toString());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
