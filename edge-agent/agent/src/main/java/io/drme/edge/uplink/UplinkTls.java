package io.drme.edge.uplink;

import io.drme.config.PemTls;
import java.io.IOException;
import javax.net.ssl.SSLContext;

/** Makes the TLS context of the uplink from PEM files. */
final class UplinkTls {
    private UplinkTls() {}

    /**
     * The context that shows this gateway's certificate and trusts the centre's authority.
     *
     * @throws IOException when a file can't be read or does not hold what it should; the message
     *     says which and what to do
     */
    static SSLContext context(UplinkConfig config) throws IOException {
        try {
            return PemTls.context(PemTls.TLS_1_3, config.ca(), config.certificate(), config.key());
        } catch (IOException e) {
            throw new IOException("uplink: " + e.getMessage(), e);
        }
    }
}
