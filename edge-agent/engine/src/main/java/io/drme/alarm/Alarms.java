package io.drme.alarm;

import io.drme.config.Problems;
import io.drme.model.Batch;
import io.drme.stream.Pipelines;
import io.drme.stream.Snapshot;
import io.drme.stream.TagGlobs;
import io.drme.time.Hlc;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * All alarms of a gateway, compiled against its tags: one for each entry of the file and each tag
 * that matches. docs/alarms.md shows the states.
 *
 * <p>Does no I/O and reads no clock: time is the batches' gateway time and {@link #tick}. Confined
 * to the pipeline's owner thread. A sink is called during the call it was given to; what it gets
 * must be durable before anyone is told.
 *
 * <p><b>Bad quality.</b> A bad sample is neither a raise nor a clear: a raised alarm stays, a
 * running on-delay goes on, a running off-delay is called off. To be told of bad quality, use
 * {@code when: "quality == 'bad'"}.
 *
 * <p>On a reload: take a {@link #snapshot}, compile anew, {@link #restore}, then feed the latest
 * sample of each tag once, so that a changed limit is seen on a value that does not move.
 */
public final class Alarms {
    /** The longest time an alarm may be shelved for: a shift pattern's week. */
    public static final Duration MAX_SHELVE = Duration.ofDays(7);

    /** The most alarms of a gateway; it bounds their memory, some 200 bytes each. */
    public static final int MAX_ALARMS = 100_000;

    /** The longest comment or reason, in characters. */
    public static final int MAX_COMMENT_LENGTH = 1_000;

    /**
     * The most that one step of gateway time adds to a delay: ticks come every second, so a longer
     * step is a clock that was set, or a gateway that was down.
     */
    private static final long MAX_STEP_NANOS = 60_000_000_000L;

    private static final int MAGIC = 0x44415333; // "DAS3"

    private final String gateway;
    private final List<Watch> watches;
    private final Watch[][] byTag;
    private final Askers suppressors;
    private final Askers comparers;
    private final Map<String, Watch> byKey = new HashMap<>();
    private final Map<String, Watch> occurrences = new LinkedHashMap<>();
    private long lastNow = Long.MIN_VALUE;
    private long elapsed;
    private long lastStamp;

    private final Teller teller = new Teller();

    private Alarms(String gateway, AlarmCompiler compiled) {
        this.gateway = gateway;
        this.watches = compiled.all();
        this.byTag = compiled.byTag();
        this.suppressors = compiled.suppressors();
        this.comparers = compiled.comparers();
        watches.forEach(watch -> byKey.put(watch.key(), watch));
    }

    /**
     * Compiles alarms against tags. What is wrong (no tag matches, types don't fit) is noted in
     * {@code problems}; the result then leaves out what is wrong, and must not run.
     *
     * @param gateway begins the id of each occurrence, so that they are unique in the fleet
     * @param pipelines whose tags of now, the devices' and the derived ones, globs see
     */
    public static Alarms compile(
            List<AlarmConfig> configs, String gateway, Pipelines pipelines, Problems problems) {
        return compile(
                configs,
                gateway,
                pipelines,
                problems,
                (where, key, _, message) -> problems.add(where, key, message));
    }

    /**
     * The same, but that globs without a match are told to {@code unmatched}: where parts of a file
     * could not be read, they may mean what is missing.
     */
    public static Alarms compile(
            List<AlarmConfig> configs,
            String gateway,
            Pipelines pipelines,
            Problems problems,
            TagGlobs.Unmatched unmatched) {
        var compiler = new AlarmCompiler(pipelines, problems, unmatched);
        for (var config : configs) {
            if (!compiler.add(config)) {
                break;
            }
        }
        return new Alarms(gateway, compiler);
    }

    /**
     * Looks at each sample; conditions without delay raise or clear at once. Suppression begins
     * before the batch's other samples are looked at and ends after them: a poll that finds the
     * machine at rest and its pressure low finds both at the same time.
     */
    public void process(Batch in, Consumer<Transition> sink) {
        long now = Hlc.epochNanos(in.gatewayTime());
        follow(now);
        if (suppressors.any()) {
            for (var watch : suppressors.begin(in, elapsed)) {
                enter(watch, Input.SUPPRESS, now, "", "suppressed by design", sink);
            }
        }
        if (comparers.any()) {
            comparers.refer(in);
        }
        look(in, now, sink);
        if (comparers.any()) {
            for (var watch : comparers.asked(in)) {
                if (watch.lookBeside(elapsed)) {
                    turn(watch, now, sink);
                }
            }
        }
        if (suppressors.any()) {
            suppressors.asked(in).forEach(watch -> endSuppression(watch, now, sink));
        }
    }

    private void endSuppression(Watch watch, long now, Consumer<Transition> sink) {
        watch.endSuppression(elapsed);
        if (watch.state() == AlarmState.SUPPRESSED && !watch.isSuppressed()) {
            comeBack(watch, now, "", "suppression ended", sink);
        }
    }

    private void look(Batch in, long now, Consumer<Transition> sink) {
        int size = in.size();
        var tags = in.tags();
        for (int i = 0; i < size; i++) {
            if (tags[i] < byTag.length) {
                for (var watch : byTag[tags[i]]) {
                    if (watch.look(in, i, elapsed)) {
                        turn(watch, now, sink);
                    }
                }
            }
        }
    }

    /**
     * Says that gateway time has reached {@code nowNanos}: delays and shelving end by ticks. Call
     * it at least once a second, also while batches flow.
     */
    public void tick(long nowNanos, Consumer<Transition> sink) {
        follow(nowNanos);
        for (int i = 0; i < watches.size(); i++) {
            var watch = watches.get(i);
            endSuppression(watch, nowNanos, sink);
            if (watch.lookAgain(elapsed)) {
                turn(watch, nowNanos, sink);
            }
            if (watch.hiddenUntil() != 0 && nowNanos >= watch.hiddenUntil()) {
                var what = watch.state() == AlarmState.SHELVED ? "shelving" : "maintenance";
                comeBack(watch, nowNanos, "", what + " ended", sink);
            }
            if (watch.isToEscalate(elapsed)) {
                teller.tell(watch, watch.escalate(nowNanos), sink);
            }
        }
    }

    List<Watch> watches() {
        return watches;
    }

    Watch[] watchesOf(int tag) {
        return tag < byTag.length ? byTag[tag] : AlarmCompiler.NO_WATCHES;
    }

    Askers suppressors() {
        return suppressors;
    }

    Askers comparers() {
        return comparers;
    }

    /** What has passed on the gateway, in nanoseconds from any origin. */
    long elapsed() {
        return elapsed;
    }

    /** Delays are measured by what passes on the gateway, whatever its clock is set to. */
    void follow(long now) {
        if (lastNow != Long.MIN_VALUE) {
            elapsed += Math.clamp(now - lastNow, 0, MAX_STEP_NANOS);
        }
        lastNow = now;
    }

    private long elapsedAt(long now) {
        return lastNow == Long.MIN_VALUE
                ? elapsed
                : elapsed + Math.clamp(now - lastNow, -elapsed, MAX_STEP_NANOS);
    }

    private void turn(Watch watch, long now, Consumer<Transition> sink) {
        watch.turn(now);
        enter(
                watch,
                !watch.isPresent()
                        ? Input.CLEAR
                        : watch.isSuppressed() ? Input.RAISE_SUPPRESSED : Input.RAISE,
                now,
                "",
                "",
                sink);
    }

    /** Goes where the input leads; an occurrence begins with leaving normal and ends with it. */
    private void enter(
            Watch watch,
            Input input,
            long now,
            String by,
            String words,
            Consumer<Transition> sink) {
        var to = watch.next(input);
        if (to.isEmpty()) {
            return;
        }
        if (watch.state() == AlarmState.NORMAL) {
            lastStamp = Math.max(now, lastStamp + 1);
            watch.begin(OccurrenceIds.of(gateway, lastStamp), now);
            occurrences.put(watch.id(), watch);
        }
        var transition = watch.enter(to.get(), now, by, words);
        watch.enteredAt(elapsedAt(now));
        if (to.get() == AlarmState.NORMAL) {
            occurrences.remove(watch.id());
        }
        teller.tell(watch, transition, sink);
    }

    /** The occurrences that are not over, by id. */
    Map<String, Watch> occurrences() {
        return occurrences;
    }

    /** Carries out what people decided at the centre; confined as this is. */
    public CentreActs centreActs() {
        return new CentreActs(this);
    }

    /** Where an alarm belongs that was hidden. */
    private void comeBack(
            Watch watch, long now, String by, String words, Consumer<Transition> sink) {
        enter(watch, back(watch), now, by, words, sink);
    }

    static Input back(Watch watch) {
        if (!watch.isPresent()) {
            return watch.wasTold() ? Input.BACK_GONE : Input.BACK_UNTOLD;
        }
        if (watch.isSuppressed()) {
            return Input.BACK_SUPPRESSED;
        }
        return watch.isAcknowledged() ? Input.BACK_ACKNOWLEDGED : Input.BACK_PRESENT;
    }

    /** A person has seen the alarm and takes care of it. */
    public Answer acknowledge(
            String id, String by, String comment, long atNanos, Consumer<Transition> sink) {
        var watch = occurrences.get(id);
        if (watch == null) {
            return new Answer.NoSuchAlarm(id);
        }
        if (watch.state() == AlarmState.ACKNOWLEDGED || watch.state() == AlarmState.LATCHED) {
            return new Answer.AlreadySo(
                    watch.isAcknowledged()
                            ? "acknowledged by " + watch.acknowledgedBy()
                            : "latched, and waits for a reset");
        }
        return command(watch, Input.ACKNOWLEDGE, atNanos, by, comment, sink);
    }

    /**
     * Puts an alarm aside; it comes back by itself. Shelved again, it comes back at the new time.
     *
     * @param time more than zero, at most {@link #MAX_SHELVE}
     * @param reason not blank
     */
    public Answer shelve(
            String id,
            String by,
            Duration time,
            String reason,
            long atNanos,
            Consumer<Transition> sink) {
        var watch = occurrences.get(id);
        if (watch == null) {
            return new Answer.NoSuchAlarm(id);
        }
        if (time.isNegative() || time.isZero() || time.compareTo(MAX_SHELVE) > 0) {
            return new Answer.Refused("the time must be more than 0 and at most 7 days");
        }
        if (reason.isBlank()) {
            return new Answer.Refused("a reason is needed, for those who come after you");
        }
        boolean isAnew = watch.state() == AlarmState.SHELVED;
        if ((isAnew || watch.next(Input.SHELVE).isPresent())
                && reason.length() <= MAX_COMMENT_LENGTH) {
            watch.hiddenUntil(atNanos + time.toNanos());
        }
        return isAnew
                ? comment(id, by, reason, atNanos, sink)
                : command(watch, Input.SHELVE, atNanos, by, reason, sink);
    }

    /** Brings a shelved alarm back before its time. */
    public Answer unshelve(
            String id, String by, String comment, long atNanos, Consumer<Transition> sink) {
        return back(id, AlarmState.SHELVED, by, comment, atNanos, sink);
    }

    Answer back(
            String id,
            AlarmState from,
            String by,
            String comment,
            long atNanos,
            Consumer<Transition> sink) {
        var watch = occurrences.get(id);
        if (watch == null) {
            return new Answer.NoSuchAlarm(id);
        }
        return watch.state() == from
                ? command(watch, back(watch), atNanos, by, comment, sink)
                : Answer.notPossible(watch.state());
    }

    /** Ends a latched alarm. */
    public Answer reset(
            String id, String by, String comment, long atNanos, Consumer<Transition> sink) {
        var watch = occurrences.get(id);
        return watch == null
                ? new Answer.NoSuchAlarm(id)
                : command(watch, Input.RESET, atNanos, by, comment, sink);
    }

    /** Adds words to an occurrence; its state stays. */
    public Answer comment(
            String id, String by, String comment, long atNanos, Consumer<Transition> sink) {
        var watch = occurrences.get(id);
        if (watch == null) {
            return new Answer.NoSuchAlarm(id);
        }
        if (comment.isBlank() || comment.length() > MAX_COMMENT_LENGTH) {
            return new Answer.Refused(
                    "a comment has 1 to %d characters".formatted(MAX_COMMENT_LENGTH));
        }
        teller.tell(watch, watch.enter(watch.state(), atNanos, by, comment), sink);
        return new Answer.Done();
    }

    Answer command(
            Watch watch,
            Input input,
            long atNanos,
            String by,
            String words,
            Consumer<Transition> sink) {
        if (words.length() > MAX_COMMENT_LENGTH) {
            return new Answer.Refused(
                    "a comment has at most %d characters".formatted(MAX_COMMENT_LENGTH));
        }
        if (watch.next(input).isEmpty()) {
            return Answer.notPossible(watch.state());
        }
        enter(watch, input, atNanos, by, words, sink);
        return new Answer.Done();
    }

    /** What takes alarms out of service and back; confined as this is. */
    public Service service() {
        return new Service(this);
    }

    Teller teller() {
        return teller;
    }

    /** All occurrences that are not over, in the order they began. */
    public List<PresentAlarm> present() {
        return occurrences.values().stream().map(Watch::present).toList();
    }

    /** How many alarms there are: entries times matching tags. */
    public int count() {
        return watches.size();
    }

    /** The state of all alarms, to go on from after a restart or reload. */
    public byte[] snapshot() {
        return Snapshot.seal(
                MAGIC,
                out -> {
                    out.writeLong(lastNow);
                    out.writeLong(elapsed);
                    out.writeLong(lastStamp);
                    SavedWatches.write(watches, out);
                    out.writeInt(occurrences.size());
                    for (var watch : occurrences.values()) {
                        out.writeUTF(watch.key());
                        Transitions.write(watch.removal(), out);
                    }
                });
    }

    /**
     * Takes over a snapshot, into alarms just compiled. An occurrence whose alarm or tag is no
     * longer configured ends with a transition to normal that says so; it is never just gone.
     *
     * @return false where the bytes are no snapshot of this release; nothing is taken over then
     */
    public boolean restore(byte[] snapshot, long atNanos, Consumer<Transition> sink) {
        var body = Snapshot.open(MAGIC, snapshot);
        if (body.isEmpty()) {
            return false;
        }
        try (var in = body.get()) {
            lastNow = in.readLong();
            elapsed = in.readLong();
            lastStamp = in.readLong();
            SavedWatches.read(in, byKey);
            restoreOccurrences(in, atNanos, sink);
            return true;
        } catch (IOException e) {
            // The checksum was right, so we wrote this ourselves and can't read it: a bug.
            throw new UncheckedIOException("a snapshot of this release can't be read", e);
        }
    }

    private void restoreOccurrences(DataInputStream in, long atNanos, Consumer<Transition> sink)
            throws IOException {
        for (int left = in.readInt(); left > 0; left--) {
            var watch = byKey.get(in.readUTF());
            var removal = Transitions.read(in, atNanos);
            if (watch == null) {
                sink.accept(removal);
            } else {
                occurrences.put(watch.id(), watch);
            }
        }
    }

    /**
     * Takes over recorded transitions that are newer than the snapshot, in the order of the record:
     * after a kill -9 this brings the alarms to where everybody was told they are. To replay more
     * than that does no harm, as the last transition of an alarm decides. One of an alarm that is
     * no longer configured changes nothing.
     */
    public void replay(List<Transition> transitions) {
        transitions.forEach(transition -> replay(transition, false));
    }

    void replay(Transition transition, boolean bySamples) {
        if (transition.atNanos() > lastNow) {
            follow(transition.atNanos());
        }
        // An id that was given once is not given again.
        lastStamp = Math.max(lastStamp, OccurrenceIds.stamp(transition.id()));
        var watch = byKey.get(Watch.key(transition));
        if (watch != null) {
            var before = watch.id();
            watch.replay(transition, bySamples);
            watch.enteredAt(elapsedAt(transition.atNanos()));
            boolean isOver = watch.state() == AlarmState.NORMAL;
            if (isOver || !before.equals(watch.id())) {
                occurrences.remove(before);
            }
            if (!isOver) {
                occurrences.put(watch.id(), watch); // one that is there keeps its place
            }
        }
    }
}
