package io.drme.alarm;

import io.drme.config.Quantities;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.model.Values;
import io.drme.schema.AlarmMarks;
import io.drme.schema.AlarmTransition;
import io.drme.stream.Program;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One alarm: an entry of the file on one tag, with its present state. */
final class Watch {
    private static final long NOT_PENDING = -1;

    private final AlarmConfig config;
    private final Tag tag;
    private final String tagName;
    private final Detector detector;
    private final @Nullable Suppression suppression;
    private final @Nullable FirstOut group;
    private final Machine machine;
    private final long onDelayNanos;
    private final long offDelayNanos;

    private AlarmState state = AlarmState.NORMAL;
    private String id = "";
    private boolean isPresent;
    private long pendingSince = NOT_PENDING;

    private boolean hasValue;
    private long bits;
    private @Nullable String text;

    private Optional<Value> raisedBy = Optional.empty();
    private long raisedAt;
    private long clearedAt;
    private long acknowledgedAt;
    private String acknowledgedBy = "";
    private long hiddenUntil;
    private boolean wasTold;
    private String comment = "";
    private Decision decision = Decision.NONE;
    private boolean isFirst;
    private final Waiting waiting = new Waiting();

    /**
     * An alarm in its normal state.
     *
     * @param suppression what holds it back; null where nothing does
     * @param group in which what came first is marked; null where it is in none
     */
    Watch(
            AlarmConfig config,
            Tag tag,
            Detector detector,
            @Nullable Suppression suppression,
            @Nullable FirstOut group) {
        this.config = config;
        this.tag = tag;
        this.tagName = tag.name().text();
        this.detector = detector;
        this.suppression = suppression;
        this.group = group;
        this.machine = config.latch() ? Machine.LATCHED_UNTIL_RESET : Machine.UNLATCHED;
        this.onDelayNanos = config.onDelay().toNanos();
        this.offDelayNanos = config.offDelay().toNanos();
    }

    /** Tells the alarms of a gateway apart, also after a restart. */
    String key() {
        return config.name() + " " + tagName;
    }

    /** The key of the alarm that a transition is of. */
    static String key(Transition transition) {
        return transition.name() + " " + transition.tag();
    }

    String id() {
        return id;
    }

    AlarmState state() {
        return state;
    }

    boolean isPresent() {
        return isPresent;
    }

    boolean isAcknowledged() {
        return acknowledgedAt != 0;
    }

    String acknowledgedBy() {
        return acknowledgedBy;
    }

    /** When shelving or maintenance ends; 0 where it does not end by itself. */
    long hiddenUntil() {
        return hiddenUntil;
    }

    /** Whether people were told of the condition in this occurrence. */
    boolean wasTold() {
        return wasTold;
    }

    /** Whether the plant's design holds it back now, whatever its state. */
    boolean isSuppressed() {
        return suppression != null && suppression.isActive();
    }

    /** Ends what holds it back, where that has been gone for long enough. */
    void endSuppression(long elapsed) {
        if (suppression != null && suppression.isOver(elapsed)) {
            suppression.set(false);
        }
    }

    /** What holds it back; asked only of alarms that have that. */
    Suppression suppression() {
        if (suppression == null) {
            throw new IllegalStateException(key() + " has no suppress-when");
        }
        return suppression;
    }

    boolean isOf(String name, String ofTag) {
        return config.name().equals(name) && tagName.equals(ofTag);
    }

    Detector detector() {
        return detector;
    }

    String device() {
        return tag.name().device();
    }

    /** Where an input leads, or nothing where it changes nothing. */
    Optional<AlarmState> next(Input input) {
        return machine.next(state, input);
    }

    /**
     * Looks at a sample.
     *
     * @param elapsed nanoseconds on the owner's clock, which delays are measured by
     * @return whether the condition has just come or gone, by its delay too
     */
    boolean look(Batch batch, int at, long elapsed) {
        if (!Quality.isBad(batch.qualities()[at])) {
            hasValue = true;
            bits = batch.bits()[at];
            text = tag.type() == ValueType.TEXT ? batch.text(at) : null;
        }
        return judge(detector.detect(batch, at, tagName, isPresent, elapsed), elapsed);
    }

    /** As {@link #look}, at what it compares with, be that no longer known. */
    boolean lookBeside(long elapsed) {
        return judge(detector.later(isPresent, elapsed), elapsed);
    }

    /** As {@link #look}, without a sample: time has passed. */
    boolean lookAgain(long elapsed) {
        int truth = detector.later(isPresent, elapsed);
        return truth == Program.UNKNOWN ? isDue(elapsed) : judge(truth, elapsed);
    }

    private boolean judge(int truth, long elapsed) {
        if (truth == Program.UNKNOWN) {
            // A bad reading speaks against clearing, but not against raising.
            pendingSince = isPresent ? NOT_PENDING : pendingSince;
            return false;
        }
        if ((truth == Program.TRUE) == isPresent) {
            pendingSince = NOT_PENDING;
            return false;
        }
        pendingSince = pendingSince == NOT_PENDING ? elapsed : pendingSince;
        return isDue(elapsed);
    }

