package io.drme.driver.opcua;

import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.uint;

import io.drme.driver.DriverException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.eclipse.milo.opcua.sdk.client.DiscoveryClient;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.sdk.client.OpcUaClientConfig;
import org.eclipse.milo.opcua.sdk.client.OpcUaClientConfigBuilder;
import org.eclipse.milo.opcua.sdk.client.identity.IdentityProvider;
import org.eclipse.milo.opcua.stack.core.Stack;
import org.eclipse.milo.opcua.stack.core.UaException;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.enumerated.MessageSecurityMode;
import org.eclipse.milo.opcua.stack.core.types.structured.EndpointDescription;
import org.eclipse.milo.opcua.stack.core.util.CertificateUtil;
import org.eclipse.milo.opcua.stack.core.util.EndpointUtil;
import org.eclipse.milo.opcua.stack.transport.client.tcp.OpcTcpClientTransportConfigBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens a session with a server: endpoints, the one that the file names, trust, sign-in. */
final class Connector {
    /** Asking for endpoints takes connect, hello, channel and the request itself. */
    private static final int DISCOVERY_STEPS = 4;

    /** Opening a session takes connect, hello, channel, create and activate. */
    private static final int SESSION_STEPS = 5;

    /** After an agent dies, its session holds a place on the server for so long. */
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(60);

    /**
     * Milo hands each publish response to a pool of threads before it looks at the sequence number:
     * with two on the way the later may overtake, and a value comes twice or out of order (seen
     * against node-opcua under load). With one on the way none can.
     */
    private static final int PENDING_PUBLISHES = 1;

    private static final Logger log = LoggerFactory.getLogger(Connector.class);

    private final OpcUaSettings settings;
    private final Duration timeout;
    private final PkiFolder pki;
    private final Steps steps;
    private final WireTap tap;

    Connector(OpcUaSettings settings, Duration timeout, PkiFolder pki, Steps steps, WireTap tap) {
        this.settings = settings;
        this.timeout = timeout;
        this.pki = pki;
        this.steps = steps;
        this.tap = tap;
    }

    /** A client with an active session. */
    OpcUaClient connect() throws DriverException, InterruptedException {
        var credentials = new Credentials(settings, steps);
        credentials.check();
        var endpoints =
                steps.await(
                        DiscoveryClient.getEndpoints(settings.url().toString(), this::limit),
                        timeout.multipliedBy(DISCOVERY_STEPS),
                        "the request for its endpoints");
        var trust = new ServerTrust(pki, steps.device(), settings.url().toString());
        var endpoint = choose(endpoints);
        if (settings.policy() != SecurityPolicyName.NONE) {
            checkServer(endpoint, trust, settings, steps);
        }
        var identity = credentials.forEndpoint(endpoint, trust);
        var config = config(endpoint, endpoints, trust, identity);
        var client = create(config);
        boolean connected = false;
        try {
            steps.await(
                    client.connectAsync(),
                    timeout.multipliedBy(SESSION_STEPS),
                    "the request for a session");
            connected = true;
            return client;
        } catch (DriverException e) {
            var refusal = trust.refusal();
            throw refusal == null ? e : steps.refused(refusal, e);
        } finally {
            if (!connected) {
                var _ = client.disconnectAsync();
            }
        }
    }

