package io.drme.sim;

import io.drme.config.Node;
import io.drme.config.Section;
import io.drme.sim.FaultRequest.BadRequest;
import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.sim.fault.Faults;
import io.drme.sim.fault.Schedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads {@code faults:} of a device in a scenario: what goes wrong by itself, and when. */
final class FaultSchedules {
    private static final Duration MOST = Duration.ofDays(7);
    private static final Duration LEAST = Duration.ofMillis(1);

    private final String device;
    private final String protocol;
    private final SimulatedDevice able;
    private final ValueSources values;

    /**
     * For one device.
     *
     * @param values of the scenario, whose seed the spread comes from
     */
    FaultSchedules(String device, String protocol, SimulatedDevice able, ValueSources values) {
        this.device = device;
        this.protocol = protocol;
        this.able = able;
        this.values = values;
    }

    /** What the key says; problems are told where they stand. */
    List<Schedule> read(Section keys) {
        var schedules = new ArrayList<Schedule>();
        if (!keys.has("faults")) {
            return schedules;
        }
        if (!(keys.node("faults") instanceof Node.Sequence list)) {
            keys.problem(
                    "faults", "is no list; give one as [{fault: silent, after: 30s, for: 10s}]");
            return schedules;
        }
        for (int i = 0; i < list.items().size(); i++) {
            var path = keys.path("faults") + "." + (i + 1);
            if (list.items().get(i) instanceof Node.Mapping mapping) {
                one(new Section(mapping, path, keys.problems())).ifPresent(schedules::add);
            } else {
                keys.problem("faults", "has something else than {fault: …} as number " + (i + 1));
            }
        }
        return schedules;
    }

    private Optional<Schedule> one(Section section) {
        var kind = kind(section);
        var unit = section.text("unit", Faults.WHOLE);
        var after = section.duration("after", Duration.ZERO, Duration.ZERO, MOST);
        var time = optional(section, "for");
        var every = optional(section, "every");
        var spread = section.duration("spread", Duration.ZERO, Duration.ZERO, MOST);
        var delay = section.duration("delay", Fault.DEFAULT_DELAY, LEAST, MOST);
        int code =
                section.has("code")
                        ? (int) section.integer("code", 1, 1, FaultRequest.MOST_CODE)
                        : 0;
        section.done();
        if (every.isPresent() && time.isEmpty()) {
            section.problem("every", "needs 'for': how long it lasts each time");
            return Optional.empty();
        }
        if (every.isPresent() && every.get().compareTo(time.orElseThrow().plus(spread)) < 0) {
            section.problem(
                    "every", "is shorter than 'for' and 'spread' together; give a longer time");
            return Optional.empty();
        }
        if (kind.isEmpty() || !isPossible(section, kind.get(), unit)) {
            return Optional.empty();
        }
        var fault = new Fault(kind.get(), delay, code);
        return Optional.of(
                new Schedule(unit, fault, after, time, every, spread, values.seedOf(section)));
    }

    private static Optional<FaultKind> kind(Section section) {
        var text = section.requiredText("fault");
        try {
            return text.isBlank() ? Optional.empty() : Optional.of(FaultRequest.kind(text));
        } catch (BadRequest e) {
            section.problem("fault", String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private boolean isPossible(Section section, FaultKind kind, String unit) {
        try {
            FaultRequest.check(device, protocol, able, kind, unit);
            return true;
        } catch (BadRequest e) {
            section.problem("fault", String.valueOf(e.getMessage()));
            return false;
        }
    }

    private static Optional<Duration> optional(Section section, String key) {
        return section.has(key)
                ? Optional.of(section.duration(key, LEAST, LEAST, MOST))
                : Optional.empty();
    }
}
