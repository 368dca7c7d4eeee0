package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.config.Quantities;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverFactory;
import io.drme.driver.Explanation;
import io.drme.driver.PlannedRequest;
import io.drme.driver.PollGroup;
import io.drme.driver.TagSpec;
import io.drme.edge.config.GatewayConfig;
import io.drme.model.SyncMode;
import io.drme.stream.Loss;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What a configuration would change and cost, reckoned before anything is sent: changes, requests,
 * load of each connection, disk. Pure.
 *
 * <p>The figures of the disk are estimates, and say of what: derived tags and those that devices
 * push are not counted, and nothing is taken off for deadbands.
 */
final class PlanReport {
    /** About what slowly changing values take in a block; see the default of {@code max-size}. */
    static final double BYTES_A_SAMPLE = 2;

    /** A commit writes its last page anew, and that is what flash wears by. */
    static final int PAGE_BYTES = 4_096;

    private static final double DAY_SECONDS = Duration.ofDays(1).toSeconds();
    private static final double PERCENT = 100;
    private static final int HOURS_A_DAY = 24;
    private static final int MOST_NAMED = 5;
    private static final double NANOS_A_SECOND = 1e9;
    private static final String CHANGED_PIPELINE = "~ pipeline ";

    private final GatewayConfig next;
    private final Layout.Ready ready;
    private final Map<String, DriverFactory> factories;
    private final Optional<GatewayConfig> running;

    /**
     * Prepares a report.
     *
     * @param running what runs, or ran last; absent where nothing did
     */
    PlanReport(
            GatewayConfig next,
            Layout.Ready ready,
            Map<String, DriverFactory> factories,
            Optional<GatewayConfig> running) {
        this.next = next;
        this.ready = ready;
        this.factories = factories;
        this.running = running;
    }

    /**
     * The load of one connection.
     *
     * @param requests a second
     * @param bytes a second, both ways
     * @param share of the time for which it is known to be busy, more than 1 is too much; 0 where
     *     neither speed nor gap are known
     */
    record Load(String line, double requests, double bytes, double share, List<String> devices) {
        private Load plus(Load other) {
            var all = new ArrayList<>(devices);
            other.devices.stream().filter(d -> !all.contains(d)).forEach(all::add);
            return new Load(
                    line,
                    requests + other.requests,
                    bytes + other.bytes,
                    share + other.share,
                    List.copyOf(all));
        }
    }

    /** What the polls write. */
    record Disk(double samplesADay, double storedADay, double writtenADay, double autonomyHours) {}

    /** The lines of changes; nothing where the configuration is the one that runs. */
    List<String> changes() {
        if (running.isEmpty()) {
            return List.of("+ all of it: nothing ran from this data directory yet");
        }
        var before = running.get();
        var changes = Changes.between(before, next);
        var lines = new ArrayList<String>();
        var losses = lossesAfter(before);
        for (var line : changes.lines()) {
            lines.add(line + detail(line, before, losses));
        }
        losses.stream()
                .filter(l -> !changes.lines().contains(CHANGED_PIPELINE + l.pipeline()))
                .forEach(l -> lines.add("! " + l.text()));
        if (!changes.needsRestart().isEmpty()) {
            lines.add(
                    "! '%s' can't change while the agent runs: save the file and restart the agent"
                            .formatted(String.join("', '", changes.needsRestart())));
        }
        return List.copyOf(lines);
    }

    /** As the start or the reload will decide; what ran before is placed for it as that was. */
    private List<Loss> lossesAfter(GatewayConfig before) {
        try {
            var was = new Layout(factories).place(before, "what runs").plan().pipelines();
            return ready.plan().pipelines().lossesAfter(was);
        } catch (InvalidConfigException _) {
            return List.of(); // of a release that took more; the start then tells
        }
    }

