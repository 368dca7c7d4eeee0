package io.drme.edge.config;

import io.drme.config.Nearest;
import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.Where;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverFactory;
import io.drme.driver.TagSpec;
import io.drme.driver.TagTemplate;
import io.drme.model.SyncMode;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import io.drme.stream.SyncSetting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads devices with their profiles and tags; confined to the thread that reads the file. */
final class DeviceConfigs {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration LEAST_TIMEOUT = Duration.ofMillis(10);
    private static final Duration MOST_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration LEAST_POLL = Duration.ofMillis(10);
    private static final Duration MOST_POLL = Duration.ofDays(1);

    /** Long enough for a slow subscription to be quiet, short enough for a shift to notice. */
    private static final Duration DEFAULT_STALE = Duration.ofMinutes(5);

    /** The device whose tags tell of the gateway itself. */
    private static final String RESERVED = "gateway";

    /** Profile keys that the device's own section does not see: they are about the merge itself. */
    private static final List<String> MERGE_KEYS = List.of("with", "tags");

    private final Map<String, Node.Mapping> profiles;
    private final Map<String, Node.Mapping> connections;
    private final Map<String, DriverFactory> factories;
    private final Problems problems;

    /**
     * Prepares to read devices.
     *
     * @param profiles by name, not yet filled in
     * @param connections by name; a device takes their keys where it has none of its own
     * @param factories the drivers by name
     */
    DeviceConfigs(
            Map<String, Node.Mapping> profiles,
            Map<String, Node.Mapping> connections,
            Map<String, DriverFactory> factories,
            Problems problems) {
        this.profiles = profiles;
        this.connections = connections;
        this.factories = factories;
        this.problems = problems;
    }

    /**
     * The tags of a device by their names.
     *
     * @param all whether there will not be more of them once what is wrong was mended
     */
    record TagNames(Set<String> names, boolean all) {}

    /** The tags that a device will have, also those with which something is wrong. */
    TagNames tagNames(String name, Node.Mapping written) {
        var merged = mergeProfile(written, "devices." + name);
        boolean lacksProfile =
                merged.entries().get("profile") instanceof Node.Entry(Where _, Node named)
                        && !(named instanceof Node.Scalar(Where _, String profile, boolean _)
                                && profiles.containsKey(profile));
        return merged.entries().get("tags") instanceof Node.Entry(Where _, Node tags)
                        && tags instanceof Node.Mapping(Where _, Map<String, Node.Entry> entries)
                ? new TagNames(Set.copyOf(entries.keySet()), !lacksProfile)
                : new TagNames(Set.of(), false);
    }

    /** The tags of a device, those of its profile too, with its parameters filled in. */
    Map<String, Node.Entry> tags(String name, Node.Mapping written) {
        var merged = mergeProfile(written, "devices." + name);
        return merged.entries().get("tags") instanceof Node.Entry(Where _, Node.Mapping tags)
                ? tags.entries()
                : Map.of();
    }

