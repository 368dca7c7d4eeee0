package io.drme.edge.web;

import io.drme.driver.DeviceStatus;
import io.drme.driver.Exchange;
import io.drme.edge.acquisition.Acquisition;
import io.drme.edge.acquisition.Restart;
import io.drme.edge.recording.AlarmBook;
import io.drme.edge.recording.Recorder;
import io.drme.time.Clock;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the routes ask; each part says what is for any thread.
 *
 * @param gateway the gateway's id
 * @param acquisition values and alarms
 * @param restart what of the state of before went on
 * @param recorder the store
 * @param alarmBook recorded alarms
 * @param devices how each device does
 * @param exchanges what passed last about a tag
 * @param sources what each tag is read from, for {@code /tags}
 * @param configuration what runs, and how to change it
 * @param commission puts devices into service
 * @param writes writes tags
 * @param notifications tells people of alarms
 * @param uplink the line to the centre
 */
public record GatewayParts(
        String gateway,
        Clock clock,
        Acquisition acquisition,
        Restart restart,
        Recorder recorder,
        AlarmBook alarmBook,
        Supplier<List<DeviceStatus>> devices,
        Exchanges exchanges,
        Supplier<List<JsonObject>> sources,
        Configuration configuration,
        Commission commission,
        Writes writes,
        Notifications notifications,
        Uplink uplink) {

    /** What passed between devices and us. */
    @FunctionalInterface
    public interface Exchanges {

        /**
         * The last of it about a tag.
         *
         * @param tag its index in the table
         * @return nothing where there is no such device
         */
        Optional<Exchange> last(String device, int tag);
    }

    /** Writes tags. */
    @FunctionalInterface
    public interface Writes {

        /**
         * Sets a tag, reads it back, and records who did it. Blocks for as long as the device
         * takes.
         *
         * @param value true or false, a number, or either as text
         * @param time after which the tag falls back to its safe value; zero for no such time
         * @param by who says so
         * @return {@code tag}, {@code value} as it was read back, {@code before} and {@code until}
         * @throws io.drme.web.ProblemException when it is not written
         */
        JsonObject write(String tag, @Nullable Object value, Duration time, String by)
                throws InterruptedException;
    }

    /** Tells people of alarms. */
    public interface Notifications {

        /** Every receiver with its state and figures. */
        List<JsonObject> receivers();

        /** How many events were gone from the log before they were told, since the start. */
        long unread();

        /** What is on its way to a receiver, and what ended lately; nothing for no receiver. */
        Optional<List<JsonObject>> deliveries(String receiver);

        /**
         * Sends a test message; blocks for a minute at most.
         *
         * @return {@code ok}, {@code said}, {@code hint}; nothing where there is no such receiver
         */
        Optional<JsonObject> test(String receiver, String by) throws InterruptedException;

        /**
         * Silences a horn until the next alarm.
         *
         * @return for how many alarms; nothing where there is no such output
         */
        Optional<Integer> silence(String receiver, String by) throws InterruptedException;
    }

    /** The line to the centre. */
    public interface Uplink {

        /** How it is, for the status page. */
        JsonObject status();

        /** The centre's key and its last receipts, as far as they are verified. */
        JsonObject trust();

        /**
         * Takes the key that the centre shows, although nothing vouches for it.
         *
         * @param id of the key that was refused
         * @param by who says so
         * @return false where that is not the key which was refused last
         */
        boolean acceptCentreKey(String id, String by) throws InterruptedException;
    }

    /** Tries devices that are not configured, and takes them into the configuration. */
    public interface Commission {

        /**
         * What a command of the command line says to these arguments. Blocks for 60 s at most; one
         * at a time.
         *
         * @param arguments the command, {@code probe}, {@code browse} or {@code read}, and its own
         * @param wanted whether somebody still waits for it; it is interrupted when not
         * @return {@code items} as the command gives them, {@code said} in words, and {@code exit}
         * @throws io.drme.web.ProblemException while another one runs; when it takes too long; for
         *     a password's file that is not in the folder for them
         */
        JsonObject run(List<String> arguments, BooleanSupplier wanted);

        /**
         * What a new device would change and cost; nothing is changed.
         *
         * @throws io.drme.web.ProblemException where the configuration with it would not run
         */
        JsonObject plan(NewDevice device);

        /**
         * Writes a device's files beside the configuration and runs it.
         *
         * @param confirmWithin goes back unless it is confirmed in this time
         * @return what changed
         * @throws io.drme.web.ProblemException where it does not run; the files are as before then
         */
        JsonObject apply(NewDevice device, String by, Duration confirmWithin)
                throws InterruptedException;
    }

    /**
     * A device as the page sends it.
     *
     * @param keys of the device, in the file's own words
     * @param tags each with its name and keys
     */
    public record NewDevice(String name, Map<String, String> keys, List<Tag> tags) {

        /** One of its tags, in the file's own words. */
        public record Tag(String name, Map<String, String> keys) {}
    }

    /** What runs, and how to change it. */
    public interface Configuration {

        /** Version, hash, what is broken, what was changed and not applied. */
        JsonObject status();

        /**
         * Applies a file on this machine.
         *
         * @param confirmWithin zero applies for good
         * @return what changed
         * @throws io.drme.web.ProblemException when it does not run
         */
        JsonObject apply(Path file, String by, Duration confirmWithin) throws InterruptedException;

        /** Keeps what is on trial. */
        JsonObject confirm() throws InterruptedException;
    }
}