    private String detail(String line, GatewayConfig before, List<Loss> losses) {
        if (line.startsWith(CHANGED_PIPELINE)) {
            var name = line.substring(CHANGED_PIPELINE.length());
            return losses.stream()
                    .filter(l -> l.pipeline().equals(name))
                    .map(l -> "steps[%d] %s %s".formatted(l.step(), l.kind(), l.why()))
                    .collect(Collectors.joining("; ", ": ", ""))
                    .replaceFirst("^: $", "");
        }
        var prefix = "~ device ";
        if (!line.startsWith(prefix)) {
            return "";
        }
        var name = line.substring(prefix.length());
        var was = tags(before, name);
        var now = tags(next, name);
        var added = now.keySet().stream().filter(t -> !was.containsKey(t)).toList();
        var gone = was.keySet().stream().filter(t -> !now.containsKey(t)).toList();
        var other =
                now.keySet().stream()
                        .filter(was::containsKey)
                        .filter(t -> !Objects.equals(now.get(t), was.get(t)))
                        .toList();
        var parts = new ArrayList<String>();
        part(added, "new", parts);
        part(other, "changed", parts);
        part(gone, "gone", parts);
        parts.add("it is connected anew");
        return ": " + String.join("; ", parts);
    }

    private static Map<String, TagSpec> tags(GatewayConfig config, String device) {
        return config.devices().stream()
                .filter(d -> d.name().equals(device))
                .flatMap(d -> d.tags().stream())
                .collect(
                        Collectors.toMap(
                                t -> t.name().text(),
                                Function.identity(),
                                (a, _) -> a,
                                LinkedHashMap::new));
    }

    private static void part(List<String> tags, String what, List<String> parts) {
        if (!tags.isEmpty()) {
            var named = String.join(", ", tags.subList(0, Math.min(tags.size(), MOST_NAMED)));
            parts.add(
                    "%d tag%s %s (%s%s)"
                            .formatted(
                                    tags.size(),
                                    tags.size() == 1 ? "" : "s",
                                    what,
                                    named,
                                    tags.size() > MOST_NAMED ? ", …" : ""));
        }
    }

    private Explanation explanation(Layout.Placed placed) {
        var factory = factories.get(placed.spec().driver());
        return factory == null ? Explanation.NONE : factory.explain(placed.spec(), placed.groups());
    }

    private List<Layout.Placed> devices() {
        return ready.devices().stream()
                .filter(d -> !d.spec().name().equals(SystemTags.DEVICE))
                .toList();
    }

    /** The connections whose drivers can tell, in the order of the file. */
    List<Load> loads() {
        var loads = new LinkedHashMap<String, Load>();
        var gaps = gaps();
        for (var placed : devices()) {
            var explanation = explanation(placed);
            var gap = gaps.getOrDefault(explanation.line(), Duration.ZERO);
            for (var request : explanation.requests()) {
                double rate = 1 / seconds(placed.groups().get(request.group()).interval());
                loads.merge(
                        explanation.line(),
                        new Load(
                                explanation.line(),
                                rate,
                                rate * (request.requestBytes() + request.answerBytes()),
                                rate * seconds(request.least().plus(gap)),
                                List.of(placed.spec().name())),
                        Load::plus);
            }
        }
        return List.copyOf(loads.values());
    }

    /** By line: the longest of its devices, which each of them waits for. */
    private Map<String, Duration> gaps() {
        var gaps = new LinkedHashMap<String, Duration>();
        for (var placed : devices()) {
            var explanation = explanation(placed);
            gaps.merge(
                    explanation.line(), explanation.gap(), (a, b) -> a.compareTo(b) >= 0 ? a : b);
        }
        return gaps;
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / NANOS_A_SECOND;
    }

    /** What the polls of all devices put on disk. */
    Disk disk() {
        double samples = samplesADay(_ -> true);
        double stored = samples * BYTES_A_SAMPLE;
        double commits = DAY_SECONDS / seconds(next.store().syncEvery());
        // The journal takes the samples first, the blocks take them again.
        double written = 2 * stored + commits * PAGE_BYTES;
        double hours =
                stored == 0
                        ? Double.POSITIVE_INFINITY
                        : next.store().maxSizeBytes() / stored * HOURS_A_DAY;
        return new Disk(samples, stored, written, hours);
    }

