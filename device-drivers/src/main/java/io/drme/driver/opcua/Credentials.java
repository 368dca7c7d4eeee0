package io.drme.driver.opcua;

import io.drme.driver.DriverException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.List;
import org.eclipse.milo.opcua.sdk.client.identity.AnonymousProvider;
import org.eclipse.milo.opcua.sdk.client.identity.IdentityProvider;
import org.eclipse.milo.opcua.sdk.client.identity.UsernameProvider;
import org.eclipse.milo.opcua.sdk.client.identity.X509IdentityProvider;
import org.eclipse.milo.opcua.stack.core.types.enumerated.MessageSecurityMode;
import org.eclipse.milo.opcua.stack.core.types.enumerated.UserTokenType;
import org.eclipse.milo.opcua.stack.core.types.structured.EndpointDescription;
import org.eclipse.milo.opcua.stack.core.types.structured.UserTokenPolicy;

/**
 * What a user signs in with, read from files at each connect, and in which form a server may have
 * it. Nothing is read or sent before the server's offer was looked at.
 */
final class Credentials {
    private static final int MAX_PASSWORD_FILE_BYTES = 4_096;
    private static final int MAX_KEY_FILE_BYTES = 64 << 10;

    private final OpcUaSettings settings;
    private final Steps steps;

    Credentials(OpcUaSettings settings, Steps steps) {
        this.settings = settings;
        this.steps = steps;
    }

    /** Reads what there is to read; throws away what it reads but says what is wrong with it. */
    IdentityProvider forEndpoint(EndpointDescription endpoint, ServerTrust trust)
            throws DriverException {
        return switch (settings.signIn()) {
            case SignIn.Anonymous _ -> anonymous(endpoint);
            case SignIn.Password password -> password(password, endpoint, trust);
            case SignIn.Certificate certificate -> certificate(certificate, endpoint, trust);
        };
    }

    /** Tells what is wrong with the files before anybody is asked for anything. */
    void check() throws DriverException {
        switch (settings.signIn()) {
            case SignIn.Anonymous _ -> {}
            case SignIn.Password password -> {
                var _ = secret(password.file());
            }
            case SignIn.Certificate certificate -> {
                var _ = user(certificate);
            }
        }
    }

    private IdentityProvider anonymous(EndpointDescription endpoint) throws DriverException {
        var tokens = tokens(endpoint);
        if (!tokens.isEmpty() && !offers(tokens, UserTokenType.Anonymous)) {
            throw steps.refused(
                    offers(tokens, UserTokenType.UserName)
                            ? "the server takes no anonymous clients; add security.user and password-file"
                            : "the server takes no anonymous clients, and no passwords; add security.user-certificate and user-key",
                    null);
        }
        return AnonymousProvider.INSTANCE;
    }

    private static List<UserTokenPolicy> tokens(EndpointDescription endpoint) {
        var tokens = endpoint.getUserIdentityTokens();
        return tokens == null ? List.of() : Arrays.asList(tokens);
    }

    private static boolean offers(List<UserTokenPolicy> tokens, UserTokenType type) {
        return tokens.stream().anyMatch(t -> t.getTokenType() == type);
    }

    private IdentityProvider password(
            SignIn.Password password, EndpointDescription endpoint, ServerTrust trust)
            throws DriverException {
        var secret = secret(password.file());
        var usable =
                tokens(endpoint).stream()
                        .filter(t -> t.getTokenType() == UserTokenType.UserName)
                        .filter(t -> isKept(t, endpoint))
                        .findFirst();
        if (usable.isEmpty()) {
            throw steps.refused(
                    "the server would take the password unencrypted, by a broken policy or not at all;"
                            + " use security.policy: basic256sha256 with mode: sign-and-encrypt",
                    null);
        }
        installFor(usable.get(), endpoint);
        return new UsernameProvider(
                password.user(),
                () -> secret.getBytes(StandardCharsets.UTF_8),
                trust,
                _ -> usable.get());
    }

    /** Whether nobody on the line can read what goes by this token. */
    private boolean isKept(UserTokenPolicy token, EndpointDescription endpoint) {
        return endpoint.getSecurityMode() == MessageSecurityMode.SignAndEncrypt
                || isStrong(policy(token, endpoint));
    }

