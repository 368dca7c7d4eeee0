package io.drme.edge;

import io.drme.alarm.Answer;
import io.drme.alarm.CentreActs;
import io.drme.config.Quantities;
import io.drme.edge.acquisition.Acquisition;
import io.drme.edge.recording.CommandsDone;
import io.drme.edge.recording.Recorder;
import io.drme.schema.CommandResult;
import io.drme.sync.Message;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** What people at the centre decide about alarms, as commands. */
final class AlarmCommands {
    static final String DONE = "done";
    static final String REFUSED = "refused";

    private static final Set<String> VERBS =
            Set.of("acknowledge", "shelve", "unshelve", "reset", "comment");

    private AlarmCommands() {}

    static boolean isOne(Message.Command command) {
        return VERBS.contains(command.verb());
    }

    /**
     * Carries one out; belongs to the pipeline's thread, and is to be on disk before it is told.
     */
    static Answer carryOut(Message.Command command, Acquisition.Owner owner) {
        var time = Quantities.duration(command.arguments().getOrDefault("for", "0s"));
        if (time.isEmpty()) {
            return new Answer.Refused("'for' is no time");
        }
        Duration shelving = time.get();
        return owner.alarms()
                .centreActs()
                .carryOut(
                        new CentreActs.Act(
                                command.verb(),
                                command.issuer(),
                                command.arguments(),
                                shelving,
                                command.issuedAtNanos(),
                                owner.now()),
                        owner::sink);
    }

    /** Empty when it is done or was so already. */
    static String trouble(Answer answer) {
        return switch (answer) {
            case Answer.Done _, Answer.AlreadySo _ -> "";
            case Answer.NoSuchAlarm(String alarm) -> "there is no occurrence " + alarm;
            case Answer.Refused(String why) -> why;
        };
    }

    /** Records what became of a command, so that the centre hears of it and it is done once. */
    static void finish(Recorder recorder, Message.Command command, String result, String detail)
            throws InterruptedException {
        recorder.record(
                new CommandResult(command.id(), command.verb(), result, detail),
                Map.of(CommandsDone.EXPIRES, Long.toString(command.expiresAtNanos())));
    }
}