    private double samplesADay(Predicate<TagSpec> counts) {
        double samples = 0;
        for (var placed : devices()) {
            var tags = placed.spec().tags();
            for (var group : isPolled(placed.spec()) ? placed.groups() : List.<PollGroup>of()) {
                long counted = group.tags().stream().map(tags::get).filter(counts).count();
                samples += counted * DAY_SECONDS / seconds(group.interval());
            }
        }
        return samples;
    }

    private boolean isPolled(DeviceSpec device) {
        var factory = factories.get(device.driver());
        return factory != null && factory.polled();
    }

    private long pushed() {
        return devices().stream()
                .filter(d -> !isPolled(d.spec()))
                .mapToLong(d -> d.spec().tags().size())
                .sum();
    }

    /** The whole report for a person. */
    List<String> text() {
        var lines = new ArrayList<String>();
        devices().forEach(d -> device(d, lines));
        loads().forEach(load -> lines.add(line(load)));
        lines.add(diskLine());
        lines.addAll(pipelineLines());
        lines.add(siteLine());
        next.uplink()
                .map(u ->
                        LinePlan.of(samplesADay(t -> t.sync() instanceof SyncMode.Raw), u.budget()))
                .ifPresent(line -> lines.add(line.text()));
        return List.copyOf(lines);
    }

    private void device(Layout.Placed placed, List<String> lines) {
        var spec = placed.spec();
        var requests = explanation(placed).requests();
        lines.add(
                "%s (%s, %s): %s"
                        .formatted(
                                spec.name(),
                                spec.driver(),
                                spec.url(),
                                count(spec.tags().size(), "tag")));
        if (!isPolled(spec)) {
            lines.add("  the device tells changes by itself");
            return;
        }
        for (int i = 0; i < placed.groups().size(); i++) {
            int index = i;
            var group = placed.groups().get(i);
            var own = requests.stream().filter(r -> r.group() == index).toList();
            lines.add(
                    "  every %s: %s, %s"
                            .formatted(
                                    Quantities.text(group.interval()),
                                    count(group.tags().size(), "tag"),
                                    count(own.size(), "request")));
            own.forEach(r -> lines.add("    " + line(r)));
        }
    }

    private static String line(PlannedRequest request) {
        return "%s: %d, for %s; %s"
                .formatted(
                        request.range(),
                        request.count(),
                        count(request.tags().size(), "tag"),
                        request.why());
    }

    private static String line(Load load) {
        var busy =
                load.share() > 0
                        ? String.format(
                                Locale.ROOT,
                                "at least %.0f %% busy%s",
                                load.share() * 100,
                                load.share() > 1
                                        ? ": TOO MUCH, polls will be skipped; poll less often or raise the speed"
                                        : "")
                        : String.format(
                                Locale.ROOT,
                                "keeps up while a request takes less than %.0f ms on average",
                                1_000 / load.requests());
        return String.format(
                Locale.ROOT,
                "connection %s: %.3g requests a second of %s, %s a second; %s",
                load.line(),
                load.requests(),
                String.join(", ", load.devices()),
                size(load.bytes()),
                busy);
    }

    private String diskLine() {
        var disk = disk();
        long pushed = pushed();
        return String.format(
                Locale.ROOT,
                "disk: at most %,.0f samples a day, about %s stored and %s written a day (wear), room for about %s without the line%s",
                disk.samplesADay(),
                size(disk.storedADay()),
                size(disk.writtenADay()),
                Double.isInfinite(disk.autonomyHours())
                        ? "ever"
                        : String.format(Locale.ROOT, "%,.0f hours", disk.autonomyHours()),
                ("; reckoned at %.0f bytes a sample, without deadbands and derived tags%s; "
                                + "'drme-agent store' tells what was measured")
                        .formatted(
                                BYTES_A_SAMPLE,
                                pushed == 0
                                        ? ""
                                        : " and without %s of devices that tell by themselves"
                                                .formatted(count(pushed, "tag"))));
    }

