package io.drme.web;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens.
 *
 * @param host an address of this machine, or {@code 0.0.0.0} for all
 * @param port 0 to 65,535; 0 takes a free one
 * @param certificate the certificate chain as PEM; null for no TLS
 * @param key its private key as PEM (PKCS #8); null for no TLS
 */
public record Listen(String host, int port, @Nullable Path certificate, @Nullable Path key) {

    /** On loopback, without TLS. */
    public static Listen onLoopback(int port) {
        return new Listen("127.0.0.1", port, null, null);
    }

    /** Whether it speaks TLS. */
    public boolean isSecure() {
        return certificate != null && key != null;
    }

    /** Why it may not listen so, if it may not: beyond loopback only with TLS. */
    public Optional<String> objection() {
        if ((certificate == null) != (key == null)) {
            return Optional.of(
                    "TLS needs both a certificate and a key, but only one is given; give both PEM"
                            + " files");
        }
        try {
            if (isSecure() || InetAddress.getByName(host).isLoopbackAddress()) {
                return Optional.empty();
            }
        } catch (UnknownHostException _) {
            return Optional.of(
                    "'"
                            + host
                            + "' is no address of this machine; expected for example 127.0.0.1"
                            + " or 0.0.0.0");
        }
        return Optional.of(
                "without TLS the page is served on loopback only, but "
                        + host
                        + " is beyond it; give certificate and key, or listen on 127.0.0.1");
    }
}
