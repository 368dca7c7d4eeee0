package io.drme.edge;

import io.drme.alarm.AlarmConfig;
import io.drme.alarm.SuppressWhen;
import io.drme.config.Where;
import io.drme.driver.DeviceSpec;
import io.drme.edge.config.GatewayConfig;
import io.drme.stream.PipelineConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What differs between two configurations, for the person who is about to apply one.
 *
 * @param lines one a change, in the order of the file
 * @param needsRestart sections that can't change while the agent runs
 */
record Changes(List<String> lines, List<String> needsRestart) {
    private static final Where NOWHERE = new Where("", 1, 1);

    /** Compares what runs with what is to run. */
    static Changes between(GatewayConfig before, GatewayConfig after) {
        var lines = new ArrayList<String>();
        named("device", before.devices(), after.devices(), DeviceSpec::name, lines);
        named("pipeline", pipelines(before), pipelines(after), p -> p.name(), lines);
        named("alarm", alarms(before), alarms(after), a -> a.name(), lines);
        named("test", before.tests(), after.tests(), t -> t.name(), lines);
        named("notification", before.notifications(), after.notifications(), n -> n.name(), lines);
        if (!before.engine().equals(after.engine())) {
            lines.add("~ engine");
        }
        var restart = new ArrayList<String>();
        whole("gateway", before.gateway(), after.gateway(), lines, restart);
        whole("store", before.store(), after.store(), lines, restart);
        whole("uplink", before.uplink(), after.uplink(), lines, restart);
        whole("web", before.web(), after.web(), lines, restart);
        return new Changes(List.copyOf(lines), List.copyOf(restart));
    }

    /** As they are wherever they stand: a line that moved is no change. */
    private static List<PipelineConfig> pipelines(GatewayConfig config) {
        return config.pipelines().stream()
                .map(p ->
                        new PipelineConfig(
                                p.name(), p.from(), p.steps(), p.to(), p.sync(), p.unit(),
                                p.share(), NOWHERE))
                .toList();
    }

    private static List<AlarmConfig> alarms(GatewayConfig config) {
        return config.alarms().stream()
                .map(a ->
                        new AlarmConfig(
                                a.name(),
                                a.tags(),
                                a.condition(),
                                a.onDelay(),
                                a.offDelay(),
                                a.latch(),
                                a.priority(),
                                a.message(),
                                a.guidance(),
                                a.suppressWhen().map(Changes::anywhere),
                                a.escalation(),
                                a.firstOut(),
                                NOWHERE))
                .toList();
    }

    private static SuppressWhen anywhere(SuppressWhen s) {
        return new SuppressWhen(s.tag(), s.when(), s.hold(), NOWHERE);
    }

    boolean none() {
        return lines.isEmpty();
    }

    private static <T> void named(
            String kind,
            List<T> before,
            List<T> after,
            Function<T, String> name,
            List<String> lines) {
        var was = before.stream().collect(Collectors.toMap(name, Function.identity(), (a, _) -> a));
        for (var now : after) {
            var old = was.remove(name.apply(now));
            if (old == null) {
                lines.add("+ %s %s".formatted(kind, name.apply(now)));
            } else if (!old.equals(now)) {
                lines.add("~ %s %s".formatted(kind, name.apply(now)));
            }
        }
        was.keySet().stream().sorted().forEach(gone -> lines.add("- %s %s".formatted(kind, gone)));
    }

    private static void whole(
            String section, Object before, Object after, List<String> lines, List<String> restart) {
        if (!Objects.equals(before, after)) {
            lines.add("~ " + section);
            restart.add(section);
        }
    }
}
