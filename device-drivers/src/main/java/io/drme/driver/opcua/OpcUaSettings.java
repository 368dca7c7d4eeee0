package io.drme.driver.opcua;

import io.drme.config.Section;
import io.drme.driver.DriverSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What OPC UA adds to a device.
 *
 * @param url {@code opc.tcp://host:port/path}, the port always there
 * @param policy the one policy that is used
 * @param mode the one mode that is used
 * @param signIn who the agent says that it is
 * @param crossRead how often some nodes are read, to see that the server tells their changes; zero
 *     for never
 * @param pki folder of certificates and trust; {@code pki} under the gateway's data directory where
 *     empty
 */
public record OpcUaSettings(
        URI url,
        SecurityPolicyName policy,
        SecurityMode mode,
        SignIn signIn,
        Duration crossRead,
        Optional<Path> pki)
        implements DriverSettings {
    /** The port that IANA gave to OPC UA. */
    public static final int DEFAULT_PORT = 4840;

    /** Seldom enough to be no load, often enough to lose no shift's worth of data. */
    static final Duration DEFAULT_CROSS_READ = Duration.ofSeconds(30);

    private static final Duration MOST_CROSS_READ = Duration.ofHours(1);

    static OpcUaSettings read(Section device, String url) {
        var address = address(device, url);
        var crossRead =
                device.duration("cross-read", DEFAULT_CROSS_READ, Duration.ZERO, MOST_CROSS_READ);
        var section = device.section("security");
        if (section.isEmpty()) {
            return new OpcUaSettings(
                    address,
                    SecurityPolicyName.NONE,
                    SecurityMode.NONE,
                    new SignIn.Anonymous(),
                    crossRead,
                    Optional.empty());
        }
        var security = section.get();
        boolean named = security.has("policy");
        var policy = security.choice("policy", SecurityPolicyName.NONE);
        var mode =
                security.choice(
                        "mode",
                        policy == SecurityPolicyName.NONE
                                ? SecurityMode.NONE
                                : SecurityMode.SIGN_AND_ENCRYPT);
        checkTogether(security, named, policy, mode);
        var signIn = signIn(security);
        var pki = security.parsed("pki", "a path", OpcUaSettings::path);
        security.done();
        return new OpcUaSettings(address, policy, mode, signIn, crossRead, pki);
    }

    private static SignIn signIn(Section security) {
        var user = security.text("user", "");
        var password = security.parsed("password-file", "a path", OpcUaSettings::path);
        var certificate = security.parsed("user-certificate", "a path", OpcUaSettings::path);
        var key = security.parsed("user-key", "a path", OpcUaSettings::path);
        if (user.isEmpty() && password.isPresent()) {
            security.problem("password-file", "has no user; add user, or remove the file");
        }
        if (!user.isEmpty() && password.isEmpty()) {
            security.problem("user", "has no password-file; name the file that holds the password");
        }
        if (certificate.isPresent() && key.isEmpty()) {
            security.problem(
                    "user-certificate",
                    "has no user-key; name the file that holds its private key");
        }
        if (certificate.isEmpty() && key.isPresent()) {
            security.problem("user-key", "has no user-certificate; add it, or remove the key");
        }
        if (!user.isEmpty() && certificate.isPresent()) {
            security.problem("user-certificate", "can't be beside user: sign in by one of the two");
        }
        if (certificate.isPresent() && key.isPresent()) {
            return new SignIn.Certificate(certificate.get(), key.get());
        }
        return user.isEmpty() || password.isEmpty()
                ? new SignIn.Anonymous()
                : new SignIn.Password(user, password.get());
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(Path.of(text)).filter(p -> !text.isBlank());
        } catch (InvalidPathException _) {
            return Optional.empty();
        }
    }

    private static void checkTogether(
            Section security, boolean named, SecurityPolicyName policy, SecurityMode mode) {
        if (!named && mode != SecurityMode.NONE) {
            security.problem("mode", "needs a policy; add policy: basic256sha256");
        } else if (policy == SecurityPolicyName.NONE && mode != SecurityMode.NONE) {
            security.problem(
                    "mode", "policy none can't sign or encrypt; use policy: basic256sha256");
        } else if (policy != SecurityPolicyName.NONE && mode == SecurityMode.NONE) {
            security.problem("mode", "this policy needs mode sign or sign-and-encrypt");
        }
    }

    private static URI address(Section device, String url) {
        if (url.isBlank()) {
            return URI.create("opc.tcp://invalid:" + DEFAULT_PORT);
        }
        try {
            var uri = new URI(url);
            if (!"opc.tcp".equals(uri.getScheme()) || uri.getHost() == null) {
                device.problem(
                        "url",
                        "'%s' is no OPC UA address; expected opc.tcp://host:port/path"
                                .formatted(url));
                return URI.create("opc.tcp://invalid:" + DEFAULT_PORT);
            }
            int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
            return new URI("opc.tcp", null, uri.getHost(), port, uri.getPath(), null, null);
        } catch (URISyntaxException e) {
            device.problem(
                    "url",
                    "'%s' is no OPC UA address (%s); expected opc.tcp://host:port/path"
                            .formatted(url, e.getReason()));
            return URI.create("opc.tcp://invalid:" + DEFAULT_PORT);
        }
    }
}
