package io.drme.simulation;

import io.drme.history.Gap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The whole line in virtual time without any fault; a test adds one to the first gateway. */
abstract class Scenario {
    static final Duration MINUTE = Duration.ofMinutes(1);

    /** Changes with each poll, so that it has a sample a second, but for a bad one now and then. */
    static final String LIVELY = "press/serial";

    private static final Duration STEP = Duration.ofMillis(100);

    @TempDir private Path directory;

    World world;
    Box box;

    @BeforeEach
    void openWorld() throws Exception {
        world =
                new World(
                        new Simulation.Setting(1, WorldSize.SMALL, PlantedBug.NONE),
                        directory.resolve("world"),
                        null);
        box = world.boxes.getFirst();
    }

    @AfterEach
    void closeWorld() throws Exception {
        world.close();
    }

    void pass(Duration time) throws Exception {
        long until = world.clock.nanoTime() + time.toNanos();
        while (world.clock.nanoTime() < until) {
            world.clock.advance(STEP);
            world.step();
        }
    }

    long now() {
        return world.clock.epochNanos();
    }

    /** A device's own bad readings are strewn over all; each lasts for a poll. */
    static List<String> reasons(List<Gap> gaps) {
        return gaps.stream()
                .map(Gap::reason)
                .filter(r -> !r.equals("sensor-failure"))
                .distinct()
                .toList();
    }
}
