package io.drme.trial;

import io.drme.alarm.AlarmState;
import io.drme.alarm.Alarms;
import io.drme.alarm.PresentAlarm;
import io.drme.model.Batch;
import io.drme.model.Glob;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.model.Values;
import io.drme.stream.Pipelines;
import java.util.BitSet;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Plays one test in virtual time, as a gateway does: a batch of what is read at one time, scaled;
 * range and deadband; pipelines; alarms; and ticks between.
 */
final class Play {
    /** What is read belongs to no poll group in particular; only reports ask for it. */
    private static final int GROUP = 1;

    private final TrialConfig test;
    private final Pipelines pipelines;
    private final Alarms alarms;
    private final Bench.Intake intake;
    private final CoverageRun coverage;
    private final Played played;
    private final Batch in = new Batch();
    private final Batch derived = new Batch();

    Play(TrialConfig test, Bench.Setup setup, Bench.Intake intake, CoverageRun coverage) {
        this.test = test;
        this.pipelines = setup.pipelines();
        this.alarms = setup.alarms();
        this.intake = intake;
        this.coverage = coverage;
        this.played = new Played(pipelines.table(), wanted(test, pipelines));
    }

    private static BitSet wanted(TrialConfig test, Pipelines pipelines) {
        var table = pipelines.table();
        var wanted = new BitSet();
        for (var line : test.expected()) {
            switch (line) {
                case Expected.Results results ->
                        results.cells().forEach(c -> wanted.set(index(table, c.tag())));
                case Expected.NoResult none -> {
                    var glob = Glob.of(none.glob());
                    pipelines.present().stream()
                            .filter(i -> glob.matches(table.get(i).name().text()))
                            .forEach(wanted::set);
                }
                case Expected.State _, Expected.NoAlarm _ -> {}
            }
        }
        return wanted;
    }

    static int index(TagTable table, String tag) {
        return table.indexOf(new TagName(tag)).orElseThrow();
    }

    /** A line with the next time at which it gives something. */
    private record Turn(long at, int number, Given line) {}

    Played run() {
        var turns =
                new PriorityQueue<>(
                        Comparator.comparingLong(Turn::at).thenComparingInt(Turn::number));
        for (int i = 0; i < test.given().size(); i++) {
            var line = test.given().get(i);
            turns.add(new Turn(first(line), i, line));
        }
        long length = test.lengthNanos();
        long step = TestTime.tickNanos(length);
        for (long tick = 0; tick <= length; tick += step) {
            while (!turns.isEmpty() && turns.element().at() <= tick) {
                moment(turns);
            }
            tick(tick);
        }
        return played;
    }

    private static long first(Given line) {
        return switch (line) {
            case Given.Samples samples -> samples.span().from();
            case Given.Deed deed -> deed.at();
        };
    }

    /** All that is given at one time is one batch. */
    private void moment(PriorityQueue<Turn> turns) {
        long at = turns.element().at();
        in.begin(GROUP, TestTime.stamp(at));
        while (!turns.isEmpty() && turns.element().at() == at) {
            var turn = turns.remove();
            switch (turn.line()) {
                case Given.Samples samples -> {
                    add(samples, at);
                    if (samples.every() > 0 && at + samples.every() <= samples.span().to()) {
                        turns.add(new Turn(at + samples.every(), turn.number(), samples));
                    }
                }
                case Given.Deed deed -> act(deed);
            }
        }
        if (in.size() > 0) {
            process(at);
        }
    }

    private void add(Given.Samples samples, long at) {
        long source = TestTime.START_NANOS + samples.source().orElse(at);
        for (var cell : samples.cells()) {
            int tag = index(pipelines.table(), cell.tag());
            if (cell.isBad()) {
                in.addBad(tag, source, cell.reason().orElse(Reason.DEVICE_BAD));
            } else {
                byte quality =
                        cell.quality() == Quality.Severity.GOOD
                                ? Quality.GOOD
                                : Quality.uncertain(cell.reason().orElse(Reason.DEVICE_UNCERTAIN));
                var value = value(samples, cell, pipelines.table().type(tag), at);
                if (value instanceof Value.Text(String text)) {
                    in.addText(tag, source, text, quality);
                } else {
                    in.add(tag, source, Values.bits(value), quality);
                }
            }
        }
    }

    private static Value value(Given.Samples samples, Cell cell, ValueType type, long at) {
        var text = cell.value().orElse("");
        var ramp = CellReader.RAMP.matcher(text);
        if (type == ValueType.TEXT || !ramp.matches()) {
            return ValueText.parse(type, text).orElseThrow();
        }
        double first = Double.parseDouble(ramp.group(1));
        double last = Double.parseDouble(ramp.group(2));
        long steps = samples.times() - 1;
        long passed = (at - samples.span().from()) / Math.max(1, samples.every());
        double value = steps == 0 ? first : first + (last - first) * passed / steps;
        return type == ValueType.INT64 ? new Value.Int(Math.round(value)) : new Value.Real(value);
    }

    private void act(Given.Deed deed) {
        long at = TestTime.START_NANOS + deed.at();
        for (var present : alarms.present()) {
            if (present.name().equals(deed.alarm())) {
                act(deed.action(), present, at);
            }
        }
    }

    private void act(Given.Action action, PresentAlarm present, long at) {
        switch (action) {
            case ACKNOWLEDGE -> alarms.acknowledge(present.id(), "test", "", at, played::note);
            case RESET -> {
                if (present.state() == AlarmState.LATCHED) {
                    alarms.reset(present.id(), "test", "", at, played::note);
                }
            }
        }
    }

    private void process(long at) {
        coverage.given(in);
        intake.apply(in, pipelines.table());
        derived.begin(0, TestTime.stamp(at));
        pipelines.process(in, derived);
        evaluate(in);
        evaluate(derived);
        coverage.processed(in, derived);
    }

    private void tick(long at) {
        long now = TestTime.START_NANOS + at;
        derived.begin(0, TestTime.stamp(at));
        pipelines.tick(now, derived);
        alarms.tick(now, played::note);
        evaluate(derived);
        coverage.ticked(now, derived);
    }

    private void evaluate(Batch batch) {
        if (batch.size() > 0) {
            alarms.process(batch, played::note);
            played.note(batch);
        }
    }
}
