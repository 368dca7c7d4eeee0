package io.drme.sim.opcua;

import io.drme.config.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.milo.opcua.stack.core.security.SecurityPolicy;

/**
 * How the simulated server presents itself.
 *
 * @param path of its URL, empty or with a leading slash
 * @param policies of {@link #POLICIES}, at least one
 * @param anonymous whether it takes clients without a user
 * @param users passwords by user; no user can sign in by a password where it is empty
 * @param userCertificates folder of the certificates by which users can sign in; no user can where
 *     there is none
 * @param trustAll whether it takes any client certificate; otherwise those in its trust folder
 * @param pki folder of its certificate and trust; where the scenario names none, a place in the
 *     user's cache, so that a client that trusts it goes on doing so
 * @param tick how often values change
 */
record ServerOptions(
        String path,
        Set<String> policies,
        boolean anonymous,
        Map<String, String> users,
        Optional<Path> userCertificates,
        boolean trustAll,
        Path pki,
        Duration tick) {
    /** What a server may offer; the two last are broken, as old devices have them. */
    static final Map<String, SecurityPolicy> POLICIES = byName();

    /** What is offered where the scenario says nothing. */
    private static final Set<String> USUAL_POLICIES = Set.of("none", "basic256sha256");

    private static final Duration DEFAULT_TICK = Duration.ofMillis(100);
    private static final Duration LEAST_TICK = Duration.ofMillis(10);
    private static final Duration MOST_TICK = Duration.ofMinutes(1);

    private static Map<String, SecurityPolicy> byName() {
        var all = new LinkedHashMap<String, SecurityPolicy>();
        all.put("none", SecurityPolicy.None);
        all.put("basic256sha256", SecurityPolicy.Basic256Sha256);
        all.put("aes128-sha256-rsaoaep", SecurityPolicy.Aes128_Sha256_RsaOaep);
        all.put("aes256-sha256-rsapss", SecurityPolicy.Aes256_Sha256_RsaPss);
        all.put("basic128rsa15", SecurityPolicy.Basic128Rsa15);
        all.put("basic256", SecurityPolicy.Basic256);
        return Collections.unmodifiableMap(all);
    }

    static ServerOptions read(Section device, String name, Path directory) {
        var path = device.text("path", "");
        if (!path.isEmpty() && !path.matches("/[A-Za-z0-9/_.-]*")) {
            device.problem("path", "'%s' is no path; expected for example /boiler".formatted(path));
        }
        var policies = new TreeSet<>(device.texts("security"));
        if (!POLICIES.keySet().containsAll(policies)) {
            device.problem(
                    "security",
                    "%s is not known; allowed: %s"
                            .formatted(policies, String.join(", ", POLICIES.keySet())));
        }
        boolean anonymous = device.bool("anonymous", true);
        var users =
                device.text("users-file")
                        .map(f -> users(device, directory.resolve(f)))
                        .orElse(Map.of());
        var userCertificates = device.text("user-certificates").map(directory::resolve);
        if (!anonymous && users.isEmpty() && userCertificates.isEmpty()) {
            device.problem(
                    "anonymous",
                    "nobody could sign in; add users-file or user-certificates, or allow anonymous");
        }
        boolean trustAll = device.bool("trust-all", true);
        var pki = device.text("pki").map(directory::resolve).orElseGet(() -> cache(name));
        var tick = device.duration("tick", DEFAULT_TICK, LEAST_TICK, MOST_TICK);
        return new ServerOptions(
                path,
                policies.isEmpty() ? USUAL_POLICIES : policies,
                anonymous,
                users,
                userCertificates,
                trustAll,
                pki,
                tick);
    }

    /** Whether nothing is encrypted or signed. */
    boolean needsNoCertificate() {
        return users.isEmpty() && userCertificates.isEmpty() && policies.equals(Set.of("none"));
    }

    /** Outside the scenario's folder, which may be read-only or anybody's. */
    private static Path cache(String name) {
        var cache = System.getenv("XDG_CACHE_HOME");
        var home = Path.of(System.getProperty("user.home"));
        return (cache == null || cache.isBlank() ? home.resolve(".cache") : Path.of(cache))
                .resolve("drme-sim/pki")
                .resolve(name);
    }

    private static Map<String, String> users(Section device, Path file) {
        var users = new LinkedHashMap<String, String>();
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            device.problem("users-file", "can't read %s: %s".formatted(file, e));
            return Map.of();
        }
        for (var line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                users.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return users;
    }
}
