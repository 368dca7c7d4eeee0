package io.drme.edge.config;

import io.drme.alarm.AlarmConfig;
import io.drme.config.InvalidConfigException;
import io.drme.config.Nearest;
import io.drme.config.Node;
import io.drme.config.Problem;
import io.drme.config.Problems;
import io.drme.config.Quantities;
import io.drme.config.Section;
import io.drme.config.Where;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverFactory;
import io.drme.driver.TagSpec;
import io.drme.edge.notify.NotificationConfig;
import io.drme.edge.uplink.UplinkConfig;
import io.drme.log.StoreConfig;
import io.drme.model.GatewayId;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import io.drme.stream.EngineBudget;
import io.drme.stream.PipelineConfig;
import io.drme.trial.TrialConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads {@code gateway.yaml} and everything that it names. */
public final class GatewayConfigReader {
    private static final Pattern SITE = Pattern.compile("[A-Za-z0-9-_.]+(/[A-Za-z0-9-_.]+)*");
    private static final int MAX_SITE_LENGTH = 128;

    /** What a connection may set for the devices on it, beside its URL. */
    private static final List<String> CONNECTION_TIMES = List.of("timeout", "gap", "warm-up");

    private static final List<String> CONNECTION_KEYS = List.of("url", "timeout", "gap", "warm-up");

    private static final String TAG_FILE = ".tags";

    /** The sections without which tags are missing. */
    private static final List<String> MAKING_TAGS = List.of("profiles", "devices", "pipelines");

    private final Map<String, DriverFactory> factories = new TreeMap<>();
    private final List<TagSpec> own;

    /**
     * Finds the drivers that are on the class path.
     *
     * @param own the tags that the gateway has of itself; pipelines and alarms may name them
     */
    public GatewayConfigReader(List<TagSpec> own) {
        this.own = List.copyOf(own);
        ServiceLoader.load(DriverFactory.class).forEach(f -> factories.put(f.name(), f));
    }

    /** The drivers by the word that {@code driver:} takes. */
    public Map<String, DriverFactory> factories() {
        return Map.copyOf(factories);
    }

    /**
     * Reads a file.
     *
     * @throws InvalidConfigException with every problem at once
     */
    public GatewayConfig read(Path file) throws InvalidConfigException {
        return read(file, Optional.empty());
    }

    /**
     * As above, with a file in the place of one that it includes.
     *
     * @throws InvalidConfigException with every problem at once
     */
    public GatewayConfig read(Path file, Optional<PartDraft> part) throws InvalidConfigException {
        var problems = new Problems();
        return read(file, part, problems, problems);
    }

    /**
     * Reads a file on another machine than the gateway.
     *
     * @param ofUplink takes which files of the section {@code uplink} can't be read here
     * @throws InvalidConfigException with every other problem at once
     */
    public GatewayConfig readElsewhere(Path file, Problems ofUplink) throws InvalidConfigException {
        return read(file, Optional.empty(), new Problems(), ofUplink);
    }

    private GatewayConfig read(
            Path file, Optional<PartDraft> part, Problems problems, Problems ofUplink)
            throws InvalidConfigException {
        var top = new Includes(problems, Optional.empty(), part).read(file);
        var config = top.map(t -> config(t, problems, ofUplink));
        problems.throwIfAny(file.toString());
        return config.orElseThrow(
                () -> new IllegalStateException("no configuration and no problem: " + file));
    }

    /**
     * All that is wrong with a file, with a text in the place of one of its tag files.
     *
     * @param fit finds what does not fit together in what could be read wholly
     */
    List<Problem> problems(
            Path file, Optional<TagDraft> draft, Function<GatewayConfig, List<Problem>> fit) {
        var problems = new Problems();
        var config =
                new Includes(problems, draft, Optional.empty())
                        .read(file)
                        .map(top -> config(top, problems, problems));
        return problems.none() ? config.map(fit).orElse(List.of()) : problems.list();
    }

    private GatewayConfig config(Node.Mapping top, Problems problems, Problems ofUplink) {
        var section = new Section(top, "", problems);
        var partial = new PartialCheck(problems);
        var ofFiles = problems.list().stream().map(Problem::key).toList();
        var gateway = section.section("gateway").orElseGet(() -> empty(section, "gateway"));
        var id = id(gateway);
        var site = site(gateway);
        var labels = texts(gateway, "labels");
        gateway.done();
        var devices = devices(section, partial, ofFiles);
        var store =
                section.section("store").map(StoreConfig::read).orElseGet(StoreConfig::defaults);
        var config =
                new GatewayConfig(
                        new GatewayConfig.Gateway(id, site, labels),
                        devices,
                        PipelineConfig.readAll(section),
                        section.section("engine")
                                .map(EngineBudget::read)
                                .orElseGet(EngineBudget::usual),
                        AlarmConfig.readAll(section),
                        TrialConfig.readAll(section),
                        NotificationConfig.readAll(
                                section, store.directory(), tag -> unfit(tag, devices, section)),
                        store,
                        section.section("uplink").map(s -> UplinkConfig.read(s, ofUplink)),
                        section.section("web").map(WebConfig::read).orElseGet(WebConfig::defaults),
                        new GatewayConfig.Source(NodeWriter.write(top), hash(top)));
        section.done();
        if (top.entries().keySet().stream().anyMatch(GatewayConfigReader::isMeantForTags)) {
            partial.anythingMayBeMissing();
        }
        if (!problems.none()) {
            partial.run(new Section(top, "", problems), config, own);
        }
        return config;
    }

