package io.drme.edge.recording;

import io.drme.log.EventItem;
import io.drme.schema.BadEventException;
import io.drme.schema.CommandResult;
import io.drme.schema.EventSchema;
import io.drme.schema.Payloads;
import java.util.HashMap;
import java.util.Map;

/**
 * Which commands of the centre have their result in the log: a command that comes again after a
 * restart is not done again. The event of the result is the record; there is no other to disagree
 * with it.
 */
public final class CommandsDone {
    /** In the event's metadata: when the command expires, nanoseconds since 1970 UTC. */
    public static final String EXPIRES = "expires";

    private final Map<String, Long> expiryById = new HashMap<>();

    /** Looks at an event of the log; before anybody asks, as this is for one thread. */
    public void see(EventItem item) {
        var event = item.event();
        if (event.schemaId() != EventSchema.COMMAND_RESULT.id()) {
            return;
        }
        try {
            if (Payloads.of(event) instanceof CommandResult result) {
                var expires = event.metadata().getOrDefault(EXPIRES, "0");
                expiryById.put(result.command(), Long.parseLong(expires));
            }
        } catch (BadEventException | NumberFormatException _) {
            // Of another release: its command is done again, which all commands bear.
        }
    }

    /** Commands that the centre may still send, with when they expire. */
    public Map<String, Long> notExpired(long nowNanos) {
        var left = new HashMap<>(expiryById);
        left.values().removeIf(expires -> expires < nowNanos);
        return left;
    }
}
