package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.state.StateFiles;
import io.drme.log.FileDisk;
import io.drme.log.Intake;
import io.drme.log.Store;
import io.drme.log.StoreConfig;
import io.drme.log.StoreSetup;
import io.drme.model.Batch;
import io.drme.model.GatewayId;
import io.drme.model.Quality;
import io.drme.model.TagName;
import io.drme.testing.ManualClock;
import io.drme.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a start takes over a full day of 1,000 tags, a sample a second each, with windows of 24
 * h: with a snapshot, and without any. The figures of docs/pipelines.md; {@code
 * -Ddrme.seconds=86400}.
 */
@EnabledIfSystemProperty(named = "drme.seconds", matches = "\\d+")
class RestartTimeTest {
    private static final int TAGS = 1_000;
    private static final int SECONDS = Integer.getInteger("drme.seconds", 86_400);
    private static final Logger log = LoggerFactory.getLogger(RestartTimeTest.class);

    @TempDir private Path folder;

    private final ManualClock clock = new ManualClock();
    private final SystemClock real = new SystemClock();

    private static String config() {
        var tags = new StringBuilder();
        for (int i = 0; i < TAGS; i++) {
            tags.append("      t%d: {address: \"holding:%d\", type: uint16}%n".formatted(i, i));
        }
        return """
        gateway: {id: line-1}
        devices:
          press:
            driver: modbus
            url: "tcp://127.0.0.1:1502"
            tags:
        %s\
        pipelines:
          day: {from: "press/*", steps: [{aggregate: {window: 24h, every: 1h, functions: [avg, min, max, count]}}], to: "day/{tag}/{function}"}
        """
                .formatted(tags);
    }

    private Store open() throws Exception {
        return Store.open(
                new StoreSetup(
                        new FileDisk(folder.resolve("store")),
                        new StoreConfig(
                                folder.resolve("store"),
                                4L << 30,
                                StoreConfig.defaults().keep(),
                                StoreConfig.defaults().syncEvery(),
                                StoreConfig.defaults().sealEvery(),
                                StoreConfig.defaults().whenFull()),
                        new GatewayId("line-1"),
                        clock,
                        new Random(1)));
    }

    private Wiring start(Store store, StateFiles states) throws Exception {
        var file = folder.resolve("gateway.yaml");
        Files.writeString(file, config());
        var reader = new GatewayConfigReader(SystemTags.device().tags());
        return Wiring.of(
                new Wiring.Place(
                        reader.read(file), folder, file, new Layout(reader.factories()), real),
                store,
                states::load);
    }

    private void fill() throws Exception {
        var reader = new GatewayConfigReader(SystemTags.device().tags());
        var file = folder.resolve("gateway.yaml");
        Files.writeString(file, config());
        var ready = new Layout(reader.factories()).place(reader.read(file), file.toString());
        int group = ready.devices().getFirst().firstGroup();
        int first = ready.table().indexOf(new TagName("press/t0")).orElseThrow();
        var random = new Random(1);
        var level = new int[TAGS];
        try (var store = open()) {
            for (int second = 0; second < SECONDS; second++) {
                clock.advance(Duration.ofSeconds(1));
                var batch = new Batch(TAGS);
                batch.begin(group, store.stamps().next());
                for (int i = 0; i < TAGS; i++) {
                    level[i] = Math.clamp(level[i] + random.nextInt(9) - 4, 0, 60_000);
                    batch.addInt(first + i, clock.epochNanos(), level[i], Quality.GOOD);
                }
                store.append(new Intake(TAGS, 0, 0), List.of(batch), ready.table());
                if (second % 5 == 0) {
                    store.commit();
                    store.sealIfDue();
                }
            }
            store.commit();
            log.info("filled samples={} bytes={}", (long) SECONDS * TAGS, store.sizeBytes());
        }
    }

    @Test
    void aStartOverAFullDay() throws Exception {
        fill();
        var none = new StateFiles(folder.resolve("none"));
        var states = new StateFiles(folder.resolve("states"));
        try (var store = open()) {
            long begun = real.nanoTime();
            var wiring = start(store, none);
            log.info("start without snapshot took={} ms {}", millis(begun), wiring.restart());
            assertThat(wiring.restart().batches()).isGreaterThan(SECONDS - 600L);
            wiring.parts().acquisition().step(0); // this thread owns it
            for (int i = 0; i < 3; i++) {
                begun = real.nanoTime();
                var state = wiring.parts().acquisition().ask(StateDesk::of).orElseThrow();
                long taken = millis(begun);
                states.save(state);
                log.info(
                        "snapshot bytes={} taking={} ms all={} ms",
                        state.pipelines().length,
                        taken,
                        millis(begun));
            }
        }
        try (var files = Files.list(folder.resolve("states").resolve("state"))) {
            var kept = files.toList();
            assertThat(kept).hasSize(StateFiles.KEPT);
            log.info("files={} bytes={}", kept.size(), Files.size(kept.getFirst()));
        }
        try (var store = open()) {
            long begun = real.nanoTime();
            var wiring = start(store, states);
            log.info("start with snapshot took={} ms {}", millis(begun), wiring.restart());
        }
    }

    private long millis(long begun) {
        return (real.nanoTime() - begun) / 1_000_000;
    }
}