    private List<String> pipelineLines() {
        var reckoning = Admission.reckon(ready.plan().specs(), ready.plan().pipelines());
        if (reckoning.pipelines().isEmpty()) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "pipelines: about %.3g %% of a core of at most %.3g %%, %s of memory of at most %s; reckoned without deadbands, and with one sample a poll of devices that tell by themselves",
                        reckoning.cpu() * PERCENT,
                        next.engine().cpu() * PERCENT,
                        size((double) reckoning.memoryBytes()),
                        size((double) next.engine().memoryBytes())));
        reckoning
                .pipelines()
                .forEach(p ->
                        lines.add("  %s, %s".formatted(p.text(), size((double) p.memoryBytes()))));
        return lines;
    }

    private JsonObject pipelines() {
        var reckoning = Admission.reckon(ready.plan().specs(), ready.plan().pipelines());
        var items = new JsonArray();
        for (var p : reckoning.pipelines()) {
            items.add(
                    new JsonObject()
                            .put("pipeline", p.name())
                            .put("tags", p.lanes())
                            .put("samplesPerSecond", p.samples())
                            .put("steps", p.steps())
                            .put("nanosPerSample", p.nanosASample())
                            .put("cpu", p.cpu())
                            .put("memoryBytes", p.memoryBytes()));
        }
        return new JsonObject()
                .put("cpu", reckoning.cpu())
                .put("cpuLimit", next.engine().cpu())
                .put("memoryBytes", reckoning.memoryBytes())
                .put("memoryLimitBytes", next.engine().memoryBytes())
                .put("items", items);
    }

    /** So many of something, in the singular or plural. */
    static String count(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static String size(double bytes) {
        double scaled = bytes;
        int unit = 0;
        var units = List.of("B", "KiB", "MiB", "GiB", "TiB");
        while (scaled >= 1_024 && unit < units.size() - 1) {
            scaled /= 1_024;
            unit++;
        }
        return String.format(
                Locale.ROOT, scaled < 10 ? "%.1f %s" : "%.0f %s", scaled, units.get(unit));
    }

    private String siteLine() {
        int raw = 0;
        int aggregated = 0;
        int local = 0;
        for (var placed : devices()) {
            for (var tag : placed.spec().tags()) {
                switch (tag.sync()) {
                    case SyncMode.Raw _ -> raw++;
                    case SyncMode.Local _ -> local++;
                    case SyncMode.Aggregate _ -> aggregated++;
                }
            }
        }
        return next.uplink().isEmpty()
                ? "nothing leaves the site: there is no uplink"
                : "leaves the site: %s as they are, %d aggregated; %d stay"
                        .formatted(count(raw, "tag"), aggregated, local);
    }

    /** The same for programs. */
    JsonObject json() {
        var devices = new JsonArray();
        for (var placed : devices()) {
            var requests = new JsonArray();
            for (var r : explanation(placed).requests()) {
                requests.add(
                        new JsonObject()
                                .put(
                                        "every",
                                        Quantities.text(placed.groups().get(r.group()).interval()))
                                .put("range", r.range())
                                .put("count", r.count())
                                .put("tags", new JsonArray(r.tags()))
                                .put("why", r.why())
                                .put("bytes", r.requestBytes() + r.answerBytes()));
            }
            devices.add(
                    new JsonObject()
                            .put("device", placed.spec().name())
                            .put("driver", placed.spec().driver())
                            .put("url", placed.spec().url())
                            .put("tags", placed.spec().tags().size())
                            .put("requests", requests));
        }
        var connections = new JsonArray();
        for (var load : loads()) {
            connections.add(
                    new JsonObject()
                            .put("connection", load.line())
                            .put("devices", new JsonArray(load.devices()))
                            .put("requestsPerSecond", load.requests())
                            .put("bytesPerSecond", load.bytes())
                            .put("busy", load.share() > 0 ? load.share() : null));
        }
        var disk = disk();
        return new JsonObject()
                .put("changes", new JsonArray(changes()))
                .put("devices", devices)
                .put("connections", connections)
                .put("pipelines", pipelines())
                .put("samplesPerDay", disk.samplesADay())
                .put("storedBytesPerDay", disk.storedADay())
                .put("writtenBytesPerDay", disk.writtenADay())
                .put(
                        "autonomyHours",
                        Double.isInfinite(disk.autonomyHours()) ? null : disk.autonomyHours());
    }
}
