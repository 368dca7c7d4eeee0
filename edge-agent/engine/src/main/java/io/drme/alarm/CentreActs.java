package io.drme.alarm;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What people at the centre decide about alarms, which may arrive long after it was decided. The
 * later of two acts wins, wherever they were decided; one that comes too late is kept as a comment,
 * with who, when and why it was not done. The same act twice is done once. Confined to the owner of
 * its {@link Alarms}.
 */
public final class CentreActs {
    private final Alarms alarms;

    CentreActs(Alarms alarms) {
        this.alarms = alarms;
    }

    /**
     * One act.
     *
     * @param verb acknowledge, shelve, unshelve, reset or comment
     * @param arguments {@code id} of the occurrence, {@code comment}; of shelve {@code reason}
     * @param shelving how long it is shelved for, from when that was decided
     * @param decidedAtNanos when the person decided it, nanoseconds since 1970 UTC
     * @param atNanos gateway time
     */
    public record Act(
            String verb,
            String by,
            Map<String, String> arguments,
            Duration shelving,
            long decidedAtNanos,
            long atNanos) {
        /** Takes an immutable copy. */
        public Act {
            arguments = Map.copyOf(arguments);
        }

        private String id() {
            return arguments.getOrDefault("id", "");
        }

        private String words() {
            return arguments.getOrDefault(verb.equals("shelve") ? "reason" : "comment", "");
        }
    }

    /** Carries it out, or keeps it as a comment where that is too late. */
    public Answer carryOut(Act act, Consumer<Transition> sink) {
        var watch = alarms.occurrences().get(act.id());
        if (watch == null) {
            return new Answer.NoSuchAlarm(act.id());
        }
        if (watch.decision().afarAt() == act.decidedAtNanos()) {
            return new Answer.AlreadySo("done when it arrived the first time");
        }
        return alarms.teller()
                .asDecidedAt(
                        act.decidedAtNanos(),
                        () -> {
                            var late = whyTooLate(act, watch);
                            return late.isEmpty() ? done(act, sink) : kept(act, watch, late, sink);
                        });
    }

    private Answer done(Act act, Consumer<Transition> sink) {
        return switch (act.verb()) {
            case "acknowledge" ->
                    alarms.acknowledge(act.id(), act.by(), act.words(), act.atNanos(), sink);
            case "shelve" ->
                    alarms.shelve(act.id(), act.by(), left(act), act.words(), act.atNanos(), sink);
            case "unshelve" ->
                    alarms.unshelve(act.id(), act.by(), act.words(), act.atNanos(), sink);
            case "reset" -> alarms.reset(act.id(), act.by(), act.words(), act.atNanos(), sink);
            case "comment" -> alarms.comment(act.id(), act.by(), act.words(), act.atNanos(), sink);
            default -> new Answer.Refused("'%s' is not known here".formatted(act.verb()));
        };
    }

    private static Duration left(Act act) {
        return act.shelving().minusNanos(act.atNanos() - act.decidedAtNanos());
    }

    /** Empty where it is not. */
    private static String whyTooLate(Act act, Watch watch) {
        var last = watch.decision();
        if (act.verb().equals("comment")) {
            return "";
        }
        if (act.decidedAtNanos() < last.decidedAt()) {
            return last.by() + " decided later";
        }
        if (act.decidedAtNanos() < last.raisedAt() && act.verb().equals("acknowledge")) {
            return "it was raised again since";
        }
        return act.verb().equals("shelve") && !left(act).isPositive()
                ? "its time was over when it arrived"
                : "";
    }

    private Answer kept(Act act, Watch watch, String late, Consumer<Transition> sink) {
        var words = "%s not done, %s".formatted(act.verb(), late);
        var all = act.words().isEmpty() ? words : words + ": " + act.words();
        var comment = all.substring(0, Math.min(all.length(), Alarms.MAX_COMMENT_LENGTH));
        alarms.teller()
                .tell(watch, watch.enter(watch.state(), act.atNanos(), act.by(), comment), sink);
        return new Answer.Refused(late);
    }
}