    /** How long before now something may have been that still matters, in nanoseconds. */
    long looksBackNanos() {
        long hold = suppression == null ? 0 : suppression.holdNanos();
        long wait = config.escalation().map(e -> e.after().toNanos()).orElse(0L);
        long delay = detector.looksBackNanos() + Math.max(onDelayNanos, offDelayNanos);
        return Math.max(delay, Math.max(hold, wait));
    }

    /** Whether a delay has run out. */
    boolean isDue(long elapsed) {
        return pendingSince != NOT_PENDING
                && elapsed - pendingSince >= (isPresent ? offDelayNanos : onDelayNanos);
    }

    /** Notes that the condition came or went, whatever the state makes of it. */
    void turn(long now) {
        isPresent = !isPresent;
        pendingSince = NOT_PENDING;
        clearedAt = isPresent ? 0 : now;
        if (isPresent) {
            acknowledgedAt = 0;
            acknowledgedBy = "";
        }
    }

    /** Begins an occurrence. */
    void begin(String newId, long now) {
        id = newId;
        raisedAt = now;
        raisedBy = value();
        comment = "";
        wasTold = false;
        isFirst = false;
        waiting.begin();
        decision = Decision.NONE;
    }

    /** What people last decided about this occurrence. */
    Decision decision() {
        return decision;
    }

    /** Notes a record of this occurrence that is told now, or was before a restart. */
    void note(Transition transition) {
        decision = decision.after(transition);
    }

    /** Goes into a state, and gives the record of it. */
    Transition enter(AlarmState to, long now, String by, String words) {
        var from = state;
        state = to;
        comment = words.isEmpty() ? comment : words;
        boolean ends = to == AlarmState.NORMAL || to == AlarmState.LATCHED;
        boolean acknowledges =
                to == AlarmState.ACKNOWLEDGED || (from == AlarmState.RETURNED && ends);
        if (acknowledges && !isAcknowledged()) {
            acknowledged(now, by);
        }
        if (isAnew(from, to)) {
            acknowledged(0, "");
        }
        wasTold = wasTold || to == AlarmState.UNACKNOWLEDGED;
        hiddenUntil = to == AlarmState.SHELVED || to == AlarmState.OUT_OF_SERVICE ? hiddenUntil : 0;
        isFirst = group == null ? isFirst : group.moved(id, from, to);
        return record(from, to, now, by, words);
    }

    /** Says when, on the owner's clock, it came into its state. */
    void enteredAt(long elapsed) {
        waiting.enter(state, elapsed);
    }

    /** Whether nobody has acknowledged it in time, and nobody was told so yet. */
    boolean isToEscalate(long elapsed) {
        return config.escalation().isPresent()
                && waiting.isTooLong(config.escalation().get().after(), elapsed);
    }

    /** Raises its priority, and gives the record of it. */
    Transition escalate(long now) {
        waiting.escalated(true);
        var words =
                "not acknowledged within %s: %s instead of %s"
                        .formatted(
                                Quantities.text(config.escalation().orElseThrow().after()),
                                priority().text(),
                                config.priority().text());
        return enter(state, now, AlarmTransition.SYSTEM, words).decidedAt(0);
    }

    private Priority priority() {
        return waiting.isEscalated()
                ? config.escalation().map(Escalation::to).orElse(config.priority())
                : config.priority();
    }

    private AlarmMarks marks() {
        var escalatedFrom = priority() == config.priority() ? "" : config.priority().text();
        return new AlarmMarks(group == null ? "" : group.group(), isFirst, escalatedFrom);
    }

    /** Who acknowledged before it was hidden twice may not know of what came since. */
    private static boolean isAnew(AlarmState from, AlarmState to) {
        return to == AlarmState.SUPPRESSED && from.isHidden() && from != to;
    }

    /** What would end the occurrence if the alarm were no longer configured. */
    Transition removal() {
        return record(state, AlarmState.NORMAL, 0, "", "no longer configured");
    }

    private Transition record(AlarmState from, AlarmState to, long now, String by, String words) {
        return new Transition(
                id,
                config.name(),
                tag.name(),
                from,
                to,
                priority(),
                value(),
                config.message(),
                config.guidance(),
                now,
                by,
                words,
                hiddenUntil,
                by.isEmpty() ? 0 : now,
                marks(),
                tag.sync() instanceof SyncMode.Local);
    }

    private void acknowledged(long now, String by) {
        acknowledgedAt = now;
        acknowledgedBy = by;
    }

    /** Notes until when it is put aside or out of service. */
    void hiddenUntil(long until) {
        hiddenUntil = until;
    }

    private Optional<Value> value() {
        return hasValue ? Optional.of(Values.of(tag.type(), bits, text)) : Optional.empty();
    }

