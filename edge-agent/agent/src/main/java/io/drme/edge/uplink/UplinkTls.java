package io.drme.edge.uplink;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes a TLS context from PEM files. */
final class UplinkTls {
    private static final Pattern KEY =
            Pattern.compile(
                    "-----BEGIN PRIVATE KEY-----(.*?)-----END PRIVATE KEY-----", Pattern.DOTALL);

    private UplinkTls() {}

    /**
     * The context that shows this gateway's certificate and trusts the centre's authority.
     *
     * @throws IOException when a file can't be read or does not hold what it should; the message
     *     says which and what to do
     */
    static SSLContext context(UplinkConfig config) throws IOException {
        try {
            var context = SSLContext.getInstance("TLSv1.3");
            context.init(
                    keys(config).getKeyManagers(), trust(config.ca()).getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "uplink: certificate, key or ca can't be used: " + e.getMessage(), e);
        }
    }

    private static KeyManagerFactory keys(UplinkConfig config)
            throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        if (config.certificate().isPresent() && config.key().isPresent()) {
            var chain = certificates(config.certificate().get());
            store.setKeyEntry("gateway", key(config.key().get()), new char[0], chain);
        }
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory;
    }

    private static TrustManagerFactory trust(Optional<Path> ca)
            throws IOException, GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        if (ca.isEmpty()) {
            factory.init((KeyStore) null);
            return factory;
        }
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int count = 0;
        for (var certificate : certificates(ca.get())) {
            store.setCertificateEntry("ca-" + count++, certificate);
        }
        factory.init(store);
        return factory;
    }

    private static Certificate[] certificates(Path file)
            throws IOException, GeneralSecurityException {
        var all =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
        if (all.isEmpty()) {
            throw new IOException(file + " holds no certificate; expected PEM");
        }
        return all.toArray(new Certificate[0]);
    }

    private static PrivateKey key(Path file) throws IOException {
        var found = KEY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
        if (!found.find()) {
            throw new IOException(
                    "%s holds no private key in PKCS 8; convert it: openssl pkcs8 -topk8 -nocrypt -in %s"
                            .formatted(file, file.getFileName()));
        }
        var spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(1)));
        for (var algorithm : new String[] {"EC", "RSA", "Ed25519"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException _) {
                // It is of another kind.
            }
        }
        throw new IOException(file + " holds a private key that is neither EC, RSA nor Ed25519");
    }
}
