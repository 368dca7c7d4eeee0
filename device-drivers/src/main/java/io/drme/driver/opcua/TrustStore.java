package io.drme.driver.opcua;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The certificates of OPC UA servers that were met, and our own, for a person who decides whom to
 * trust. An agent that runs meanwhile reads the same files at its next connect.
 *
 * <p>Reads and writes files; safe for any thread.
 */
public final class TrustStore {
    /** Fewer digits than this are met by chance, or by a device's name. */
    private static final int LEAST_DIGITS = 4;

    private static final int PEM_COLUMNS = 64;

    private final List<PkiFolder> folders;

    /**
     * A certificate of a server.
     *
     * @param trusted whether the server is trusted; otherwise it was refused
     * @param thumbprint SHA-1 in 40 lower-case hexadecimal digits
     * @param subject whose it is, as RFC 2253 writes it
     * @param validUntil when it ends
     * @param refusals who met it while it was not trusted, the first first; empty where trusted
     * @param file what holds it
     */
    public record Entry(
            boolean trusted,
            String thumbprint,
            String subject,
            Instant validUntil,
            List<Refusal> refusals,
            Path file) {}

    /**
     * A device that did not connect because of the certificate.
     *
     * @param device its name in the configuration
     * @param url where its server is
     * @param since the first time
     */
    public record Refusal(String device, String url, Instant since) {}

    /**
     * Our own certificate, which a server's administrator has to trust.
     *
     * @param thumbprint SHA-1 in 40 lower-case hexadecimal digits
     * @param pem the certificate between its two marker lines, ends with a line feed
     * @param file where it lies, in DER
     * @param validUntil when it ends
     * @param made whether there was none before this call
     */
    public record Own(String thumbprint, String pem, Path file, Instant validUntil, boolean made) {}

    private record Held(PkiFolder folder, X509Certificate certificate, Entry entry) {}

    /**
     * The certificates in these folders.
     *
     * @param folders at least one; our own certificate and those from files belong to the first
     */
    public TrustStore(List<Path> folders) {
        if (folders.isEmpty()) {
            throw new IllegalArgumentException("no folder of certificates");
        }
        this.folders = folders.stream().map(PkiFolder::new).toList();
    }

    /** All certificates of servers, the refused first. */
    public List<Entry> entries() throws IOException {
        return held().stream().map(Held::entry).toList();
    }

    private List<Held> held() throws IOException {
        var all = new ArrayList<Held>();
        for (var folder : folders) {
            var trusted = folder.trustedFiles();
            for (var kept : folder.rejectedFiles()) {
                var print = PkiFolder.thumbprint(kept.certificate());
                // Copied instead of moved, by a person.
                if (trusted.stream().noneMatch(t -> t.certificate().equals(kept.certificate()))) {
                    all.add(held(folder, kept, false, folder.refusals(print)));
                }
            }
            for (var kept : trusted) {
                all.add(held(folder, kept, true, List.of()));
            }
        }
        all.sort(
                Comparator.comparing((Held h) -> h.entry().trusted())
                        .thenComparing(h -> h.entry().subject())
                        .thenComparing(h -> h.entry().thumbprint()));
        return all;
    }

    private static Held held(
            PkiFolder folder, PkiFolder.Kept kept, boolean trusted, List<Refusal> refusals)
            throws IOException {
        var entry = entry(kept.certificate(), kept.file(), trusted, refusals);
        return new Held(folder, kept.certificate(), entry);
    }

    private static Entry entry(
            X509Certificate certificate, Path file, boolean trusted, List<Refusal> refusals)
            throws IOException {
        return new Entry(
                trusted,
                PkiFolder.thumbprint(certificate),
                certificate.getSubjectX500Principal().getName(),
                certificate.getNotAfter().toInstant(),
                refusals,
                file);
    }

