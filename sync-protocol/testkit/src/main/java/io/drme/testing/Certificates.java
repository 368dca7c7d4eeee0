package io.drme.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Certificates for tests, each its own authority, made by the JDK's keytool: {@code NAME.pem} and
 * {@code NAME.key} in a folder. An authority of several is their certificates in one file.
 */
public final class Certificates {
    private static final long LIMIT_SECONDS = 60;
    private static final String PASSWORD = "test-only";

    private final Path folder;

    /** Makes them in this folder. */
    public Certificates(Path folder) {
        this.folder = folder;
    }

    /**
     * Makes one.
     *
     * @param names what it is for, as in {@code dns:localhost,ip:127.0.0.1}
     */
    public void make(String name, String names)
            throws IOException, InterruptedException, GeneralSecurityException {
        var store = folder.resolve(name + ".p12");
        var process =
                new ProcessBuilder(
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                                .toString(),
                                        "-genkeypair",
                                        "-alias",
                                        "a",
                                        "-keyalg",
                                        "EC",
                                        "-dname",
                                        "CN=" + name,
                                        "-ext",
                                        "SAN=" + names,
                                        "-storetype",
                                        "PKCS12",
                                        "-storepass",
                                        PASSWORD,
                                        "-keystore",
                                        store.toString()))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("keytool made no certificate for " + name);
        }
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        pem(name + ".pem", "CERTIFICATE", keys.getCertificate("a").getEncoded());
        pem(name + ".key", "PRIVATE KEY", keys.getKey("a", PASSWORD.toCharArray()).getEncoded());
    }

    private void pem(String file, String kind, byte[] bytes) throws IOException {
        Files.writeString(
                folder.resolve(file),
                "-----BEGIN %s-----%n%s%n-----END %s-----%n"
                        .formatted(kind, Base64.getMimeEncoder().encodeToString(bytes), kind));
    }

    /** A file in which all of these are authorities. */
    public Path authority(String file, String... names) throws IOException {
        var text = new StringBuilder();
        for (var name : names) {
            text.append(Files.readString(folder.resolve(name + ".pem")));
        }
        return Files.writeString(folder.resolve(file), text);
    }

    /** The certificate's file. */
    public Path certificate(String name) {
        return folder.resolve(name + ".pem");
    }

    /** The private key's file. */
    public Path key(String name) {
        return folder.resolve(name + ".key");
    }
}