    /** Ends a session politely within the limit, and the connection in any case. Never throws. */
    static void disconnect(OpcUaClient client, Duration limit) {
        var polite = client.disconnectAsync().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS);
        try {
            polite.exceptionally(_ -> client).join();
        } finally {
            var _ = client.getTransport().disconnect();
        }
    }

    private OpcUaClient create(OpcUaClientConfig config) throws DriverException {
        try {
            return OpcUaClient.create(config, this::limit);
        } catch (UaException e) {
            throw steps.failure("making the client", e);
        }
    }

    private void limit(OpcTcpClientTransportConfigBuilder transport) {
        transport.setConnectTimeout(uint(timeout.toMillis()));
        transport.setAcknowledgeTimeout(uint(timeout.toMillis()));
        transport.setChannelPipelineCustomizer(tap::addTo);
    }

    private EndpointDescription choose(List<EndpointDescription> endpoints) throws DriverException {
        var mode =
                switch (settings.mode()) {
                    case NONE -> MessageSecurityMode.None;
                    case SIGN -> MessageSecurityMode.Sign;
                    case SIGN_AND_ENCRYPT -> MessageSecurityMode.SignAndEncrypt;
                };
        var chosen =
                endpoints.stream()
                        .filter(e ->
                                Stack.TCP_UASC_UABINARY_TRANSPORT_URI.equals(
                                        e.getTransportProfileUri()))
                        .filter(e -> settings.policy().uri().equals(e.getSecurityPolicyUri()))
                        .filter(e -> e.getSecurityMode() == mode)
                        .max(Comparator.comparingInt(e -> e.getSecurityLevel().intValue()));
        if (chosen.isEmpty()) {
            throw steps.refused(
                    "the server does not offer policy %s with mode %s; it offers %s"
                            .formatted(settings.policy(), mode, offered(endpoints)),
                    null);
        }
        // What a server says of its own address is often wrong behind NAT or with two networks.
        return EndpointUtil.updateUrl(
                chosen.get(), settings.url().getHost(), settings.url().getPort());
    }

    /** Before anything secret or signed is sent. Milo asks again when the channel is there. */
    static void checkServer(
            EndpointDescription endpoint, ServerTrust trust, OpcUaSettings settings, Steps steps)
            throws DriverException {
        var certificate = endpoint.getServerCertificate();
        if (certificate == null || certificate.isNullOrEmpty()) {
            throw steps.refused(
                    "the server shows no certificate; use policy none, without a user certificate",
                    null);
        }
        try {
            trust.validateCertificateChain(
                    CertificateUtil.decodeCertificates(certificate.bytesOrEmpty()),
                    endpoint.getServer().getApplicationUri(),
                    new String[] {settings.url().getHost()});
        } catch (UaException e) {
            throw steps.refused(String.valueOf(e.getMessage()), e);
        }
    }

    private static String offered(List<EndpointDescription> endpoints) {
        return endpoints.stream()
                .map(e ->
                        e.getSecurityMode()
                                + " by "
                                + String.valueOf(e.getSecurityPolicyUri()).replaceFirst("^.*#", ""))
                .distinct()
                .limit(20)
                .collect(Collectors.joining(", "));
    }

    private OpcUaClientConfig config(
            EndpointDescription endpoint,
            List<EndpointDescription> all,
            ServerTrust trust,
            IdentityProvider identity)
            throws DriverException {
        var builder =
                OpcUaClientConfig.builder()
                        .setEndpoint(endpoint)
                        .setDiscoveryEndpoints(all)
                        .setApplicationName(LocalizedText.english("DRME agent"))
                        .setApplicationUri("urn:drme:agent")
                        .setProductUri("urn:drme:agent")
                        .setSessionTimeout(uint(SESSION_TIMEOUT.toMillis()))
                        .setRequestTimeout(uint(timeout.toMillis()))
                        .setMaxPendingPublishRequests(uint(PENDING_PUBLISHES))
                        .setCertificateValidator(trust)
                        .setIdentityProvider(identity);
        if (settings.policy() != SecurityPolicyName.NONE) {
            secure(builder);
        }
        return builder.build();
    }

    private void secure(OpcUaClientConfigBuilder builder) throws DriverException {
        if (settings.policy().isWeak()) {
            log.warn("policy={} is broken, and used because the file insists", settings.policy());
        }
        if (settings.policy() == SecurityPolicyName.AES256_SHA256_RSAPSS) {
            Pss.install();
        }
        try {
            var identity = ClientIdentity.in(pki);
            builder.setKeyPair(identity.keys())
                    .setCertificate(identity.certificate())
                    .setCertificateChain(new X509Certificate[] {identity.certificate()})
                    .setApplicationUri(identity.applicationUri());
        } catch (IOException | GeneralSecurityException e) {
            throw steps.refused(
                    "our certificate %s can't be used: %s; both files of pki/own are made anew when they are gone"
                            .formatted(pki.ownCertificate(), e),
                    e);
        }
    }
}
