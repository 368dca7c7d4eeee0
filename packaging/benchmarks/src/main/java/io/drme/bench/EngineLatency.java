package io.drme.bench;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import io.drme.stream.Pipelines;
import io.drme.time.Hlc;
import io.drme.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * How soon the results of a sample are there while 50,000 come a second: 50 devices with 100 tags
 * each, read ten times a second, one batch of 100 samples every 2 ms. The time is from when a batch
 * was due, not from when we got to it, until everything derived from it is there.
 */
final class EngineLatency {
    private static final int DEVICES = 50;
    private static final int TAGS_A_DEVICE = 100;
    private static final long BATCH_EVERY_NANOS = 2_000_000;
    private static final int WARM_BATCHES = 2_500;
    private static final int MEASURED_BATCHES = 5_000;
    private static final int NANOS_A_MILLI = 1_000_000;

    private static final Pattern LINE =
            Pattern.compile("p50 (\\S+) p99 (\\S+) max (\\S+) results (\\d+)");
    private static final String FILE =
            """
            pipelines:
              health:
                from: "*/*"
                steps:
                  - filter: "value >= 0 && quality == 'good'"
                  - map: "value * 1.8 + 32"
                  - aggregate: {window: 10s, every: 1s, functions: [avg, max, stddev]}
                to: "health/{tag}/{function}"
              kelvin: {from: "*/*", steps: [{map: "value + 273.15"}], to: "kelvin/{tag}"}
            """;

    private final SystemClock clock = new SystemClock();
    private final Pipelines pipelines = Pipelines.of(FILE, tags());
    private final Batch in = new Batch(TAGS_A_DEVICE);
    private final Batch derived = new Batch(TAGS_A_DEVICE * 8);
    private long results;

    private EngineLatency() {}

    /** What was measured. */
    record Told(double p50Millis, double p99Millis) {}

    /** Of the line that the process printed; nothing where a result was missing. */
    static Optional<Told> of(String line) {
        var matcher = LINE.matcher(line);
        long due = (long) MEASURED_BATCHES * TAGS_A_DEVICE;
        return matcher.matches() && Long.parseLong(matcher.group(4)) >= due
                ? Optional.of(
                        new Told(
                                Double.parseDouble(matcher.group(1)),
                                Double.parseDouble(matcher.group(2))))
                : Optional.empty();
    }

    /** What goes before the command. */
    static List<String> onOneCore() {
        var taskset = Path.of("/usr/bin/taskset");
        if (!Files.isExecutable(taskset)) {
            System.err.println("bench: engine: no taskset here: the latency is not of one core");
            return List.of();
        }
        return List.of(taskset.toString(), "-c", "0");
    }

    /** Takes no argument that counts. */
    public static void main(String... arguments) throws InterruptedException {
        new EngineLatency().run();
    }

    private static Tag[] tags() {
        return IntStream.range(0, DEVICES * TAGS_A_DEVICE)
                .mapToObj(i ->
                        Tag.of(
                                "press-%d/t%d".formatted(i / TAGS_A_DEVICE, i % TAGS_A_DEVICE),
                                ValueType.FLOAT64))
                .toArray(Tag[]::new);
    }

    private void run() throws InterruptedException {
        var nanos = new long[MEASURED_BATCHES];
        long began = clock.nanoTime();
        for (int batch = -WARM_BATCHES; batch < MEASURED_BATCHES; batch++) {
            long due = began + (batch + WARM_BATCHES) * BATCH_EVERY_NANOS;
            long left = due - clock.nanoTime();
            if (left > 0) {
                clock.sleep(Duration.ofNanos(left));
            }
            process(batch + WARM_BATCHES);
            if (batch >= 0) {
                nanos[batch] = clock.nanoTime() - due;
                results += derived.size();
            }
        }
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "p50 %.3f p99 %.3f max %.3f results %d%n",
                nanos[MEASURED_BATCHES / 2] / (double) NANOS_A_MILLI,
                nanos[MEASURED_BATCHES * 99 / 100] / (double) NANOS_A_MILLI,
                nanos[MEASURED_BATCHES - 1] / (double) NANOS_A_MILLI,
                results);
    }

    private void process(int batch) {
        int device = batch % DEVICES;
        long millis = EngineWork.START_MILLIS + batch * BATCH_EVERY_NANOS / NANOS_A_MILLI;
        in.begin(device, Hlc.of(millis, 0));
        for (int i = 0; i < TAGS_A_DEVICE; i++) {
            in.addDouble(
                    device * TAGS_A_DEVICE + i,
                    millis * NANOS_A_MILLI,
                    EngineWork.value(i, batch),
                    Quality.GOOD);
        }
        derived.begin(device, in.gatewayTime());
        pipelines.process(in, derived);
    }
}
