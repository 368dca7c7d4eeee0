package io.drme.driver.opcua;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
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

    /** A certificate and the file that holds it, which may hold others too. */
    record Kept(Path file, X509Certificate certificate) {}

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

    /** Whether there are key and certificate of ours. */
    boolean hasOwn() {
        return Files.exists(ownKey()) && Files.exists(ownCertificate());
    }

    /** A file to lock while both are made. */
    FileChannel openLock() throws IOException {
        var file = root.resolve("own/.making");
        makeFolder(folderOf(file));
        var open = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        giveToOwnerOf(folderOf(file), file);
        return open;
    }

    /** Where a person puts the certificates of servers and authorities to be trusted. */
    Path trustedCertificates() {
        return root.resolve("trusted/certs");
    }

    /** The trusted certificates. */
    List<X509Certificate> trusted() throws IOException {
        return certificates(trustedCertificates());
    }

    /** The trusted certificates with the files that hold them. */
    List<Kept> trustedFiles() throws IOException {
        return kept(trustedCertificates());
    }

    /** The certificates that were not trusted, with the files that hold them. */
    List<Kept> rejectedFiles() throws IOException {
        return kept(rejectedCertificates());
    }

    private Path rejectedCertificates() {
        return root.resolve("rejected/certs");
    }

    /** Who met which rejected certificate: a file for each pair, as old as the first time. */
    private Path refusalNotes() {
        return root.resolve("rejected/refusals");
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

    /**
     * Keeps a certificate that was not trusted, and who met it.
     *
     * @return the file to move
     */
    Path reject(X509Certificate certificate, String device, String url) throws IOException {
        var folder = rejectedCertificates();
        var file = folder.resolve(fileName(certificate));
        if (!Files.exists(file)) {
            if (files(folder).size() >= MAX_FILES) {
                return file;
            }
            write(file, encoded(certificate), false);
        }
        // Once for each pair: a device that is refused tries again for days, and flash wears.
        var note =
                refusalNotes()
                        .resolve(
                                thumbprint(certificate)
                                        + "-"
                                        + device.replaceAll("[^A-Za-z0-9._-]", "_"));
        if (!Files.exists(note) && files(refusalNotes()).size() < MAX_FILES) {
            write(note, (device + "\n" + url + "\n").getBytes(StandardCharsets.UTF_8), false);
        }
        return file;
    }

    /** Who met a rejected certificate, the first first; empty where it is not known. */
    List<TrustStore.Refusal> refusals(String thumbprint) throws IOException {
        var all = new ArrayList<TrustStore.Refusal>();
        for (var note : notes(thumbprint)) {
            var lines = new String(Files.readAllBytes(note), StandardCharsets.UTF_8).lines();
            var words = lines.limit(2).toList();
            if (words.size() == 2) {
                var since = Files.getLastModifiedTime(note).toInstant();
                all.add(new TrustStore.Refusal(words.getFirst(), words.getLast(), since));
            }
        }
        all.sort(
                Comparator.comparing(TrustStore.Refusal::since)
                        .thenComparing(TrustStore.Refusal::device));
        return all;
    }

    private List<Path> notes(String thumbprint) throws IOException {
        return files(refusalNotes()).stream()
                .filter(f -> f.getFileName().toString().startsWith(thumbprint + "-"))
                .toList();
    }

    /**
     * Trusts a certificate from the next connect on; it is no longer among the rejected then.
     *
     * @return the file that holds it now
     */
    Path trust(X509Certificate certificate) throws IOException {
        var file = trustedCertificates().resolve(fileName(certificate));
        write(file, encoded(certificate), false);
        Files.deleteIfExists(rejectedCertificates().resolve(file.getFileName()));
        for (var note : notes(thumbprint(certificate))) {
            Files.deleteIfExists(note);
        }
        return file;
    }

    /** The SHA-1 of the certificate in lower-case hexadecimal, by which OPC UA tools know it. */
    static String thumbprint(X509Certificate certificate) throws IOException {
        try {
            var print = MessageDigest.getInstance("SHA-1").digest(encoded(certificate));
            return HexFormat.of().formatHex(print);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK knows SHA-1", e);
        }
    }

    private static byte[] encoded(X509Certificate certificate) throws IOException {
        try {
            return certificate.getEncoded();
        } catch (CertificateException e) {
            throw new IOException("the certificate can't be encoded", e);
        }
    }

    /** Writes a file aside and renames it into place. */
    static void write(Path file, byte[] bytes, boolean secret) throws IOException {
        makeFolder(folderOf(file));
        boolean posix = Files.getFileStore(file.getParent()).supportsFileAttributeView("posix");
        var permissions = PosixFilePermissions.fromString(secret ? "rw-------" : "rw-r--r--");
        var attribute = PosixFilePermissions.asFileAttribute(permissions);
        var aside =
                posix
                        ? Files.createTempFile(file.getParent(), ".new", "", attribute)
                        : Files.createTempFile(file.getParent(), ".new", "");
        Files.write(aside, bytes);
        giveToOwnerOf(folderOf(file), aside);
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNull(file.getParent(), "all are below the root");
    }

    private static void makeFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        var above = folder.getParent();
        if (above != null) {
            makeFolder(above);
        }
        Files.createDirectories(folder);
        if (above != null) {
            giveToOwnerOf(above, folder);
        }
    }

    /**
     * What root makes by a command must be readable by the agent, which is not root; anybody else
     * may not give files away, and then nothing is done.
     */
    static void giveToOwnerOf(Path folder, Path made) throws IOException {
        var owner = Files.getOwner(folder);
        if (!owner.equals(Files.getOwner(made))) {
            try {
                Files.setOwner(made, owner);
            } catch (IOException e) {
                log.debug("file={} stays with its owner: {}", made, e.toString());
            }
        }
    }

    private static String fileName(X509Certificate certificate) throws IOException {
        var name =
                certificate
                        .getSubjectX500Principal()
                        .getName()
                        .replaceFirst("^.*?CN=([^,]*).*$", "$1")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9]+", "-");
        return name.substring(0, Math.min(name.length(), 60))
                + "-"
                + thumbprint(certificate)
                + ".der";
    }

    private static List<X509Certificate> certificates(Path folder) throws IOException {
        return kept(folder).stream().map(Kept::certificate).toList();
    }

    private static List<Kept> kept(Path folder) throws IOException {
        var all = new ArrayList<Kept>();
        for (var file : files(folder)) {
            try {
                read(file).forEach(c -> all.add(new Kept(file, c)));
            } catch (CertificateException e) {
                log.warn("file={} is no certificate and is ignored: {}", file, e.getMessage());
            }
        }
        return all;
    }

    /** The certificates of a file, DER or PEM; the file must be of a bearable size. */
    static List<X509Certificate> read(Path file) throws IOException, CertificateException {
        var all = new ArrayList<X509Certificate>();
        var bytes = new ByteArrayInputStream(Files.readAllBytes(file));
        for (var certificate : factory().generateCertificates(bytes)) {
            all.add((X509Certificate) certificate);
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
