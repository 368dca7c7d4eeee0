package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.config.Node;
import io.drme.config.Quantities;
import io.drme.driver.Commissioning;
import io.drme.driver.DriverException;
import io.drme.driver.DriverFactory;
import io.drme.driver.TestDevice;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.config.LastGood;
import io.drme.log.StoreConfig;
import io.drme.time.SystemClock;
import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What {@code probe}, {@code read} and {@code browse} share: a device that nobody configured. */
@Command
abstract class DeviceCommands implements Callable<Integer> {
    private static final Duration LEAST_TIMEOUT = Duration.ofMillis(10);

    /** As long as nobody waits in front of a screen. */
    private static final Duration MOST_TIMEOUT = Duration.ofHours(1);

    @ParentCommand private @Nullable Main top;

    @Spec private @Nullable CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "URL",
            description =
                    "tcp://host:502, rtu-tcp://host:4001 or rtu:///dev/ttyUSB0?baud=19200&parity=even (modbus), opc.tcp://host:4840 (opcua), sim://host:9300 or chip:///dev/gpiochip0 (gpio), mqtt://host:1883 or mqtts://host:8883 (mqtt).")
    private String url = "";

    @Option(
            names = "--unit-id",
            paramLabel = "N",
            description = "Modbus: the unit behind the connection; default: 1.")
    private @Nullable Integer unitId;

    @Option(
            names = "--base",
            paramLabel = "0|1",
            description = "Modbus: 1 where addresses count from 1; default: 0.")
    private @Nullable Integer base;

    @Option(
            names = "--policy",
            paramLabel = "P",
            description = "OPC UA: security policy, such as basic256sha256; default: none.")
    private @Nullable String policy;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "OPC UA, MQTT: name to sign in with.")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "OPC UA, MQTT: a file with the password in its first line.")
    private @Nullable Path passwordFile;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "MQTT: PEM file with the authority of the broker's certificate.")
    private @Nullable Path ca;

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            description = "MQTT: PEM file with our certificate, where the broker wants one.")
    private @Nullable Path certificate;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "MQTT: PEM file with its private key, PKCS 8.")
    private @Nullable Path key;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "2s",
            description = "Bounds each request; default: ${DEFAULT-VALUE}.")
    private String timeout = "2s";

    final Main top() {
        return Objects.requireNonNull(top, "set by picocli");
    }

    final String url() {
        return url;
    }

    final PrintWriter out() {
        return Objects.requireNonNull(spec, "set by picocli").commandLine().getOut();
    }

    final PrintWriter err() {
        return Objects.requireNonNull(spec, "set by picocli").commandLine().getErr();
    }

    /** The factory whose devices have such a URL. */
    final DriverFactory factory() throws CommandException {
        int colon = url.indexOf(':');
        var scheme = colon < 0 ? "" : url.substring(0, colon);
        var factories = new GatewayConfigReader(List.of()).factories();
        var known =
                factories.values().stream()
                        .flatMap(f -> f.schemes().stream())
                        .sorted()
                        .collect(Collectors.joining(", "));
        return factories.values().stream()
                .filter(f -> f.schemes().contains(scheme))
                .findFirst()
                .orElseThrow(() ->
                        CommandException.wrongUsage(
                                "'%s' is no URL of a device; it begins with one of: %s; for example tcp://10.0.4.17:502"
                                        .formatted(url, known)));
    }

    final Commissioning commissioning(DriverFactory factory) throws CommandException {
        return factory.commissioning()
                .orElseThrow(() ->
                        CommandException.wrongUsage(
                                "'%s' can't be tried by command; configure the device and ask 'drme-agent devices'"
                                        .formatted(url)));
    }

    /** An option's time, within its limits. */
    static Duration time(String option, String text, Duration least, Duration most)
            throws CommandException {
        return Quantities.duration(text)
                .filter(t -> t.compareTo(least) >= 0 && t.compareTo(most) <= 0)
                .orElseThrow(() ->
                        CommandException.wrongUsage(
                                "%s '%s' is not a time with its unit from %s to %s, such as 500ms or 2s"
                                        .formatted(
                                                option,
                                                text,
                                                Quantities.text(least),
                                                Quantities.text(most))));
    }

    final TestDevice device(DriverFactory factory, Path directory) throws CommandException {
        var limit = time("--timeout", timeout, LEAST_TIMEOUT, MOST_TIMEOUT);
        return new TestDevice(
                factory, url, keys(), new TestDevice.Access(limit, directory, new SystemClock()));
    }

    private Map<String, Node> keys() {
        var keys = new LinkedHashMap<String, Node>();
        put(keys, "unit-id", unitId);
        put(keys, "base", base);
        var security = new LinkedHashMap<String, Node>();
        put(security, "policy", policy);
        // A broker has no section for it, as its keys are those of any TLS line.
        var signIn = url.startsWith("mqtt") ? keys : security;
        put(signIn, "user", user);
        put(signIn, "password-file", passwordFile);
        put(keys, "ca", ca);
        put(keys, "certificate", certificate);
        put(keys, "key", key);
        if (!security.isEmpty()) {
            keys.put("security", TestDevice.mapping(security));
        }
        return keys;
    }

    private static void put(Map<String, Node> keys, String key, @Nullable Object value) {
        if (value != null) {
            keys.put(key, TestDevice.text(value.toString()));
        }
    }

    @Override
    public final Integer call() throws CommandException, InterruptedException {
        try {
            return inFolder();
        } catch (InvalidConfigException e) {
            e.problems()
                    .forEach(p ->
                            err().println(
                                            "drme-agent: "
                                                    + (p.key().isEmpty() ? "" : p.key() + ": ")
                                                    + p.message()));
            return CommandLine.ExitCode.USAGE;
        } catch (DriverException e) {
            throw new CommandException(e.getMessage() + sharing());
        } catch (IOException e) {
            throw new CommandException("a folder for certificates can't be made: " + e);
        }
    }

    /** With a data directory the agent's certificate and trust are used, otherwise none is kept. */
    private int inFolder()
            throws InvalidConfigException,
                    DriverException,
                    CommandException,
                    InterruptedException,
                    IOException {
        var data = top().data();
        if (data != null) {
            return run(data);
        }
        var folder = Files.createTempDirectory("drme-agent");
        try {
            return run(folder);
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        var all = new ArrayList<Path>();
        try (var walk = Files.walk(folder)) {
            walk.forEach(all::addFirst);
        }
        for (var path : all) {
            Files.deleteIfExists(path);
        }
    }

    abstract int run(Path directory)
            throws InvalidConfigException,
                    DriverException,
                    CommandException,
                    InterruptedException,
                    IOException;

    /** What a person has to know where an agent may hold the device; empty where none does. */
    final String sharing() {
        var data = top().data();
        var directory = data == null ? StoreConfig.DEFAULT_DIRECTORY : data;
        if (!Files.exists(directory.resolve("address")) || !new LastGood(directory).exists()) {
            return "";
        }
        try {
            var held =
                    new GatewayConfigReader(SystemTags.device().tags())
                            .read(new LastGood(directory).file()).devices().stream()
                                    .filter(d -> place(d.url()).equals(place(url)))
                                    .map(d -> d.name())
                                    .toList();
            return held.isEmpty()
                    ? ""
                    : ("%nnote: the agent of %s reads this device as '%s'. A device that takes one connection only refuses the second;"
                                    + " then stop the agent for the time, or ask it: drme-agent why %s/TAG --data %s")
                            .formatted(
                                    directory,
                                    String.join("', '", held),
                                    held.getFirst(),
                                    directory);
        } catch (InvalidConfigException _) {
            return ""; // the agent that wrote it was another release
        }
    }

    /** The connection that a URL leads to, with the host by its number where it has one. */
    static String place(String url) {
        int colon = url.indexOf(':');
        var scheme = url.substring(0, Math.max(0, colon));
        var named =
                new GatewayConfigReader(List.of())
                        .factories().values().stream()
                                .filter(f -> f.schemes().contains(scheme))
                                .findFirst()
                                .map(f -> f.place(url))
                                .orElse(url);
        try {
            var uri = URI.create(named);
            return uri.getHost() == null
                    ? named
                    : "%s://%s:%d"
                            .formatted(
                                    uri.getScheme(),
                                    InetAddress.getByName(uri.getHost()).getHostAddress(),
                                    uri.getPort());
        } catch (IllegalArgumentException | UnknownHostException _) {
            return named;
        }
    }

    final Listing.Format format() throws CommandException {
        return top().format();
    }
}
