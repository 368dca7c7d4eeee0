package io.drme.edge.recording;

import io.drme.alarm.AlarmLoad;
import io.drme.alarm.AlarmState;
import io.drme.alarm.LoadFigures;
import io.drme.alarm.Transition;
import io.drme.log.EventItem;
import io.drme.log.Store;
import io.drme.log.StoreView;
import io.drme.model.StreamKind;
import io.drme.schema.AlarmFlood;
import io.drme.schema.AlarmTransition;
import io.drme.schema.BadEventException;
import io.drme.schema.EventSchema;
import io.drme.schema.Payload;
import io.drme.schema.Payloads;
import io.drme.time.Hlc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Every occurrence of an alarm that the log still tells of, newest last: what lists show. Fed only
 * with transitions that are durable.
 *
 * <p>{@link #take} belongs to the store's thread; {@link #occurrences} is for any.
 */
public final class AlarmBook {
    /**
     * Occurrences kept in memory; older ones are in the log and at the centre. Those that are open
     * are kept whatever their number, which {@code Alarms.MAX_ALARMS} bounds.
     */
    public static final int MOST_OCCURRENCES = 2_000;

    /** Steps kept of one occurrence: the first, and the newest; all are in the log. */
    public static final int MOST_STEPS = 50;

    private final LinkedHashMap<String, Occurrence> byId = new LinkedHashMap<>();
    private int open;
    private final List<Transition> recorded;
    private final AlarmLoad load;
    private final AtomicReference<List<Occurrence>> published = new AtomicReference<>(List.of());
    private final List<Consumer<List<Occurrence>>> listeners = new CopyOnWriteArrayList<>();

    private AlarmBook(List<Transition> recorded, AlarmLoad load) {
        this.recorded = recorded;
        this.load = load;
        recorded.forEach(this::apply);
        publish();
    }

    /**
     * One occurrence as lists show it.
     *
     * @param last the newest transition
     * @param raised the value that raised it is in it
     * @param clearedAtNanos 0 while the condition is present
     * @param acknowledgedAtNanos 0 while it is not acknowledged
     * @param acknowledgedBy empty while it is not acknowledged
     * @param comment the last words; may be empty
     * @param steps what happened to it, comments included, oldest first; of more than {@link
     *     #MOST_STEPS} the first and the newest
     */
    public record Occurrence(
            Transition last,
            Transition raised,
            long clearedAtNanos,
            long acknowledgedAtNanos,
            String acknowledgedBy,
            String comment,
            List<Transition> steps) {

        /** Whether it is not over. */
        public boolean isOpen() {
            return last.to() != AlarmState.NORMAL;
        }

        private static Occurrence first(Transition t) {
            return new Occurrence(t, t, 0, 0, "", "", List.of()).with(t);
        }

        private List<Transition> stepsWith(Transition t) {
            var all = new ArrayList<>(steps);
            all.add(t);
            if (all.size() > MOST_STEPS) {
                all.remove(1);
            }
            return List.copyOf(all);
        }

        /** Putting aside what returned is no acknowledgement: it comes back as it was. */
        private static boolean acknowledgesReturned(Transition t) {
            return t.from() == AlarmState.RETURNED
                    && (t.to() == AlarmState.NORMAL || t.to() == AlarmState.LATCHED);
        }

        private Occurrence with(Transition t) {
            boolean acknowledges =
                    t.from() != t.to()
                            && (t.to() == AlarmState.ACKNOWLEDGED || acknowledgesReturned(t))
                            && !t.by().isEmpty()
                            && acknowledgedAtNanos == 0;
            boolean clears =
                    t.from() != t.to()
                            && (t.to() == AlarmState.RETURNED
                                    || t.to() == AlarmState.NORMAL
                                    || t.to() == AlarmState.LATCHED)
                            && clearedAtNanos == 0;
            return new Occurrence(
                    t,
                    raised,
                    clears ? t.atNanos() : t.to() == AlarmState.UNACKNOWLEDGED ? 0 : clearedAtNanos,
                    acknowledges
                            ? t.atNanos()
                            : t.to() == AlarmState.UNACKNOWLEDGED ? 0 : acknowledgedAtNanos,
                    acknowledges
                            ? t.by()
                            : t.to() == AlarmState.UNACKNOWLEDGED ? "" : acknowledgedBy,
                    t.comment().isEmpty() ? comment : t.comment(),
                    stepsWith(t));
        }
    }

    /**
     * Reads what the log tells; what can't be read is left to the log's own reports.
     *
     * @param others sees every event, so that the log is read once
     */
    public static AlarmBook of(StoreView log, Consumer<EventItem> others) {
        var transitions = new ArrayList<Transition>();
        var load = new AlarmLoad();
        for (var range : log.held(StreamKind.EVENTS).ranges()) {
            for (long sequence = range.from(); sequence <= range.to(); sequence++) {
                log.read(StreamKind.EVENTS, sequence)
                        .flatMap(EventItem::decode)
                        .ifPresent(item -> {
                            switch (payload(item)) {
                                case AlarmTransition t ->
                                        Transition.of(t)
                                                .ifPresent(known -> {
                                                    transitions.add(known);
                                                    load.take(AlarmLoad.Change.of(known));
                                                });
                                case AlarmFlood flood -> load.recorded(flood);
                                case null, default -> {}
                            }
                            others.accept(item);
                        });
            }
        }
        return new AlarmBook(transitions, load);
    }

    /** Null where it is about something else, or can't be read. */
    private static @Nullable Payload payload(EventItem item) {
        int schema = item.event().schemaId();
        if (schema != EventSchema.ALARM_TRANSITION.id() && schema != EventSchema.ALARM_FLOOD.id()) {
            return null;
        }
        try {
            return Payloads.of(item.event());
        } catch (BadEventException _) {
            return null;
        }
    }

    /** What alarms ask of people by now; from any thread but the store's. */
    public LoadFigures figures(Recorder recorder) throws InterruptedException {
        return recorder.ask(s -> load.figures(now(s)));
    }

    /** Records that a flood of alarms began or ended; from any thread but the store's. */
    public void recordFloods(Recorder recorder) throws InterruptedException {
        for (var change : recorder.ask(s -> load.changes(now(s)))) {
            recorder.record(change);
        }
    }

    private static long now(Store store) {
        return Hlc.epochNanos(store.stamps().next());
    }

    /** What the log told at the start, in its order: what alarms go on from. */
    public List<Transition> recorded() {
        return recorded;
    }

    /** Takes transitions that are durable, and tells the listeners. */
    public void take(List<Transition> durable) {
        var changed = durable.stream().map(this::apply).toList();
        durable.forEach(t -> load.take(AlarmLoad.Change.of(t)));
        publish();
        listeners.forEach(l -> l.accept(changed));
    }

    /** Adds a listener, which is called on the store's thread and must not block. */
    public void listen(Consumer<List<Occurrence>> listener) {
        listeners.add(listener);
    }

    /** All occurrences, oldest first; from any thread. */
    public List<Occurrence> occurrences() {
        return published.get();
    }

    private Occurrence apply(Transition t) {
        var before = byId.get(t.id());
        var now = before == null ? Occurrence.first(t) : before.with(t);
        byId.put(t.id(), now);
        open += (now.isOpen() ? 1 : 0) - (before != null && before.isOpen() ? 1 : 0);
        if (byId.size() > MOST_OCCURRENCES && byId.size() > open) {
            forgetOne();
        }
        return now;
    }

    /** The oldest that is over; what is open a horn, a list and a snapshot go by. */
    private void forgetOne() {
        byId.values().stream()
                .filter(o -> !o.isOpen())
                .findFirst()
                .ifPresent(o -> byId.remove(o.last().id()));
    }

    private void publish() {
        published.set(List.copyOf(byId.values()));
    }
}
