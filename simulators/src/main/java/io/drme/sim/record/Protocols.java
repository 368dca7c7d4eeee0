package io.drme.sim.record;

import io.drme.sim.Listen;
import io.drme.sim.StopSignal;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds protocols that can be recorded, and what the two commands share. */
public final class Protocols {
    private Protocols() {}

    /**
     * The protocol of a device's URL.
     *
     * @throws IllegalArgumentException naming the schemes that there are
     */
    public static RecordedProtocol ofUrl(String url) {
        var schemes = new TreeSet<String>();
        for (var protocol : ServiceLoader.load(RecordedProtocol.class)) {
            schemes.addAll(protocol.schemes());
            if (protocol.schemes().contains(Listen.scheme(url))) {
                return protocol;
            }
        }
        throw new IllegalArgumentException(
                "'%s' is no URL of a device that can be recorded; expected %s"
                        .formatted(
                                url,
                                schemes.stream()
                                        .map(s -> s + "://…")
                                        .collect(Collectors.joining(", "))));
    }

    /** The protocol that a recording names. */
    public static RecordedProtocol named(RecordingReader recording) throws BadRecordingException {
        var name = recording.protocol();
        return ServiceLoader.load(RecordedProtocol.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new BadRecordingException(
                                "%s is of protocol '%s', which this drme-sim does not know"
                                        .formatted(recording.name(), name)));
    }

    /** Waits until it is over, was stopped, or the time has passed. */
    static void untilOver(
            Running running, StopSignal stop, Optional<Duration> most, Clock clock, Duration look)
            throws InterruptedException {
        long from = clock.nanoTime();
        while (!running.isOver()
                && (most.isEmpty() || clock.nanoTime() - from < most.get().toNanos())
                && !stop.await(look)) {
            // Everything is in the condition.
        }
    }

    /** Counts as a line of text. */
    static String text(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(" · "));
    }

    static <T> T checked(@Nullable T given) {
        if (given == null) {
            throw new IllegalStateException("picocli did not set it");
        }
        return given;
    }
}