    /** The occurrence as lists show it. */
    PresentAlarm present() {
        return new PresentAlarm(
                id,
                config.name(),
                tag.name(),
                state,
                priority(),
                raisedBy,
                config.message(),
                config.guidance(),
                raisedAt,
                clearedAt,
                acknowledgedAt,
                acknowledgedBy,
                hiddenUntil,
                comment,
                marks());
    }

    /**
     * Goes where a recorded transition went.
     *
     * @param bySamples whether the samples beside the record are followed too; without them it is
     *     held back only where the record says so, until the next sample of what it asks
     */
    void replay(Transition transition, boolean bySamples) {
        boolean wasPresent = isPresent;
        var before = state;
        state = transition.to();
        comment = transition.comment().isEmpty() ? comment : transition.comment();
        hiddenUntil = transition.untilNanos();
        if (!id.equals(transition.id())) {
            id = transition.id();
            raisedAt = transition.atNanos();
            raisedBy = transition.value();
            clearedAt = 0;
            acknowledgedAt = 0;
            acknowledgedBy = "";
            wasTold = false;
            waiting.begin();
            decision = Decision.NONE;
        }
        note(transition);
        isFirst = transition.marks().first();
        waiting.escalated(!transition.marks().escalatedFrom().isEmpty());
        if (group != null) {
            group.recalled(isFirst ? id : "", before, state);
        }
        switch (transition.to()) {
            case UNACKNOWLEDGED -> {
                isPresent = true;
                wasTold = true;
                clearedAt = 0;
                acknowledgedAt = 0;
                acknowledgedBy = "";
            }
            case ACKNOWLEDGED -> {
                isPresent = true;
                if (transition.from() == AlarmState.UNACKNOWLEDGED) {
                    acknowledged(transition.atNanos(), transition.by());
                }
            }
            case RETURNED, LATCHED, NORMAL -> {
                clearedAt = isPresent ? transition.atNanos() : clearedAt;
                isPresent = false;
            }
            case SUPPRESSED -> replaySuppressed(transition.from());
            case SHELVED, OUT_OF_SERVICE -> {}
        }
        followSuppression(transition, bySamples);
        // A comment or an acknowledgement leaves a delay alone that runs.
        pendingSince = isPresent == wasPresent ? pendingSince : NOT_PENDING;
    }

    private void followSuppression(Transition transition, boolean bySamples) {
        if (suppression == null) {
            return;
        }
        boolean isSaid = state == AlarmState.SUPPRESSED;
        boolean ended = transition.from() == AlarmState.SUPPRESSED && !state.isHidden();
        if (suppression.isActive() != isSaid && (isSaid || ended || !bySamples)) {
            suppression.set(isSaid);
        }
    }

    private void replaySuppressed(AlarmState from) {
        if (from == AlarmState.NORMAL || from == AlarmState.LATCHED || isAnew(from, state)) {
            isPresent = true;
            clearedAt = 0;
            acknowledged(0, "");
        }
    }

    void save(DataOutput out) throws IOException {
        out.writeUTF(state.name());
        out.writeUTF(id);
        out.writeBoolean(isPresent);
        out.writeLong(pendingSince);
        out.writeLong(raisedAt);
        out.writeLong(clearedAt);
        out.writeLong(acknowledgedAt);
        out.writeUTF(acknowledgedBy);
        out.writeLong(hiddenUntil);
        out.writeBoolean(wasTold);
        out.writeUTF(comment);
        SavedWatches.write(out, value());
        SavedWatches.write(out, raisedBy);
        out.writeBoolean(suppression != null);
        if (suppression != null) {
            suppression.save(out);
        }
        decision.save(out);
        out.writeBoolean(isFirst);
        out.writeUTF(group == null ? "" : group.first());
        waiting.save(out);
        out.writeByte(detector.kind());
        detector.save(out);
    }

    void load(DataInput in) throws IOException {
        state = AlarmState.valueOf(in.readUTF());
        id = in.readUTF();
        isPresent = in.readBoolean();
        pendingSince = in.readLong();
        raisedAt = in.readLong();
        clearedAt = in.readLong();
        acknowledgedAt = in.readLong();
        acknowledgedBy = in.readUTF();
        hiddenUntil = in.readLong();
        wasTold = in.readBoolean();
        comment = in.readUTF();
        var value = SavedWatches.readValue(in).filter(v -> v.type() == tag.type());
        hasValue = value.isPresent();
        bits = value.map(Values::bits).orElse(0L);
        text = value.orElse(null) instanceof Value.Text(String words) ? words : null;
        raisedBy = SavedWatches.readValue(in);
        if (in.readBoolean()) {
            loadSuppression(in);
        }
        decision = Decision.load(in);
        isFirst = in.readBoolean();
        var first = in.readUTF();
        if (group != null) {
            group.recalled(first, AlarmState.NORMAL, state);
        }
        waiting.load(in);
        if (in.readByte() == detector.kind()) {
            detector.load(in);
        }
    }

    private void loadSuppression(DataInput in) throws IOException {
        if (suppression == null) {
            Suppression.skip(in);
        } else {
            suppression.load(in);
        }
    }
}
