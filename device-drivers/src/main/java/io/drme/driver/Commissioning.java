package io.drme.driver;

import io.drme.config.InvalidConfigException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a protocol does for a person who puts a device into service. Each call has a connection of
 * its own, blocks, and is bounded by the device's time limit a request.
 */
public interface Commissioning {

    /** A tag that nearly every device of the protocol has: whether it answers is what counts. */
    Map<String, String> firstTag();

    /**
     * As {@link #firstTag()}, where it depends on the device which one does no harm.
     *
     * @throws InvalidConfigException where the device's keys are wrong
     */
    default Map<String, String> firstTag(TestDevice device) throws InvalidConfigException {
        return firstTag();
    }

    /**
     * Whether a device that lets us in has answered by that, as one that tells only what others
     * give it; a value of {@link #firstTag} may then never come.
     */
    default boolean answersByConnecting() {
        return false;
    }

    /**
     * The tags that an address may be where its type is not known; the first good value of these is
     * the address's. Asks nothing of the device.
     *
     * @return one or more, the narrower first
     * @throws InvalidConfigException where it is no address of the protocol
     */
    List<Map<String, String>> firstTags(TestDevice device, String address)
            throws InvalidConfigException;

    /**
     * One way to understand what was read.
     *
     * @param keys of a tag that is read so, beside the address
     * @param values one a read, the oldest first
     * @param percent how plausible it is among the others; 100 where there are no others
     */
    record Reading(Map<String, String> keys, List<String> values, double percent) {}

    /**
     * What is known of a value that is read on trial.
     *
     * @param keys of the tag, beside the address: {@code type}, {@code order}, …
     * @param low least plausible value; negative infinity where none is known
     * @param high greatest; infinity where none is known
     * @param reads how often to read; more tell more
     * @param everyMillis the pause between two reads
     */
    record Wish(Map<String, String> keys, double low, double high, int reads, long everyMillis) {}

    /**
     * Reads one address some times.
     *
     * @return one or more ways to understand it, the most plausible first
     * @throws DriverException.Refused where the device answers, but gives no value of it
     */
    List<Reading> read(TestDevice device, String address, Wish wish)
            throws InvalidConfigException, DriverException, InterruptedException;

    /**
     * What part of a device is looked at.
     *
     * @param from first address, where the protocol counts
     * @param to last, inclusive
     * @param topic filter of topics (MQTT); all where empty
     * @param listen how long to listen where there is no list to ask for (MQTT); zero for the usual
     */
    record Extent(int from, int to, String topic, Duration listen) {
        /** Of a protocol that counts. */
        public Extent(int from, int to) {
            this(from, to, "", Duration.ZERO);
        }
    }

    /** Who is told of a browse, by the thread that browses. */
    @FunctionalInterface
    interface Listener {
        /** Something that the device offers. */
        void found(Offer offer);

        /** What a person has to know of the list, such as that a part of it is missing. */
        default void note(String text) {}

        /** How far it is: the place that is looked at next. */
        default void at(String place) {}
    }

    /**
     * Lists what a device offers; {@code listener} is told of each as soon as it is known, so that
     * what was found before a failure is not lost.
     */
    void browse(TestDevice device, Extent extent, Listener listener)
            throws InvalidConfigException, DriverException, InterruptedException;
}
