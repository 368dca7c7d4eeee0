package io.drme.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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

/** Makes a TLS context from the PEM files that a configuration names. */
public final class PemTls {
    private static final Pattern KEY =
            Pattern.compile(
                    "-----BEGIN PRIVATE KEY-----(.*?)-----END PRIVATE KEY-----", Pattern.DOTALL);

    private PemTls() {}

    /** What a client of today needs; brokers and devices may know no newer. */
    public static final String TLS_1_2_OR_NEWER = "TLS";

    /** For lines of which both ends are ours. */
    public static final String TLS_1_3 = "TLSv1.3";

    private static final int MOST_BYTES = 1 << 20;

    /**
     * The context of a client that shows a certificate, where it has one, and trusts an authority.
     * Reads files.
     *
     * @param protocol {@link #TLS_1_2_OR_NEWER} or {@link #TLS_1_3}
     * @param ca with the authority's certificate; the system's authorities where empty
     * @param certificate with the client's chain; there only together with {@code key}
     * @param key in PKCS 8
     * @throws IOException when a file can't be read or does not hold what it should; the message
     *     says which and what to do
     */
    public static SSLContext context(
            String protocol, Optional<Path> ca, Optional<Path> certificate, Optional<Path> key)
            throws IOException {
        try {
            var context = SSLContext.getInstance(protocol);
            context.init(
                    keys(certificate, key).getKeyManagers(), trust(ca).getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("certificate, key or ca can't be used: " + e.getMessage(), e);
        }
    }

    private static KeyManagerFactory keys(Optional<Path> certificate, Optional<Path> key)
            throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        if (certificate.isPresent() && key.isPresent()) {
            var chain = certificates(certificate.get());
            store.setKeyEntry("client", privateKey(key.get()), new char[0], chain);
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
                        .generateCertificates(new ByteArrayInputStream(bytes(file)));
        if (all.isEmpty()) {
            throw new IOException(file + " holds no certificate; expected PEM");
        }
        return all.toArray(new Certificate[0]);
    }

    private static byte[] bytes(Path file) throws IOException {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new IOException(
                        "%s is larger than 1 MiB, so no PEM file; check the path".formatted(file));
            }
            return Files.readAllBytes(file);
        } catch (FileSystemException e) {
            var why = e instanceof NoSuchFileException ? "there is none" : e.getReason();
            throw new IOException(
                    "can't read %s (%s); check the path, and that the user of the agent may read it"
                            .formatted(file, why == null ? "no right to" : why),
                    e);
        }
    }

    private static PrivateKey privateKey(Path file) throws IOException {
        var found = KEY.matcher(new String(bytes(file), StandardCharsets.US_ASCII));
        if (!found.find()) {
            throw new IOException(
                    "%s holds no private key in PKCS 8; convert it: openssl pkcs8 -topk8 -nocrypt -in %s"
                            .formatted(file, file.getFileName()));
        }
        var spec = new PKCS8EncodedKeySpec(decoded(file, found.group(1)));
        for (var algorithm : new String[] {"EC", "RSA", "Ed25519"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException _) {
                // It is of another kind.
            }
        }
        throw new IOException(file + " holds a private key that is neither EC, RSA nor Ed25519");
    }

    private static byte[] decoded(Path file, String base64) throws IOException {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "%s holds a private key that is damaged (%s); bring the file anew"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }
}
