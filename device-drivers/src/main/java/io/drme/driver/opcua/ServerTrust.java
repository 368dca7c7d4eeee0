package io.drme.driver.opcua;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.UaException;
import org.eclipse.milo.opcua.stack.core.security.CertificateValidator;
import org.eclipse.milo.opcua.stack.core.util.validation.CertificateValidationUtil;
import org.eclipse.milo.opcua.stack.core.util.validation.ValidationCheck;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a server is who it should be, by the trust folder (Part 4, 6.1.3).
 *
 * <p>A server whose own certificate a person put into the folder is known, whatever host name the
 * certificate gives: many devices come with a wrong one. One that is trusted through its authority
 * must name the host that we connect to. Safe for any thread.
 */
final class ServerTrust implements CertificateValidator {
    private static final Set<ValidationCheck> CHECKS =
            Set.of(
                    ValidationCheck.VALIDITY,
                    ValidationCheck.REVOCATION,
                    ValidationCheck.APPLICATION_URI);

    /** Enough of a thumbprint to be unique among a plant's servers, and to be typed. */
    private static final int SHORT_THUMBPRINT = 8;

    private final PkiFolder pki;
    private final String device;
    private final String url;
    private final AtomicReference<@Nullable String> refusal = new AtomicReference<>();

    /**
     * A check of one server.
     *
     * @param device who connects, as {@code drme-agent trust list} names it
     * @param url where to
     */
    ServerTrust(PkiFolder pki, String device, String url) {
        this.pki = pki;
        this.device = device;
        this.url = url;
    }

    /** Why the last certificate was refused, and what to do; null where none was. */
    @Nullable String refusal() {
        return refusal.get();
    }

    @Override
    public void validateCertificateChain(
            List<X509Certificate> chain,
            @Nullable String applicationUri,
            @Nullable String @Nullable [] hostNames)
            throws UaException {
        var certificate = chain.getFirst();
        var name = certificate.getSubjectX500Principal().getName();
        try {
            var trusted = pki.trusted();
            var path =
                    trusted.isEmpty()
                            ? null
                            : CertificateValidationUtil.buildTrustedCertPath(
                                    chain, trusted, pki.issuers());
            if (path == null) {
                throw new UaException(StatusCodes.Bad_CertificateUntrusted, "nothing is trusted");
            }
            CertificateValidationUtil.validateTrustedCertPath(
                    path.getCertPath(), path.getTrustAnchor(), pki.revocations(), CHECKS, false);
            if (applicationUri != null) {
                CertificateValidationUtil.checkApplicationUri(certificate, applicationUri);
            }
            if (hostNames != null && !trusted.contains(certificate)) {
                CertificateValidationUtil.checkHostnameOrIpAddress(certificate, hostNames);
            }
        } catch (UaException e) {
            throw refused(e, certificate, name);
        } catch (IOException e) {
            throw new UaException(
                    StatusCodes.Bad_CertificateInvalid,
                    "the trust folder %s can't be used: %s"
                            .formatted(pki.trustedCertificates(), e.getMessage()),
                    e);
        }
    }

    private UaException refused(UaException cause, X509Certificate certificate, String name) {
        long code = cause.getStatusCode().value();
        var message =
                "the server's certificate '%s' is refused: %s".formatted(name, cause.getMessage());
        if (code == StatusCodes.Bad_CertificateUntrusted
                || code == StatusCodes.Bad_SecurityChecksFailed
                || code == StatusCodes.Bad_CertificateChainIncomplete) {
            try {
                message =
                        "the server's certificate '%s' is not trusted; if it is the right one, run 'drme-agent trust add %s', or move %s to %s"
                                .formatted(
                                        name,
                                        PkiFolder.thumbprint(certificate)
                                                .substring(0, SHORT_THUMBPRINT),
                                        pki.reject(certificate, device, url),
                                        pki.trustedCertificates());
            } catch (IOException e) {
                message += "; it can't be kept for inspection: " + e.getMessage();
            }
        }
        refusal.set(message);
        return new UaException(code, message, cause);
    }
}
