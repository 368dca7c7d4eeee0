package io.drme.driver.opcua;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of one gateway on disk, in the folders that OPC UA tools know: {@code own},
 * {@code trusted}, {@code issuer} and {@code rejected}.
 *
 * <p>Read afresh at every use: it is small, and what a person moves counts at the next connect.
 * Files are written aside and renamed, so that nobody reads half of one. Safe for any thread.
 */
final class PkiFolder {
    /** The most certificates that are read from a folder, and the most that are kept rejected. */
    static final int MAX_FILES = 500;

    /** Far above any certificate or CRL of use; a larger file is skipped. */
    static final int MAX_FILE_BYTES = 1 << 20;

    private static final Logger log = LoggerFactory.getLogger(PkiFolder.class);

    private final Path root;

    PkiFolder(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** Our certificate, in DER: what a server's administrator has to trust. */
    Path ownCertificate() {
        return root.resolve("own/certs/drme.der");
    }

    /** Our private key, PKCS#8 in DER, readable by its owner only. */
    Path ownKey() {
        return root.resolve("own/private/drme.key");
    }

    /** Where a person puts the certificates of servers and authorities to be trusted. */
    Path trustedCertificates() {
        return root.resolve("trusted/certs");
    }

    /** The trusted certificates. */
    List<X509Certificate> trusted() throws IOException {
        return certificates(trustedCertificates());
    }

    /** Certificates that may link to a trusted one, but are not trusted themselves. */
    List<X509Certificate> issuers() throws IOException {
        return certificates(root.resolve("issuer/certs"));
    }

    /** The lists of revoked certificates. */
    List<X509CRL> revocations() throws IOException {
        var all = new ArrayList<X509CRL>();
        for (var folder : List.of("trusted/crl", "issuer/crl")) {
            for (var file : files(root.resolve(folder))) {
                try {
                    var bytes = new ByteArrayInputStream(Files.readAllBytes(file));
                    all.add((X509CRL) factory().generateCRL(bytes));
                } catch (CRLException e) {
                    log.warn("file={} is no CRL and is ignored: {}", file, e.getMessage());
                }
            }
        }
        return all;
    }

    /** Keeps a certificate that was not trusted; gives the file to move. */
    Path reject(X509Certificate certificate) throws IOException {
        var folder = root.resolve("rejected/certs");
        var file = folder.resolve(fileName(certificate));
        if (!Files.exists(file) && files(folder).size() < MAX_FILES) {
            try {
                write(file, certificate.getEncoded(), false);
            } catch (CertificateException e) {
                throw new IOException("the certificate can't be encoded", e);
            }
        }
        return file;
    }

    /** Writes a file aside and renames it into place. */
    static void write(Path file, byte[] bytes, boolean secret) throws IOException {
        Files.createDirectories(file.getParent());
        boolean posix = Files.getFileStore(file.getParent()).supportsFileAttributeView("posix");
        var permissions = PosixFilePermissions.fromString(secret ? "rw-------" : "rw-r--r--");
        var attribute = PosixFilePermissions.asFileAttribute(permissions);
        var aside =
                posix
                        ? Files.createTempFile(file.getParent(), ".new", "", attribute)
                        : Files.createTempFile(file.getParent(), ".new", "");
        Files.write(aside, bytes);
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String fileName(X509Certificate certificate) throws IOException {
        try {
            var print = MessageDigest.getInstance("SHA-1").digest(certificate.getEncoded());
            var name =
                    certificate
                            .getSubjectX500Principal()
                            .getName()
                            .replaceFirst("^.*?CN=([^,]*).*$", "$1")
                            .toLowerCase(Locale.ROOT)
                            .replaceAll("[^a-z0-9]+", "-");
            return name.substring(0, Math.min(name.length(), 60))
                    + "-"
                    + HexFormat.of().formatHex(print)
                    + ".der";
        } catch (GeneralSecurityException e) {
            throw new IOException("no name for the certificate's file", e);
        }
    }

    private static List<X509Certificate> certificates(Path folder) throws IOException {
        var all = new ArrayList<X509Certificate>();
        for (var file : files(folder)) {
            try {
                var bytes = new ByteArrayInputStream(Files.readAllBytes(file));
                for (var certificate : factory().generateCertificates(bytes)) {
                    all.add((X509Certificate) certificate);
                }
            } catch (CertificateException e) {
                log.warn("file={} is no certificate and is ignored: {}", file, e.getMessage());
            }
        }
        return all;
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        var found = new ArrayList<Path>();
        try (var stream = Files.newDirectoryStream(folder, "[!.]*")) {
            for (var file : stream) {
                if (found.size() == MAX_FILES) {
                    log.warn(
                            "folder={} holds more than {} files; the rest is ignored",
                            folder,
                            MAX_FILES);
                    break;
                }
                if (Files.isRegularFile(file) && Files.size(file) <= MAX_FILE_BYTES) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    private static CertificateFactory factory() {
        try {
            return CertificateFactory.getInstance("X.509");
        } catch (CertificateException e) {
            throw new IllegalStateException("every JDK knows X.509", e);
        }
    }
}
