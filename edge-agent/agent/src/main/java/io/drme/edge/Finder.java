package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.driver.DeviceSpec;
import io.drme.driver.FoundTag;
import io.drme.edge.config.GatewayConfig;
import io.drme.model.TagName;
import io.drme.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes tags of what devices told of. They are on disk before they run, and run before anything is
 * read of them, so nothing is accepted under a name that a restart would not know.
 *
 * <p>Confined to the supervisor's thread.
 */
final class Finder {
    /** Each find records the whole catalogue again, so the longer that is, the rarer they are. */
    private static final long PAUSE_NANOS_PER_TAG = Duration.ofMillis(1).toNanos();

    private static final long LEAST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long MOST_PAUSE_NANOS = Duration.ofSeconds(30).toNanos();

    /** How often a look tries to place a configuration, as each takes a moment. */
    private static final int MOST_TRIES = 100;

    private static final Logger log = LoggerFactory.getLogger(Finder.class);

    private final Layout layout;
    private final Devices devices;
    private final Clock clock;
    private long nextLook;
    private int triesLeft;

    Finder(Layout layout, Devices devices, Clock clock) {
        this.layout = layout;
        this.devices = devices;
        this.clock = clock;
        this.nextLook = clock.nanoTime();
    }

    /**
     * A configuration with the tags that were found.
     *
     * @param count how many
     */
    record Extended(Layout.Ready ready, int count) {}

    /** A tag that was found, and of what device. */
    private record Find(DeviceSpec device, FoundTag tag) {}

    /**
     * Takes up what devices told of since the last call, unless something was found just before.
     * What does not fit is given up, and the rest made.
     *
     * @param onTrial whether what a configuration from before knows is to be kept
     * @return what is to run now; nothing where nothing was found that fits
     */
    Optional<Extended> look(GatewayConfig config, boolean onTrial) {
        if (clock.nanoTime() - nextLook < 0) {
            return Optional.empty();
        }
        var finds = new ArrayList<Find>();
        devices.found()
                .forEach((device, tags) -> {
                    var left = layout.found().add(device, tags);
                    giveUp(
                            device.name(),
                            left.stream().map(t -> t.tag().name()).toList(),
                            "there is a tag of that name, or no room");
                    tags.stream()
                            .filter(tag -> !left.contains(tag))
                            .forEach(tag -> finds.add(new Find(device, tag)));
                });
        if (finds.isEmpty()) {
            return Optional.empty();
        }
        int before = layout.found().count() - finds.size();
        triesLeft = MOST_TRIES;
        var ready = fit(config, finds);
        if (ready.isEmpty()) {
            return Optional.empty();
        }
        int made = layout.found().count() - before;
        save(config.devices(), onTrial);
        nextLook = clock.nanoTime() + pause(ready.get().table().size());
        return Optional.of(new Extended(ready.get(), made));
    }

    /** How long after a find nothing is looked for, in nanoseconds. */
    static long pause(int tags) {
        return Math.clamp(tags * PAUSE_NANOS_PER_TAG, LEAST_PAUSE_NANOS, MOST_PAUSE_NANOS);
    }

    /**
     * Places the configuration with these, which are among the found ones; where they don't fit,
     * each half of them, so that only those that don't are given up.
     */
    private Optional<Layout.Ready> fit(GatewayConfig config, List<Find> finds) {
        try {
            triesLeft--;
            return Optional.of(layout.place(config, "the tags that were found"));
        } catch (InvalidConfigException | IllegalArgumentException e) {
            finds.forEach(f -> layout.found().remove(f.device().name(), f.tag()));
            if (finds.size() == 1) {
                var find = finds.getFirst();
                giveUp(
                        find.device().name(),
                        List.of(find.tag().tag().name()),
                        String.valueOf(e.getMessage()));
                return Optional.empty();
            }
            var first = fitHalf(config, finds.subList(0, finds.size() / 2));
            var second = fitHalf(config, finds.subList(finds.size() / 2, finds.size()));
            return second.or(() -> first);
        }
    }

    private Optional<Layout.Ready> fitHalf(GatewayConfig config, List<Find> finds) {
        if (triesLeft <= 0) {
            return Optional.empty(); // the device still tells of them at the next look
        }
        finds.forEach(f -> layout.found().put(f.device().name(), f.tag()));
        return fit(config, finds);
    }

    private void giveUp(String device, Collection<TagName> names, String why) {
        if (!names.isEmpty()) {
            devices.giveUp(device, names);
            log.warn(
                    "device={} tags not made={} first={} {}",
                    device,
                    names.size(),
                    names.iterator().next(),
                    why);
        }
    }

    private void save(Collection<DeviceSpec> written, boolean onTrial) {
        try {
            layout.found().save(written, onTrial);
        } catch (IOException e) {
            log.error("tags that were found can't be kept; a restart finds them anew", e);
        }
    }
}