    /** A broken one counts where the file names it. */
    private boolean isStrong(String uri) {
        return Arrays.stream(SecurityPolicyName.values())
                .filter(p -> p != SecurityPolicyName.NONE && p.uri().equals(uri))
                .anyMatch(p -> !p.isWeak() || p == settings.policy());
    }

    private static String policy(UserTokenPolicy token, EndpointDescription endpoint) {
        var own = token.getSecurityPolicyUri();
        var policy = own == null || own.isEmpty() ? endpoint.getSecurityPolicyUri() : own;
        return policy == null ? SecurityPolicyName.NONE.uri() : policy;
    }

    private static void installFor(UserTokenPolicy token, EndpointDescription endpoint) {
        if (SecurityPolicyName.AES256_SHA256_RSAPSS.uri().equals(policy(token, endpoint))) {
            Pss.install();
        }
    }

    private IdentityProvider certificate(
            SignIn.Certificate files, EndpointDescription endpoint, ServerTrust trust)
            throws DriverException {
        var user = user(files);
        // Milo takes the first one that there is.
        var token =
                tokens(endpoint).stream()
                        .filter(t -> t.getTokenType() == UserTokenType.Certificate)
                        .findFirst();
        if (token.isEmpty()) {
            throw steps.refused(
                    "the server takes no user certificates; use security.user and password-file",
                    null);
        }
        if (!isStrong(policy(token.get(), endpoint))) {
            throw steps.refused(
                    "the server would take the user certificate without a proof that holds;"
                            + " use security.policy: basic256sha256",
                    null);
        }
        if (settings.policy() == SecurityPolicyName.NONE) {
            // What we sign could be handed on by a server that is not the one we mean.
            Connector.checkServer(endpoint, trust, settings, steps);
        }
        installFor(token.get(), endpoint);
        return new X509IdentityProvider(user.chain(), user.key());
    }

    private record User(List<X509Certificate> chain, PrivateKey key) {}

    private User user(SignIn.Certificate files) throws DriverException {
        var chain = chain(files.certificate());
        var own = chain.getFirst();
        var key = key(files.key());
        if (!(own.getPublicKey() instanceof RSAPublicKey open
                && key instanceof RSAPrivateKey secret
                && open.getModulus().equals(secret.getModulus()))) {
            throw steps.refused(
                    "security.user-key %s is not the key of %s; name the two that were made together"
                            .formatted(files.key(), files.certificate()),
                    null);
        }
        return new User(chain, key);
    }

    private List<X509Certificate> chain(Path file) throws DriverException {
        var bytes = bytes(file, "user certificate", MAX_KEY_FILE_BYTES);
        try {
            var found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(bytes));
            var chain =
                    found.stream()
                            .filter(X509Certificate.class::isInstance)
                            .map(X509Certificate.class::cast)
                            .toList();
            if (chain.isEmpty()) {
                throw new GeneralSecurityException("there is none in it");
            }
            return chain;
        } catch (GeneralSecurityException e) {
            throw steps.refused(
                    "%s is no certificate (%s); expected X.509 as PEM or DER"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    private PrivateKey key(Path file) throws DriverException {
        try {
            return PrivateKeys.read(bytes(file, "user key", MAX_KEY_FILE_BYTES));
        } catch (GeneralSecurityException e) {
            throw steps.refused(
                    "%s is no private key that can be used (%s); expected RSA, not encrypted, as PEM or DER"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    private String secret(Path file) throws DriverException {
        var bytes = bytes(file, "password file", MAX_PASSWORD_FILE_BYTES);
        var lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
        if (lines.isEmpty() || lines.getFirst().isEmpty()) {
            throw steps.refused(
                    "%s is empty; write the password into its first line".formatted(file), null);
        }
        return lines.getFirst();
    }

    private byte[] bytes(Path file, String what, int most) throws DriverException {
        try {
            if (Files.size(file) > most) {
                throw steps.refused(
                        "%s is no %s: it is longer than %d bytes".formatted(file, what, most),
                        null);
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw steps.refused(
                    "the %s %s can't be read (%s); let the agent's user read it"
                            .formatted(what, file, e),
                    e);
        }
    }
}