    /** Reads one device; nothing where it can't be used, and then a problem says why. */
    Optional<DeviceSpec> read(String name, Node.Mapping written) {
        var path = "devices." + name;
        if (!TagName.isValid(name) || name.indexOf('/') >= 0) {
            problems.add(
                    written.where(),
                    path,
                    "'%s' is not a device name; use a-z 0-9 - _ .".formatted(name));
            return Optional.empty();
        }
        problems.check(
                !name.equals(RESERVED),
                written.where(),
                path,
                "'%s' is the gateway's own device; choose another name".formatted(RESERVED));
        var merged = connected(mergeProfile(written, path), path);
        var section = new Section(merged, path, problems);
        List.of("profile", "with", "connection").forEach(section::has); // known
        var driver = driver(section);
        var url = url(section);
        var factory = factories.get(driver);
        if (factory == null) {
            if (!driver.isBlank()) {
                section.problem(
                        "driver",
                        "'%s' is not a driver%s; allowed: %s"
                                .formatted(
                                        driver,
                                        hint(driver),
                                        String.join(", ", factories.keySet())));
            }
            return Optional.empty();
        }
        var timeout = section.duration("timeout", DEFAULT_TIMEOUT, LEAST_TIMEOUT, MOST_TIMEOUT);
        var common =
                new Common(
                        section.duration("poll", factory.defaultPoll(), LEAST_POLL, MOST_POLL),
                        section.duration("stale", DEFAULT_STALE, LEAST_POLL, MOST_POLL),
                        SyncSetting.read(section, "sync").orElse(new SyncMode.Raw()));
        var settings = factory.settings(section, url);
        var tags = new ArrayList<TagSpec>();
        var templates = new ArrayList<TagTemplate>();
        var tagSections = section.sections("tags");
        tagSections.forEach((tag, s) ->
                factory.address(s, settings)
                        .ifPresent(
                                a -> addTag(new Entry(name, tag, s), common, a, tags, templates)));
        checkTags(section, tagSections.isEmpty());
        section.done();
        return tags.isEmpty() && templates.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new DeviceSpec(
                                name,
                                driver,
                                url,
                                timeout,
                                settings,
                                List.copyOf(tags),
                                List.copyOf(templates)));
    }

    /** A tag as it is written: of which device, under which name. */
    private record Entry(String device, String name, Section keys) {}

    private void addTag(
            Entry entry,
            Common common,
            DriverFactory.Address address,
            List<TagSpec> tags,
            List<TagTemplate> templates) {
        if (address.names().isEmpty()) {
            tag(entry.device(), entry.name(), entry.keys(), common, address).ifPresent(tags::add);
        } else {
            template(entry.device(), entry.name(), entry.keys(), common, address)
                    .ifPresent(templates::add);
        }
    }

    /** A tag file that can't be read was told of already, here or at the profile. */
    private void checkTags(Section device, boolean none) {
        boolean told =
                problems.isTold(device.path("tags"))
                        || problems.isTold("profiles." + device.text("profile", "") + ".tags");
        problems.check(
                told || !none,
                device.where(),
                device.path("tags"),
                "a device needs at least one tag; add 'tags:' here or a profile that has some");
    }

    /** Empty where a problem was noted. */
    private String driver(Section device) {
        var profile = device.text("profile").orElse("");
        if (device.has("driver") || (!profile.isEmpty() && profiles.containsKey(profile))) {
            return device.requiredText("driver");
        }
        if (!device.has("profile")) {
            // A profile would give it, so it may be the profile's key that is mistyped.
            var written = List.copyOf(device.keys());
            device.missing(
                    Nearest.to("profile", written).isPresent() ? "profile" : "driver",
                    "add it, or take it from a profile");
        }
        return "";
    }

    private record Common(Duration poll, Duration stale, SyncMode sync) {}

    private String hint(String driver) {
        return Nearest.to(driver, factories.keySet())
                .map(n -> " (did you mean '" + n + "'?)")
                .orElse("");
    }

    /**
     * Puts the keys of the named connection beside the device's own, at their places, so that what
     * is wrong with one is shown where it stands.
     */
    private Node.Mapping connected(Node.Mapping device, String path) {
        if (!(device.entries().get("connection") instanceof Node.Entry(Where _, Node named))
                || !(named instanceof Node.Scalar(Where where, String name, boolean _))) {
            return device;
        }
        if (device.entries().containsKey("url")) {
            problems.add(
                    where, path + ".connection", "give either 'url' or 'connection', not both");
            return device;
        }
        var connection = connections.get(name);
        if (connection == null) {
            problems.add(
                    where,
                    path + ".connection",
                    "'%s' is not under 'connections'%s; %s"
                            .formatted(
                                    name,
                                    Nearest.to(name, connections.keySet())
                                            .map(n -> " (did you mean '" + n + "'?)")
                                            .orElse(""),
                                    thereAre(connections.keySet())));
            return device;
        }
        var entries = new LinkedHashMap<>(device.entries());
        connection.entries().forEach(entries::putIfAbsent);
        return new Node.Mapping(device.where(), entries);
    }

    private static String thereAre(Collection<String> names) {
        return names.isEmpty() ? "there is none; add it" : "allowed: " + String.join(", ", names);
    }

    /** Empty where a problem was noted, here or at the connection that should give it. */
    private static String url(Section section) {
        return section.has("url") || !section.has("connection") ? section.requiredText("url") : "";
    }

    /** Tags that come to be while it runs: the name has to say which is which. */
    private Optional<TagTemplate> template(
            String device,
            String pattern,
            Section section,
            Common common,
            DriverFactory.Address address) {
        var names = TagTemplate.names(pattern);
        var missing = address.names().stream().filter(n -> !names.contains(n)).toList();
        var strange = names.stream().filter(n -> !address.names().contains(n)).toList();
        problems.check(
                missing.isEmpty(),
                section.where("address"),
                section.path("address"),
                "has {%s}, and the tag's name has not; put it there too, so that each match has a name of its own, such as \"{%s}/…\""
                        .formatted(String.join("}, {", missing), String.join("}/{", missing)));
        problems.check(
                strange.isEmpty(),
                section.where(),
                section.path(),
                "the name has {%s}, and the address has not; use a name that stands there, or remove it"
                        .formatted(String.join("}, {", strange)));
        return tag(device, TagTemplate.sample(pattern), section, common, address)
                .filter(_ -> missing.isEmpty() && strange.isEmpty())
                .map(like -> new TagTemplate(device + "/" + pattern, address.most(), like));
    }

    private Optional<TagSpec> tag(
            String device,
            String path,
            Section section,
            Common common,
            DriverFactory.Address address) {
        var full = device + "/" + path;
        if (!TagName.isValid(full)) {
            problems.add(
                    section.where(),
                    section.path(),
                    "'%s' is not a tag name; use words of a-z 0-9 - _ . joined by '/', at most 128 characters in all"
                            .formatted(full));
            return Optional.empty();
        }
        double scale = section.number("scale").orElse(1.0);
        double offset = section.number("offset").orElse(0.0);
        problems.check(
                scale != 0,
                section.where("scale"),
                section.path("scale"),
                "0 would make every value the same; leave it out or give a factor");
        double deadband = section.number("deadband").orElse(0.0);
        problems.check(
                deadband >= 0,
                section.where("deadband"),
                section.path("deadband"),
                "%s is below 0; give 0 or more".formatted(deadband));
        var range = range(section);
        boolean scaled = section.has("scale") || section.has("offset");
        boolean numeric =
                address.rawType() == ValueType.INT64 || address.rawType() == ValueType.FLOAT64;
        problems.check(
                numeric || !scaled,
                section.where(),
                section.path(),
                "scale and offset need a number, but the tag is " + address.rawType());
        problems.check(
                numeric || !section.has("range"),
                section.where(),
                section.path("range"),
                "a range needs a number, but the tag is " + address.rawType());
        var spec =
                new TagSpec(
                        new TagName(full),
                        address.rawType(),
                        scaled ? ValueType.FLOAT64 : address.rawType(),
                        section.text("unit", ""),
                        scale,
                        offset,
                        range[0],
                        range[1],
                        deadband,
                        section.duration("poll", common.poll(), LEAST_POLL, MOST_POLL),
                        section.duration("stale", common.stale(), LEAST_POLL, MOST_POLL),
                        SyncSetting.read(section, "sync").orElse(common.sync()),
                        address.address());
        section.done();
        return Optional.of(spec);
    }

    private static double[] range(Section section) {
        var ends = section.texts("range");
        var none = new double[] {Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY};
        if (ends.isEmpty()) {
            return none;
        }
        try {
            double low = Double.parseDouble(ends.getFirst());
            double high = Double.parseDouble(ends.getLast());
            if (ends.size() == 2 && low < high) {
                return new double[] {low, high};
            }
        } catch (NumberFormatException _) {
            // said below, the same for every wrong form
        }
        section.problem(
                "range",
                "%s is not [low, high] with low below high, such as [0, 150]".formatted(ends));
        return none;
    }

    private Node.Mapping mergeProfile(Node.Mapping written, String path) {
        var entries = new LinkedHashMap<>(written.entries());
        var with = new LinkedHashMap<String, String>();
        var base = new LinkedHashMap<String, Node.Entry>();
        var own = entries.get("profile");
        if (own != null
                && own.value() instanceof Node.Scalar(Where where, String profile, boolean _)) {
            var found = profiles.get(profile);
            if (found == null) {
                problems.add(
                        where,
                        path + ".profile",
                        "'%s' is not under 'profiles'%s; %s"
                                .formatted(
                                        profile,
                                        Nearest.to(profile, profiles.keySet())
                                                .map(n -> " (did you mean '" + n + "'?)")
                                                .orElse(""),
                                        thereAre(profiles.keySet())));
            } else {
                base.putAll(found.entries());
            }
        }
        takeParameters(base.remove("with"), with, path);
        takeParameters(entries.remove("with"), with, path);
        var merged = new LinkedHashMap<>(base);
        entries.forEach((key, entry) -> {
            if (!MERGE_KEYS.contains(key)) {
                merged.put(key, entry);
            }
        });
        var tags = new LinkedHashMap<String, Node.Entry>();
        takeTags(base.get("tags"), tags, path);
        takeTags(entries.get("tags"), tags, path);
        if (!tags.isEmpty()) {
            merged.put(
                    "tags",
                    new Node.Entry(written.where(), new Node.Mapping(written.where(), tags)));
        }
        var filled =
                new Parameters(with, problems)
                        .fill(new Node.Mapping(written.where(), merged), path);
        return (Node.Mapping) filled;
    }

    private void takeParameters(Node.@Nullable Entry entry, Map<String, String> with, String path) {
        if (entry == null) {
            return;
        }
        if (!(entry.value() instanceof Node.Mapping(Where _, Map<String, Node.Entry> entries))) {
            problems.add(
                    entry.value().where(), path + ".with", "expected parameters and their values");
            return;
        }
        entries.forEach((key, value) -> {
            if (value.value() instanceof Node.Scalar(Where _, String text, boolean _)) {
                with.put(key, text);
            } else {
                problems.add(value.keyWhere(), path + ".with." + key, "expected a single value");
            }
        });
    }

    private void takeTags(Node.@Nullable Entry entry, Map<String, Node.Entry> tags, String path) {
        if (entry == null) {
            return;
        }
        if (!(entry.value() instanceof Node.Mapping mapping)) {
            problems.add(
                    entry.value().where(),
                    path + ".tags",
                    "expected tags by their names, or {file: FILE.csv}");
            return;
        }
        tags.putAll(mapping.entries());
    }
}