    /**
     * Why a tag can't switch a horn or lamp; nothing where it can, or its device is wrong itself.
     */
    private static Optional<String> unfit(TagName tag, List<DeviceSpec> devices, Section top) {
        var device = devices.stream().filter(d -> d.name().equals(tag.device())).findFirst();
        if (device.isEmpty()) {
            return mappings(top, "devices").containsKey(tag.device())
                    ? Optional.empty()
                    : Optional.of("is of no device here; name a tag as device/path");
        }
        var spec = device.get().tags().stream().filter(t -> t.name().equals(tag)).findFirst();
        if (spec.isEmpty()) {
            return Optional.of("is no tag of this device; add it there, with 'access: write'");
        }
        return spec.get().type() == ValueType.BOOLEAN && spec.get().address().writing().isPresent()
                ? Optional.empty()
                : Optional.of("can't be switched; name a boolean tag with 'access: write'");
    }

    /** Whether a section has the mistyped name of one that makes tags. */
    private static boolean isMeantForTags(String section) {
        return !MAKING_TAGS.contains(section) && Nearest.to(section, MAKING_TAGS).isPresent();
    }

    private static Section empty(Section parent, String key) {
        parent.problems()
                .check(
                        parent.has(key),
                        parent.where(),
                        key,
                        "is missing; add 'gateway: {id: …, site: …}'");
        return new Section(new Node.Mapping(parent.where(), Map.of()), key, new Problems());
    }

    private static GatewayId id(Section gateway) {
        var text = gateway.requiredText("id");
        if (GatewayId.isValid(text)) {
            return new GatewayId(text);
        }
        if (!text.isBlank()) {
            gateway.problem(
                    "id", "'%s' is not a gateway id; use 1 to 64 of a-z 0-9 - _ .".formatted(text));
        }
        return new GatewayId("unnamed");
    }

    private static String site(Section gateway) {
        var site = gateway.text("site", "");
        if (!site.isEmpty() && (site.length() > MAX_SITE_LENGTH || !SITE.matcher(site).matches())) {
            gateway.problem(
                    "site",
                    "'%s' is not a site path, such as acme/stuttgart/press-shop".formatted(site));
        }
        return site;
    }

    private static Map<String, String> texts(Section parent, String key) {
        var texts = new LinkedHashMap<String, String>();
        parent.section(key)
                .ifPresent(s -> {
                    for (var name : List.copyOf(s.keys())) {
                        s.text(name).ifPresent(t -> texts.put(name, t));
                    }
                });
        return Map.copyOf(texts);
    }

    /**
     * Reads the devices.
     *
     * @param ofFiles the keys of which something was told while only files were read: where they
     *     are about tags, a file with tags could not be read wholly, otherwise one with sections
     */
    private List<DeviceSpec> devices(Section top, PartialCheck partial, List<String> ofFiles) {
        var problems = top.problems();
        if (ofFiles.stream().anyMatch(key -> !key.contains(TAG_FILE))
                || !(top.node("devices") instanceof Node.Mapping)) {
            partial.anythingMayBeMissing();
        }
        var profiles = mappings(top, "profiles");
        var connections = mappings(top, "connections");
        connections.replaceAll((name, node) -> connection(node, "connections." + name, problems));
        var reader = new DeviceConfigs(profiles, connections, factories, problems);
        var devices = new ArrayList<DeviceSpec>();
        mappings(top, "devices")
                .forEach((name, node) -> {
                    var tags = reader.tagNames(name, node);
                    partial.device(name, tags.names(), tags.all() && !isTold(ofFiles, name, node));
                    reader.read(name, node).ifPresent(devices::add);
                });
        return List.copyOf(devices);
    }

    /** Whether a file with tags of a device, or of its profile, could not be read wholly. */
    private static boolean isTold(List<String> keys, String device, Node.Mapping written) {
        var profile =
                written.entries().get("profile") instanceof Node.Entry(Where _, Node named)
                                && named instanceof Node.Scalar(Where _, String text, boolean _)
                        ? text
                        : "";
        return keys.stream()
                .anyMatch(key ->
                        key.startsWith("devices." + device + TAG_FILE)
                                || key.startsWith("profiles." + profile + TAG_FILE));
    }

    /** What its devices may take of it: without what is wrong, which is said here and not again. */
    private static Node.Mapping connection(Node.Mapping written, String path, Problems problems) {
        var section = new Section(written, path, problems);
        section.requiredText("url");
        var entries = new LinkedHashMap<>(written.entries());
        entries.keySet().retainAll(CONNECTION_KEYS);
        for (var key : CONNECTION_TIMES) {
            // The limits are those of the drivers, so the devices that take it check them.
            var time =
                    section.parsed(key, "a time with its unit, such as 50ms", Quantities::duration);
            if (time.isEmpty()) {
                entries.remove(key);
            }
        }
        section.done();
        return new Node.Mapping(written.where(), entries);
    }

    private static Map<String, Node.Mapping> mappings(Section top, String key) {
        var found = new LinkedHashMap<String, Node.Mapping>();
        if (top.node(key) instanceof Node.Mapping(Where _, Map<String, Node.Entry> entries)) {
            entries.forEach((name, entry) -> {
                if (entry.value() instanceof Node.Mapping mapping) {
                    found.put(name, mapping);
                } else {
                    top.problems()
                            .add(
                                    entry.keyWhere(),
                                    key + "." + name,
                                    "expected keys and values below it");
                }
            });
        } else if (top.has(key)) {
            top.problem(key, "expected names, each with keys and values below it");
        }
        return found;
    }

    private static String hash(Node.Mapping top) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of()
                    .formatHex(
                            digest.digest(NodeWriter.write(top).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
