package io.drme.cloud.ingest;

import io.drme.cloud.config.CloudConfig.IngestConfig;
import io.drme.model.GatewayId;
import io.drme.sync.Limits;
import io.drme.sync.Message;
import io.drme.sync.Receiver;
import io.drme.sync.Topics;
import io.drme.time.Clock;
import io.drme.web.CannotListenException;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.MqttServer;
import io.vertx.mqtt.MqttServerOptions;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.MqttSubscribeMessage;
import io.vertx.mqtt.messages.codes.MqttPubAckReasonCode;
import io.vertx.mqtt.messages.codes.MqttSubAckReasonCode;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where gateways connect: MQTT 5, each message acknowledged only after it is on disk.
 *
 * <p>On loopback a gateway is taken by its id on trust; any other address demands mutual TLS, and
 * the gateway's id is its certificate's common name.
 *
 * <p><b>Threads.</b> The event loops only look at packets and hand them on to the ingest thread.
 */
public final class IngestEndpoint implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(IngestEndpoint.class);

    /** Gateway, channel and process. */
    private static final int MAX_CLIENT_ID_LENGTH = 128;

    /** A topic, an id and properties around a message. */
    private static final int PACKET_ROOM_BYTES = 4_096;

    /** Packets a client may have under way; our own window is smaller. */
    private static final int RECEIVE_MAXIMUM = 256;

    private static final int MQTT_5 = 5;

    // Identifiers of properties of CONNACK (MQTT 5, 3.2.2.3).
    private static final int PROPERTY_RECEIVE_MAXIMUM = 0x21;
    private static final int PROPERTY_TOPIC_ALIAS_MAXIMUM = 0x22;
    private static final int PROPERTY_MAXIMUM_PACKET_SIZE = 0x27;

    private static final int CONNECTIONS_A_GATEWAY = 2;
    private static final int START_LIMIT_SECONDS = 10;

    private final IngestConfig config;
    private final MqttServer server;
    private final IngestThread thread;
    private final IngestStats stats;
    private final IngestListener listener;

    /** Shared by the event loops. */
    private final Map<String, GatewayConnection> connections = new ConcurrentHashMap<>();

    /** Those that said who they are; what they do wrong is told of their endpoint. */
    private final Set<SocketAddress> known = ConcurrentHashMap.newKeySet();

    private final LogOnce once = new LogOnce();

    private IngestEndpoint(
            IngestConfig config,
            MqttServer server,
            IngestThread thread,
            IngestStats stats,
            IngestListener listener) {
        this.listener = listener;
        this.config = config;
        this.server = server;
        this.thread = thread;
        this.stats = stats;
    }

    /**
     * Starts to listen; returns when gateways can connect.
     *
     * @param vertx made with {@code faults} as its metrics
     * @param receiver run by the endpoint's own thread from now on
     * @throws CannotListenException when it can't or may not listen there; the message says why
     */
    public static IngestEndpoint start(
            Vertx vertx,
            ConnectionFaults faults,
            IngestConfig config,
            Receiver receiver,
            Clock clock,
            IngestListener listener)
            throws CannotListenException, InterruptedException {
        if (!config.listen().isLoopback() && config.tls().flatMap(t -> t.ca()).isEmpty()) {
            throw new CannotListenException(
                    "ingest can't listen on %s without mutual TLS: gateways there must show a certificate. Give ingest.tls certificate, key and ca, or listen on 127.0.0.1"
                            .formatted(config.listen()));
        }
        var stats = new IngestStats();
        var thread = new IngestThread(receiver, listener, clock, stats);
        var server = MqttServer.create(vertx, options(config));
        var endpoint = new IngestEndpoint(config, server, thread, stats, listener);
        thread.whenClosed(() -> endpoint.connections.values().forEach(GatewayConnection::sendAway));
        server.exceptionHandler(e -> endpoint.badPacket("a connection", e));
        faults.listener(endpoint::strangerFault);
        server.endpointHandler(e -> endpoint.connected(e, vertx));
        try {
            server.listen()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            var why = e.getCause() == null ? e : e.getCause();
            throw new CannotListenException(
                    "ingest can't listen on %s: %s; give another port with --mqtt-port"
                            .formatted(config.listen(), why.getMessage()));
        }
        thread.start();
        log.info("ingest=up listen={}:{}", config.listen().host(), server.actualPort());
        return endpoint;
    }

    private static MqttServerOptions options(IngestConfig config) {
        var options =
                new MqttServerOptions()
                        .setHost(config.listen().host())
                        .setPort(config.listen().port())
                        .setMaxMessageSize(Limits.MAX_MESSAGE_BYTES + PACKET_ROOM_BYTES)
                        .setMaxClientIdLength(MAX_CLIENT_ID_LENGTH)
                        .setAutoClientId(false);
        options.setTcpNoDelay(true);
        config.tls()
                .ifPresent(tls -> {
                    options.setSsl(true)
                            .setKeyCertOptions(
                                    new PemKeyCertOptions()
                                            .setCertPath(tls.certificate().toString())
                                            .setKeyPath(tls.key().toString()));
                    options.setEnabledSecureTransportProtocols(Set.of("TLSv1.3"));
                    tls.ca()
                            .ifPresent(ca ->
                                    options.setClientAuth(ClientAuth.REQUIRED)
                                            .setTrustOptions(
                                                    new PemTrustOptions()
                                                            .addCertPath(ca.toString())));
                });
        return options;
    }

    /** The port that was taken. */
    public int port() {
        return server.actualPort();
    }

    /** What was counted since the start. */
    public IngestStats stats() {
        return stats;
    }

    /**
     * Sends a command to a gateway, again and again until its result comes or it expires; from any
     * thread.
     *
     * @return false when too much waits; nothing was sent then
     */
    public boolean submit(GatewayId gateway, Message.Command command) {
        return thread.offer(gateway, command);
    }

    /** Another member put a command into the store; from any thread. */
    public void lookForCommands() {
        thread.lookForCommands();
    }

    // ---- on the event loops

    private void connected(MqttEndpoint endpoint, Vertx vertx) {
        var from = endpoint.remoteAddress();
        known.add(from);
        endpoint.closeHandler(_ -> known.remove(from));
        endpoint.exceptionHandler(e -> badPacket(endpoint.clientIdentifier(), e));
        if (endpoint.protocolVersion() != MQTT_5) {
            refuse(
                    endpoint,
                    MqttConnectReturnCode.CONNECTION_REFUSED_UNSUPPORTED_PROTOCOL_VERSION,
                    "it speaks MQTT version %d, 5 is needed".formatted(endpoint.protocolVersion()));
            return;
        }
        var closed = listener.closed();
        if (closed.isPresent()) {
            refuse(
                    endpoint,
                    MqttConnectReturnCode.CONNECTION_REFUSED_USE_ANOTHER_SERVER,
                    closed.get());
            return;
        }
        var identity = Topics.parseClientId(endpoint.clientIdentifier());
        if (identity.isEmpty()) {
            refuse(
                    endpoint,
                    MqttConnectReturnCode.CONNECTION_REFUSED_CLIENT_IDENTIFIER_NOT_VALID,
                    "its client id is not GATEWAY/urgent/PROCESS or GATEWAY/bulk/PROCESS");
            return;
        }
        var wrong = wrongCertificate(endpoint, identity.get().gateway());
        if (wrong.isPresent()) {
            refuse(
                    endpoint,
                    MqttConnectReturnCode.CONNECTION_REFUSED_NOT_AUTHORIZED_5,
                    wrong.get());
            return;
        }
        var taken = listener.taken(identity.get().gateway());
        if (taken.isPresent()) {
            refuse(
                    endpoint,
                    MqttConnectReturnCode.CONNECTION_REFUSED_CLIENT_IDENTIFIER_NOT_VALID,
                    taken.get());
            return;
        }
        if (stats.connections.get() >= (long) config.maxGateways() * CONNECTIONS_A_GATEWAY) {
            refuse(
                    endpoint,
                    MqttConnectReturnCode.CONNECTION_REFUSED_QUOTA_EXCEEDED,
                    "there are %d gateways already; raise ingest.max-gateways"
                            .formatted(config.maxGateways()));
            return;
        }
        accept(endpoint, vertx, identity.get());
    }

    private void accept(MqttEndpoint endpoint, Vertx vertx, Topics.Up identity) {
        var connection = new GatewayConnection(endpoint, vertx.getOrCreateContext(), identity);
        var from = endpoint.remoteAddress();
        stats.connections.incrementAndGet();
        endpoint.publishHandler(message -> arrived(connection, message));
        endpoint.subscribeHandler(message -> subscribe(endpoint, identity, message));
        endpoint.closeHandler(_ -> {
            known.remove(from);
            stats.connections.decrementAndGet();
            connections.remove(connection.clientId(), connection);
            thread.gone(connection);
        });
        var before = connections.put(connection.clientId(), connection);
        if (before != null) {
            before.takenOver();
        }
        var properties = new MqttProperties();
        number(properties, PROPERTY_RECEIVE_MAXIMUM, RECEIVE_MAXIMUM);
        number(
                properties,
                PROPERTY_MAXIMUM_PACKET_SIZE,
                Limits.MAX_MESSAGE_BYTES + PACKET_ROOM_BYTES);
        number(properties, PROPERTY_TOPIC_ALIAS_MAXIMUM, 0);
        endpoint.accept(false, properties);
    }

    private static void number(MqttProperties properties, int identifier, int value) {
        properties.add(new MqttProperties.IntegerProperty(identifier, value));
    }

    /** Why the certificate is not this gateway's; nothing where it is, or none is needed. */
    private Optional<String> wrongCertificate(MqttEndpoint endpoint, GatewayId gateway) {
        if (config.tls().flatMap(t -> t.ca()).isEmpty()) {
            return Optional.empty();
        }
        try {
            var peer = endpoint.sslSession().getPeerCertificates()[0];
            var name =
                    peer instanceof X509Certificate x
                            ? commonName(x.getSubjectX500Principal().getName())
                            : "";
            return name.equals(gateway.text())
                    ? Optional.empty()
                    : Optional.of(
                            "it says it is '%s', but its certificate is of '%s'"
                                    .formatted(gateway, name));
        } catch (SSLPeerUnverifiedException _) {
            return Optional.of("it shows no certificate");
        }
    }

    private static String commonName(String distinguishedName) {
        try {
            for (var part : new LdapName(distinguishedName).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    return String.valueOf(part.getValue());
                }
            }
            return "";
        } catch (InvalidNameException _) {
            return "";
        }
    }

    private void arrived(GatewayConnection connection, MqttPublishMessage message) {
        stats.messages.incrementAndGet();
        var topic = Topics.parseUp(message.topicName());
        boolean own =
                topic.isPresent() && topic.get().gateway().equals(connection.identity().gateway());
        if (!own || message.qosLevel() != MqttQoS.AT_LEAST_ONCE) {
            badMessage(connection, message);
            return;
        }
        var bytes = message.payload().getBytes();
        if (!thread.offer(connection, message.messageId(), bytes)) {
            stats.overQuota.incrementAndGet();
            connection.acknowledge(message.messageId(), MqttPubAckReasonCode.QUOTA_EXCEEDED);
        }
    }

    private void badMessage(GatewayConnection connection, MqttPublishMessage message) {
        stats.badMessages.incrementAndGet();
        if (once.first("message " + connection.identity().gateway())) {
            log.warn(
                    "gateway={} message=bad topic=\"{}\" qos={} expected=\"{} with qos 1\" done=\"not taken; more of this gateway are only counted\"",
                    connection.identity().gateway(),
                    LogOnce.shown(message.topicName()),
                    message.qosLevel().value(),
                    Topics.up(connection.identity().gateway(), connection.identity().channel()));
        }
        if (message.messageId() > 0) {
            connection.acknowledge(message.messageId(), MqttPubAckReasonCode.NOT_AUTHORIZED);
        }
    }

    private static void subscribe(
            MqttEndpoint endpoint, Topics.Up identity, MqttSubscribeMessage message) {
        var codes = new ArrayList<MqttSubAckReasonCode>();
        for (var asked : message.topicSubscriptions()) {
            codes.add(
                    asked.topicName().equals(Topics.down(identity.gateway()))
                            ? MqttSubAckReasonCode.GRANTED_QOS1
                            : MqttSubAckReasonCode.NOT_AUTHORIZED);
        }
        endpoint.subscribeAcknowledge(message.messageId(), codes, MqttProperties.NO_PROPERTIES);
    }

    private void refuse(MqttEndpoint endpoint, MqttConnectReturnCode code, String why) {
        stats.refusedConnections.incrementAndGet();
        // Once a client and reason: it tries again every few seconds.
        if (once.first("connection " + endpoint.clientIdentifier() + why)) {
            log.warn(
                    "connection=refused client=\"{}\" from={} why=\"{}\"",
                    LogOnce.shown(endpoint.clientIdentifier()),
                    endpoint.remoteAddress(),
                    LogOnce.shown(why));
        }
        endpoint.reject(code);
    }

    private void strangerFault(SocketAddress from, Throwable cause) {
        if (!known.contains(from)) {
            badPacket("a stranger at " + from.hostAddress(), cause);
        }
    }

    private void badPacket(String from, Throwable cause) {
        stats.badPackets.incrementAndGet();
        if (once.first("packet " + from)) {
            log.warn(
                    "packet=bad from=\"{}\" why=\"{}\" expected=\"MQTT 5, packets of at most {} bytes\" done=\"connection closed; more of this client are only counted\"",
                    LogOnce.shown(from),
                    LogOnce.shown(cause.toString()),
                    Limits.MAX_MESSAGE_BYTES + PACKET_ROOM_BYTES);
        }
    }

    /** Stops listening and ends the thread; what was not acknowledged comes again. */
    @Override
    public void close() {
        try {
            server.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(START_LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.warn("ingest=not-closed why=\"{}\"", e.toString());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        thread.close();
    }
}
