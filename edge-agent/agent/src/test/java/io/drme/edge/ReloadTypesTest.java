package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.edge.acquisition.Acquisition;
import io.drme.edge.acquisition.Recording;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.TagName;
import io.drme.model.ValueType;
import io.drme.testing.ManualClock;
import io.drme.time.HybridClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A reload gives a tag another type while batches of the old one are under way. The bits of a whole
 * number, read as a float64, are a wrong value under good quality.
 */
class ReloadTypesTest {
    private static final String CONFIG =
            """
            gateway: {id: g}
            devices:
              press: {driver: modbus, url: "tcp://h", tags: {level: {address: "holding:1", type: @type@}}}
            alarms:
              low: {tag: "press/level", low: 1, on-delay: 0s, priority: high, message: "Low", action: "Look"}
            """;
    private static final long WHOLE = 50;
    private static final double REAL = 21.5;

    @TempDir private Path folder;

    private final ManualClock clock = new ManualClock();
    private final ArrayBlockingQueue<Batch> in = new ArrayBlockingQueue<>(16);
    private final ArrayBlockingQueue<Recording> out = new ArrayBlockingQueue<>(64);
    private final GatewayConfigReader reader = new GatewayConfigReader(SystemTags.device().tags());
    private final Layout layout = new Layout(reader.factories());
    private Layout.Ready whole;
    private Layout.Ready real;
    private Acquisition acquisition;

    @BeforeEach
    void readWholeNumbers() throws Exception {
        whole = placed("int64");
        real = placed("float64");
        acquisition = new Acquisition(clock, new HybridClock(clock, 0), in, out, whole.plan());
    }

    private Layout.Ready placed(String type) throws Exception {
        var file = folder.resolve("gateway.yaml");
        Files.writeString(file, CONFIG.replace("@type@", type));
        return layout.place(reader.read(file), "gateway.yaml");
    }

    private static int level(Layout.Ready ready) {
        return ready.table().indexOf(new TagName("press/level")).orElseThrow();
    }

    private Batch batch(Layout.Ready ready, long bits) {
        var batch = new Batch(1);
        batch.begin(ready.devices().getFirst().firstGroup(), 0);
        batch.add(level(ready), clock.epochNanos(), bits, Quality.GOOD);
        return batch;
    }

    /** The reload itself, on this thread as its owner. */
    private void changeToRealNumbers() throws Exception {
        acquisition.step(0);
        acquisition.ask(owner -> {
            owner.change(real.plan());
            return true;
        });
    }

    private void step() throws InterruptedException {
        clock.advance(Duration.ofSeconds(1));
        acquisition.step(0);
    }

    private List<String> recorded() {
        var told = new ArrayList<String>();
        for (var recording = out.poll(); recording != null; recording = out.poll()) {
            if (recording.samples().isPresent() && recording.samples().get().size() > 0) {
                var type = recording.tags().type(level(whole));
                long bits = recording.samples().get().bits()[0];
                told.add(
                        type
                                + " "
                                + (type == ValueType.INT64
                                        ? (Object) bits
                                        : Double.longBitsToDouble(bits)));
            }
        }
        return told;
    }

    @Test
    void whatWaitedIsUnderstoodAsItWasRead() throws Exception {
        acquisition.step(0);
        in.put(batch(whole, WHOLE));
        in.put(batch(whole, WHOLE + 1));
        changeToRealNumbers();
        in.put(batch(real, Double.doubleToRawLongBits(REAL)));
        step();

        assertThat(recorded()).containsExactly("INT64 50", "INT64 51", "FLOAT64 21.5");
        assertThat(acquisition.strayBatches()).isZero();
    }

    // A device that does not end in time delivers once more, under the tag indexes of the new one.
    @Test
    void whatAnOldDeviceStillDeliversIsDroppedAndCounted() throws Exception {
        changeToRealNumbers();
        in.put(batch(whole, WHOLE));
        step();

        assertThat(recorded()).isEmpty();
        assertThat(acquisition.strayBatches()).isEqualTo(1);
        assertThat(acquisition.straySamples()).isEqualTo(1);
        assertThat(acquisition.latest().quality(level(real)))
                .isEqualTo(Quality.bad(Reason.NOT_YET_READ));
    }

    // 50 as a float64 would be 2.5e-322: good, and below every limit.
    @Test
    void theLastValueOfTheOldTypeIsNoValueOfTheNewOne() throws Exception {
        in.put(batch(whole, WHOLE));
        changeToRealNumbers();
        step();

        assertThat(acquisition.latest().quality(level(real)))
                .isEqualTo(Quality.bad(Reason.NOT_YET_READ));
        var present = acquisition.ask(owner -> owner.alarms().present());
        assertThat(present).as("no alarm on a value nobody read").isEmpty();
    }
}
