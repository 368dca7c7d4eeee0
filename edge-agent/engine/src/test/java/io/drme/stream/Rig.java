package io.drme.stream;

import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reading;
import io.drme.model.Reason;
import io.drme.model.Sample;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.Value;
import io.drme.time.Hlc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Pipelines from a file's text, fed by hand; the device's clock is the gateway's unless shifted.
 */
final class Rig {
    /** 2026-01-01T00:00:00Z, which begins a window of any usual length. */
    static final long START = 1_767_225_600_000_000_000L;

    private final Batch in = new Batch();
    private final Batch derived = new Batch();
    private final List<Sample> results = new ArrayList<>();
    private Pipelines pipelines;
    private long sourceShift;
    private long polledAt;
    private boolean isPolling;

    Rig(String yaml, Tag... tags) {
        this.pipelines = Pipelines.of(yaml, tags);
    }

    /** Everything that is wrong with a file, as a person sees it. */
    static List<String> problems(String yaml, Tag... tags) {
        var problems = new Problems();
        var configs = PipelineConfig.readAll(top(yaml, problems));
        Pipelines.compile(configs, List.of(tags), problems);
        return problems.list().stream().map(Object::toString).toList();
    }

    static Section top(String yaml, Problems problems) {
        Node.Mapping mapping = YamlReader.parse("gateway.yaml", yaml, problems).orElseThrow();
        return new Section(mapping, "", problems);
    }

    Pipelines pipelines() {
        return pipelines;
    }

    /** From here on device clocks are ahead of the gateway's by so much. */
    Rig shiftSource(Duration by) {
        sourceShift = by.toNanos();
        return this;
    }

    Rig real(String tag, double seconds, double value) {
        begin(seconds).addDouble(index(tag), source(seconds), value, Quality.GOOD);
        return run();
    }

    Rig integer(String tag, double seconds, long value) {
        begin(seconds).addInt(index(tag), source(seconds), value, Quality.GOOD);
        return run();
    }

    /** A value in the tag's type. */
    Rig number(String tag, double seconds, String value) {
        return switch (pipelines.table().get(index(tag)).type()) {
            case BOOLEAN -> bool(tag, seconds, Boolean.parseBoolean(value));
            case INT64 -> integer(tag, seconds, Long.parseLong(value));
            case FLOAT64 -> real(tag, seconds, Double.parseDouble(value));
            case TEXT -> text(tag, seconds, value);
        };
    }

    /** A truth with a source time apart from the gateway's. */
    Rig boolAt(String tag, double seconds, double sourceSeconds, boolean value) {
        begin(seconds).addBoolean(index(tag), nanos(sourceSeconds), value, Quality.GOOD);
        return run();
    }

    Rig bool(String tag, double seconds, boolean value) {
        begin(seconds).addBoolean(index(tag), source(seconds), value, Quality.GOOD);
        return run();
    }

    Rig text(String tag, double seconds, String value) {
        begin(seconds).addText(index(tag), source(seconds), value, Quality.GOOD);
        return run();
    }

    Rig uncertain(String tag, double seconds, double value) {
        byte quality = Quality.uncertain(Reason.DEVICE_UNCERTAIN);
        begin(seconds).addDouble(index(tag), source(seconds), value, quality);
        return run();
    }

    Rig bad(String tag, double seconds, Reason reason) {
        begin(seconds).addBad(index(tag), source(seconds), reason);
        return run();
    }

    /** A sample of any quality, with its time in nanoseconds. */
    Rig sample(String tag, long nanos, double value, byte quality) {
        long bits = Quality.isBad(quality) ? 0 : Double.doubleToRawLongBits(value);
        beginAt(nanos).add(index(tag), nanos, bits, quality);
        return run();
    }

    /** Samples from here on are one batch of a time, as a poll gives; {@link #polled} ends it. */
    Rig poll(long nanos) {
        in.begin(0, Hlc.of(nanos / 1_000_000, 0));
        polledAt = nanos;
        isPolling = true;
        return this;
    }

    /** One of the samples of a poll. */
    Rig with(String tag, double value, byte quality) {
        return sample(tag, polledAt, value, quality);
    }

    /** A good one of them. */
    Rig with(String tag, double value) {
        return with(tag, value, Quality.GOOD);
    }

    /** Runs the poll that was begun, if any. */
    Rig polled() {
        boolean isOver = isPolling;
        isPolling = false;
        return isOver ? run() : this;
    }

    /** A sample with a source time apart from the gateway's. */
    Rig realAt(String tag, double seconds, double sourceSeconds, double value) {
        begin(seconds).addDouble(index(tag), nanos(sourceSeconds), value, Quality.GOOD);
        return run();
    }

    Rig tick(double seconds) {
        derived.begin(0, 0);
        pipelines.tick(nanos(seconds), derived);
        results.addAll(derived.samples(pipelines.table()));
        return this;
    }

    /** Ticks each second, both ends included. */
    Rig ticks(int from, int to) {
        for (int second = from; second <= to; second++) {
            tick(second);
        }
        return this;
    }

    /** What was derived since the last call. */
    List<Sample> results() {
        var taken = List.copyOf(results);
        results.clear();
        return taken;
    }

    /** The same as lines such as {@code 10s press/avg 2.5}. */
    List<String> lines() {
        return results().stream().map(Rig::line).collect(Collectors.toList());
    }

    static String line(Sample sample) {
        return seconds(sample.sourceTimeNanos())
                + " "
                + sample.tag()
                + " "
                + text(sample.reading());
    }

    /** A time such as {@code 10s}, since the rig's beginning. */
    static String seconds(long nanos) {
        double seconds = (nanos - START) / 1e9;
        return seconds == Math.rint(seconds) ? (long) seconds + "s" : seconds + "s";
    }

    private static String text(Reading reading) {
        return switch (reading) {
            case Reading.Good(var value) -> text(value);
            case Reading.Uncertain(var value, var reason) ->
                    text(value) + " uncertain " + reason.text();
            case Reading.Bad(var reason) -> "bad " + reason.text();
        };
    }

    private static String text(Value value) {
        return switch (value) {
            case Value.Bool(boolean b) -> String.valueOf(b);
            case Value.Int(long i) -> String.valueOf(i);
            case Value.Real(double d) -> String.valueOf(d);
            case Value.Text(String s) -> "'" + s + "'";
        };
    }

    private Batch begin(double seconds) {
        return beginAt(nanos(seconds));
    }

    private Batch beginAt(long nanos) {
        if (!isPolling) {
            in.begin(0, Hlc.of(nanos / 1_000_000, 0));
        }
        return in;
    }

    private Rig run() {
        if (isPolling) {
            return this;
        }
        derived.begin(0, in.gatewayTime());
        pipelines.process(in, derived);
        results.addAll(derived.samples(pipelines.table()));
        return this;
    }

    private int index(String tag) {
        return pipelines.table().indexOf(new TagName(tag)).orElseThrow();
    }

    private long source(double seconds) {
        return nanos(seconds) + sourceShift;
    }

    static long nanos(double seconds) {
        return START + Math.round(seconds * 1e9);
    }
}
