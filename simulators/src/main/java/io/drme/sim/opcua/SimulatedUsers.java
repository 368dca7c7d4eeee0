package io.drme.sim.opcua;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import org.eclipse.milo.opcua.sdk.server.identity.AnonymousIdentityValidator;
import org.eclipse.milo.opcua.sdk.server.identity.CompositeValidator;
import org.eclipse.milo.opcua.sdk.server.identity.IdentityValidator;
import org.eclipse.milo.opcua.sdk.server.identity.UsernameIdentityValidator;
import org.eclipse.milo.opcua.sdk.server.identity.X509IdentityValidator;
import org.eclipse.milo.opcua.stack.core.security.SecurityPolicy;
import org.eclipse.milo.opcua.stack.core.types.enumerated.UserTokenType;
import org.eclipse.milo.opcua.stack.core.types.structured.UserTokenPolicy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may sign in to the simulated server, and how it says so. Files of users' certificates are
 * read at each sign-in.
 */
record SimulatedUsers(ServerOptions options) {
    private static final Logger log = LoggerFactory.getLogger(SimulatedUsers.class);

    /** What decides over one who signs in. */
    IdentityValidator validator() {
        var validators = new ArrayList<IdentityValidator>();
        if (options.anonymous()) {
            validators.add(AnonymousIdentityValidator.INSTANCE);
        }
        validators.add(
                new UsernameIdentityValidator(
                        c -> isRight(c.getUsername(), String.valueOf(c.getPassword()))));
        options.userCertificates()
                .ifPresent(folder ->
                        validators.add(new X509IdentityValidator(c -> isKnown(folder, c))));
        return new CompositeValidator(validators);
    }

    private boolean isRight(String user, String password) {
        var known = options.users().get(user);
        return known != null
                && MessageDigest.isEqual(
                        known.getBytes(StandardCharsets.UTF_8),
                        password.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isKnown(Path folder, X509Certificate certificate) {
        try (var files = Files.newDirectoryStream(folder)) {
            for (var file : files) {
                if (certificate.equals(read(file))) {
                    return true;
                }
            }
        } catch (IOException | CertificateException e) {
            log.warn("user-certificates={} can't be read: {}", folder, e.toString());
        }
        return false;
    }

    private static X509Certificate read(Path file) throws IOException, CertificateException {
        try (var in = Files.newInputStream(file)) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    /** How one may sign in, for a client to choose from. */
    UserTokenPolicy[] tokens() {
        var tokens = new ArrayList<UserTokenPolicy>();
        if (options.anonymous()) {
            tokens.add(token("anonymous", UserTokenType.Anonymous, null));
        }
        var policy = SecurityPolicy.Basic256Sha256.getUri();
        if (!options.users().isEmpty()) {
            tokens.add(token("user", UserTokenType.UserName, policy));
        }
        if (options.userCertificates().isPresent()) {
            tokens.add(token("certificate", UserTokenType.Certificate, policy));
        }
        return tokens.toArray(UserTokenPolicy[]::new);
    }

    private static UserTokenPolicy token(String id, UserTokenType type, @Nullable String policy) {
        return new UserTokenPolicy(id, type, null, null, policy);
    }
}
