package io.drme.edge.notify;

import io.drme.edge.notify.NotificationConfig.Output;
import io.drme.model.TagName;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The horns and lamps of a gateway, and the outputs that were one before a reload until they are
 * off. Confined to the notifications' thread but for {@link #shown} and {@link #set}.
 */
final class Signals {
    private static final Logger log = LoggerFactory.getLogger(Signals.class);

    private final Notifications.Place place;
    private final Couriers couriers;
    private final BiConsumer<String, String> events;
    private final Map<String, Signal> signals = new LinkedHashMap<>();
    private final List<Signal> leaving = new ArrayList<>();
    private final Map<String, Boolean> setting = new HashMap<>();
    private volatile List<JsonObject> shown = List.of();

    /**
     * None yet.
     *
     * @param events records what happened to a receiver's output
     */
    Signals(Notifications.Place place, Couriers couriers, BiConsumer<String, String> events) {
        this.place = place;
        this.couriers = couriers;
        this.events = events;
    }

    /**
     * Follows a reload; an output that is none any more is set off, again and again until it is.
     *
     * @param facts what is known of tags now
     * @param silenced what {@link #json} gave, for those that are new here
     */
    void configure(
            List<NotificationConfig> now,
            Function<TagName, Optional<TagFacts>> facts,
            JsonObject silenced) {
        var before = new LinkedHashMap<>(signals);
        signals.clear();
        for (var config : now) {
            if (config.way() instanceof Output output) {
                var old = before.get(config.name());
                if (old != null && old.output().tag().equals(output.tag())) {
                    before.remove(config.name());
                    old.configure(config, output);
                    signals.put(config.name(), old);
                } else {
                    var silent = old == null ? saved(silenced, config.name()) : old.silenced();
                    signals.put(config.name(), new Signal(config, output, silent));
                }
            }
        }
        before.values().forEach(Signal::leave);
        leaving.addAll(before.values());
        leaving.removeIf(s -> isUnknown(s, facts));
    }

    private static List<String> saved(JsonObject silenced, String name) {
        return silenced.getJsonArray(name, new JsonArray()).stream()
                .map(String.class::cast)
                .toList();
    }

    /** Without its tag nobody can set it: that is told, as it may stay on. */
    private boolean isUnknown(Signal signal, Function<TagName, Optional<TagFacts>> facts) {
        var tag = signal.output().tag();
        boolean unknown = !signal.isInFlight() && facts.apply(tag).isEmpty();
        if (unknown && !signal.isOff()) {
            events.accept(
                    signal.config().name(),
                    "%s is no longer a tag, so it can't be set off; look whether it is"
                            .formatted(tag.text()));
        }
        return unknown;
    }

    /** Sets what is to be set; does not block. */
    void step() {
        if (signals.isEmpty() && leaving.isEmpty()) {
            shown = List.of();
            return;
        }
        long now = place.clock().nanoTime();
        var all = new ArrayList<>(signals.values());
        all.addAll(leaving);
        for (var signal : all) {
            if (signal.isInFlight()) {
                var name = courier(signal);
                couriers.poll(name).ifPresent(outcome -> taken(signal, outcome, now));
            }
        }
        leaving.removeIf(s -> !s.isInFlight() && (s.isOff() || isUsed(s.output().tag())));
        var alarms = place.alarmBook().occurrences();
        for (var signal : all) {
            // What a signal of before has begun on this output comes to its end first.
            var name = courier(signal);
            signal.due(alarms, now)
                    .filter(_ -> !couriers.isBusy(name) && isThere(signal))
                    .ifPresent(on -> {
                        signal.begun();
                        setting.put(name, on);
                        var tag = signal.output().tag();
                        couriers.run(name, () -> set(tag, on));
                    });
        }
        shown = signals.values().stream().map(Signals::json).toList();
    }

    private boolean isThere(Signal signal) {
        return signals.containsValue(signal) || leaving.contains(signal);
    }

    private boolean isUsed(TagName tag) {
        return signals.values().stream().anyMatch(s -> s.output().tag().equals(tag));
    }

    /** Of the tag, so that two never set one output at once; no receiver's name has a blank. */
    private static String courier(Signal signal) {
        return "output " + signal.output().tag().text();
    }

    /** Sets an output now; for any thread, blocks. */
    Outcome set(TagName tag, boolean on) throws InterruptedException {
        try {
            place.switches().set(tag, on);
            return new Outcome.Sent("%s is %s".formatted(tag.text(), on ? "on" : "off"));
        } catch (IOException e) {
            return new Outcome.Failed(String.valueOf(e.getMessage()), "", Optional.empty());
        }
    }

    private void taken(Signal signal, Outcome outcome, long now) {
        var name = signal.config().name();
        boolean on = Boolean.TRUE.equals(setting.remove(courier(signal)));
        if (signal.take(on, outcome, now)) {
            var what =
                    signal.lastError().isEmpty()
                            ? "the output follows again"
                            : "the output does not follow: " + signal.lastError();
            log.warn("notification receiver={} {}", name, what);
            events.accept(name, what);
        }
    }

    /** Somebody else set an output. */
    void forget(Output output) {
        signals.values().stream().filter(s -> s.output().equals(output)).forEach(Signal::forget);
    }

    /** How many alarms fall silent; nothing where it is no output. */
    Optional<Integer> silence(String receiver) {
        return Optional.ofNullable(signals.get(receiver)).map(Signal::silence);
    }

    /** What is silenced, to go on from after a restart. */
    JsonObject json() {
        var all = new JsonObject();
        signals.forEach((name, s) -> all.put(name, new JsonArray(s.silenced())));
        return all;
    }

    /** Every output with its state, in the order of the file; from any thread. */
    List<JsonObject> shown() {
        return shown;
    }

    private static JsonObject json(Signal signal) {
        return Notifications.head(signal.config())
                .put("state", signal.lastError().isEmpty() ? signal.shows() : "failing")
                .put("waiting", 0)
                .put("failed", signal.failures())
                .put("silenced", signal.silenced().size())
                .put("lastError", signal.lastError().isEmpty() ? null : signal.lastError());
    }
}
