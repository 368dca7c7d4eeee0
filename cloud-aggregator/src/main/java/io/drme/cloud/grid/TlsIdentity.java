package io.drme.cloud.grid;

import io.drme.cloud.config.CloudConfig.MemberTls;
import io.drme.config.PemTls;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a member shows the others, and what it demands of them. Safe for use from any thread. */
final class TlsIdentity {
    private static final Logger log = LoggerFactory.getLogger(TlsIdentity.class);

    /** Strangers told in the log; more are only counted. */
    private static final int MOST_TOLD = 20;

    private final SSLContext context;
    private final Optional<String> name;
    private final AtomicLong refused = new AtomicLong();

    private TlsIdentity(SSLContext context, Optional<String> name) {
        this.context = context;
        this.name = name;
    }

    /**
     * Reads the files.
     *
     * @throws IOException when one can't be read or does not hold what it should
     */
    static TlsIdentity of(MemberTls tls) throws IOException {
        var files = tls.files();
        try {
            return new TlsIdentity(
                    PemTls.context(
                            PemTls.TLS_1_3,
                            files.ca(),
                            Optional.of(files.certificate()),
                            Optional.of(files.key())),
                    tls.name());
        } catch (IOException e) {
            throw new IOException("cluster.tls: " + e.getMessage(), e);
        }
    }

    /**
     * An engine for one connection. The other side must show a certificate of the authority that
     * names its address, or the common name of all members.
     */
    SSLEngine engine(String peerAddress, int peerPort, boolean isClient) {
        var engine = context.createSSLEngine(name.orElse(peerAddress), peerPort);
        engine.setUseClientMode(isClient);
        var parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {PemTls.TLS_1_3});
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (!isClient) {
            parameters.setNeedClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** A connection did not get through the handshake. */
    void refused(String peer, String why) {
        if (refused.incrementAndGet() <= MOST_TOLD) {
            log.warn(
                    "member-connection=refused peer={} why=\"{}\" expected=\"mutual TLS 1.3 with a certificate of cluster.tls.ca that names {}\"",
                    peer,
                    why,
                    name.orElse("the peer's address"));
        }
    }

    /** Connections that did not get through the handshake since the start. */
    long refused() {
        return refused.get();
    }
}