    /**
     * Trusts a certificate that was refused, from the next connect on. One that is trusted already
     * stays so.
     *
     * @param wanted the name of the device that was refused, or a thumbprint, or as many of its
     *     first digits as no other has
     * @return it as it is now; empty where neither a device nor a certificate is called so
     * @throws TrustException where more than one is meant
     */
    public Optional<Entry> trust(String wanted) throws IOException, TrustException {
        var met =
                held().stream()
                        .filter(h ->
                                h.entry().refusals().stream()
                                        .anyMatch(r -> r.device().equals(wanted)))
                        .toList();
        var found = met.isEmpty() ? byThumbprint(wanted) : met;
        if (found.isEmpty()) {
            return Optional.empty();
        }
        if (found.stream().map(h -> h.entry().thumbprint()).distinct().count() > 1) {
            throw new TrustException(
                    "'%s' stands for %d certificates; name one by its thumbprint:%n%s"
                            .formatted(wanted, found.size(), choice(found)));
        }
        var refused = found.stream().filter(h -> !h.entry().trusted()).toList();
        if (refused.isEmpty()) {
            return Optional.of(found.getFirst().entry());
        }
        var files = new ArrayList<Path>();
        for (var one : refused) {
            files.add(one.folder().trust(one.certificate()));
        }
        return Optional.of(
                entry(refused.getFirst().certificate(), files.getFirst(), true, List.of()));
    }

    private List<Held> byThumbprint(String wanted) throws IOException {
        var digits = wanted.toLowerCase(Locale.ROOT).replaceAll("[: ]", "");
        if (digits.length() < LEAST_DIGITS) {
            return List.of();
        }
        return held().stream().filter(h -> h.entry().thumbprint().startsWith(digits)).toList();
    }

    private static String choice(List<Held> found) {
        return found.stream()
                .map(Held::entry)
                .map(e ->
                        "  %s  %s  valid until %s"
                                .formatted(e.thumbprint(), e.subject(), e.validUntil()))
                .distinct()
                .collect(Collectors.joining(System.lineSeparator()));
    }

    /**
     * Trusts the one certificate of a file, from the next connect on.
     *
     * @param file X.509 as PEM or DER
     * @throws TrustException where it holds something else, or more
     */
    public Entry trust(Path file) throws IOException, TrustException {
        if (Files.size(file) > PkiFolder.MAX_FILE_BYTES) {
            throw new TrustException(
                    "%s is no certificate: it is longer than %d bytes; expected one X.509 certificate as PEM or DER"
                            .formatted(file, PkiFolder.MAX_FILE_BYTES));
        }
        List<X509Certificate> certificates;
        try {
            certificates = PkiFolder.read(file);
        } catch (CertificateException e) {
            throw new TrustException(
                    "%s is no certificate (%s); expected one X.509 certificate as PEM or DER, as the server's tool exports it"
                            .formatted(file, e.getMessage()),
                    e);
        }
        if (certificates.size() != 1) {
            throw new TrustException(
                    "%s holds %d certificates, expected one; give the server's own, or the authority's, in a file by itself"
                            .formatted(file, certificates.size()));
        }
        var certificate = certificates.getFirst();
        for (var held : held()) { // by whatever name a person gave the file
            if (held.entry().trusted() && held.certificate().equals(certificate)) {
                return held.entry();
            }
        }
        return entry(certificate, folders.getFirst().trust(certificate), true, List.of());
    }

    /**
     * Our certificate; made where there is none, as at the first connect to a server with a policy.
     *
     * @throws TrustException where what is there can't be used
     */
    public Own own() throws IOException, TrustException {
        var pki = folders.getFirst();
        boolean made = !pki.hasOwn();
        try {
            if (made) {
                var _ = ClientIdentity.in(pki);
            }
            var own = PkiFolder.read(pki.ownCertificate());
            if (own.size() != 1) {
                throw new CertificateException("it holds %d certificates".formatted(own.size()));
            }
            var certificate = own.getFirst();
            var encoder =
                    Base64.getMimeEncoder(PEM_COLUMNS, "\n".getBytes(StandardCharsets.US_ASCII));
            return new Own(
                    PkiFolder.thumbprint(certificate),
                    "-----BEGIN CERTIFICATE-----%n%s%n-----END CERTIFICATE-----%n"
                            .formatted(encoder.encodeToString(certificate.getEncoded()))
                            .replace(System.lineSeparator(), "\n"),
                    pki.ownCertificate(),
                    certificate.getNotAfter().toInstant(),
                    made);
        } catch (GeneralSecurityException e) {
            throw new TrustException(
                    "our certificate %s can't be used: %s; both files of pki/own are made anew when they are gone"
                            .formatted(pki.ownCertificate(), e.getMessage()),
                    e);
        }
    }
}
