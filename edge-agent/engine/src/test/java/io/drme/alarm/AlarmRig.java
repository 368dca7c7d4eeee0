package io.drme.alarm;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.stream.Pipelines;
import io.drme.time.Hlc;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Alarms from a file's text, fed by hand. */
final class AlarmRig {
    /** 2026-01-01T00:00:00Z. */
    static final long START = 1_767_225_600_000_000_000L;

    private final Pipelines pipelines;
    private final TagTable table;
    private final Batch batch = new Batch();
    private final List<Transition> taken = new ArrayList<>();
    private Alarms alarms;

    AlarmRig(String yaml, Tag... tags) {
        this.pipelines = Pipelines.compile(List.of(), List.of(tags), new Problems());
        this.table = pipelines.table();
        this.alarms = compile(yaml);
    }

    private Alarms compile(String yaml) {
        var problems = new Problems();
        var compiled =
                Alarms.compile(AlarmConfig.readAll(top(yaml, problems)), "gw", pipelines, problems);
        if (!problems.none()) {
            throw new IllegalArgumentException(problems.list().toString());
        }
        return compiled;
    }

    static List<String> problems(String yaml, Tag... tags) {
        var problems = new Problems();
        var configs = AlarmConfig.readAll(top(yaml, problems));
        var pipelines = Pipelines.compile(List.of(), List.of(tags), problems);
        Alarms.compile(configs, "gw", pipelines, problems);
        return problems.list().stream().map(Object::toString).toList();
    }

    private static Section top(String yaml, Problems problems) {
        return new Section(
                YamlReader.parse("gateway.yaml", yaml, problems).orElseThrow(), "", problems);
    }

    Alarms alarms() {
        return alarms;
    }

    /** Compiles anew and carries the state over, as a reload or restart does. */
    AlarmRig reload(String yaml, double seconds) {
        var snapshot = alarms.snapshot();
        alarms = compile(yaml);
        if (!alarms.restore(snapshot, nanos(seconds), taken::add)) {
            throw new IllegalStateException("not restored");
        }
        return this;
    }

    /** Kills the process: all that is left are the recorded transitions. */
    AlarmRig killAndReplay(String yaml, List<Transition> recorded) {
        alarms = compile(yaml);
        alarms.replay(recorded);
        return this;
    }

    AlarmRig real(String tag, double seconds, double value) {
        begin(seconds).addDouble(index(tag), nanos(seconds), value, Quality.GOOD);
        return run();
    }

    AlarmRig integer(String tag, double seconds, long value) {
        begin(seconds).addInt(index(tag), nanos(seconds), value, Quality.GOOD);
        return run();
    }

    AlarmRig bool(String tag, double seconds, boolean value) {
        begin(seconds).addBoolean(index(tag), nanos(seconds), value, Quality.GOOD);
        return run();
    }

    AlarmRig bad(String tag, double seconds) {
        begin(seconds).addBad(index(tag), nanos(seconds), Reason.TIMEOUT);
        return run();
    }

    AlarmRig tick(double seconds) {
        alarms.tick(nanos(seconds), taken::add);
        return this;
    }

    Answer acknowledge(String id, double seconds, String by) {
        return alarms.acknowledge(id, by, "", nanos(seconds), taken::add);
    }

    /** The id of the only occurrence. */
    String id() {
        var present = alarms.present();
        if (present.size() != 1) {
            throw new IllegalStateException("not one occurrence: " + present);
        }
        return present.getFirst().id();
    }

    List<Transition> transitions() {
        var list = List.copyOf(taken);
        taken.clear();
        return list;
    }

    /** The transitions as lines such as {@code 3s normal>unacknowledged}. */
    List<String> lines() {
        return transitions().stream().map(AlarmRig::line).toList();
    }

    static String line(Transition t) {
        double seconds = (t.atNanos() - START) / 1e9;
        var time = seconds == Math.rint(seconds) ? (long) seconds + "s" : seconds + "s";
        return time + " " + t.from().text() + ">" + t.to().text();
    }

    void addTo(List<Transition> all) {
        all.addAll(transitions());
    }

    Consumer<Transition> sink() {
        return taken::add;
    }

    private Batch begin(double seconds) {
        batch.begin(0, Hlc.of(nanos(seconds) / 1_000_000, 0));
        return batch;
    }

    private AlarmRig run() {
        alarms.process(batch, taken::add);
        return this;
    }

    private int index(String tag) {
        return table.indexOf(new TagName(tag)).orElseThrow();
    }

    static long nanos(double seconds) {
        return START + Math.round(seconds * 1e9);
    }
}
