package io.drme.driver;

import io.drme.config.Section;
import io.drme.model.ValueType;
import io.drme.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Makes the drivers of one protocol. Found by {@link java.util.ServiceLoader}; loading a factory
 * must not load the protocol's library, so that an unused driver costs no memory.
 */
public interface DriverFactory {

    /** The word in {@code driver:} of the configuration, for example {@code modbus}. */
    String name();

    /**
     * Reads what the protocol adds to a device: its URL and its own keys.
     *
     * <p>All problems go to the section's {@code Problems}; what is returned is then not used.
     *
     * @param device the device's section; the caller reads name, profile, connection, tags, poll,
     *     timeout, stale and sync, and calls {@code done} at the end
     * @param url blank where the caller has noted a problem with it already
     */
    DriverSettings settings(Section device, String url);

    /**
     * What the caller learns from a tag's own keys.
     *
     * @param names the words that the address leaves open, each of which makes a tag of its own;
     *     empty where it is one tag
     * @param most how many tags that may be
     */
    record Address(TagAddress address, ValueType rawType, List<String> names, int most) {
        /** Of one tag. */
        public Address(TagAddress address, ValueType rawType) {
            this(address, rawType, List.of(), 1);
        }
    }

    /**
     * Makes a tag again that was found in an earlier run.
     *
     * @param address as {@link FoundTag#address} was
     * @return nothing where the template makes no such tag any more
     */
    default Optional<FoundTag> found(TagTemplate template, String address) {
        return Optional.empty();
    }

    /**
     * Reads what the protocol adds to a tag: {@code address}, {@code type} and its own keys.
     *
     * @param tag the tag's section; the caller reads unit, scale, offset, range, deadband, poll,
     *     stale and sync, and calls {@code done} at the end
     * @return nothing where a problem was noted
     */
    Optional<Address> address(Section tag, DriverSettings settings);

    /**
     * Makes a driver; connects nothing.
     *
     * @param groups the device's poll groups, from 0
     * @param directory the gateway's data directory, under which a driver may keep files of its
     *     own, such as certificates
     */
    Driver create(DeviceSpec device, List<PollGroup> groups, Path directory, Clock clock);

    /**
     * Whether its drivers are asked ({@link PolledDriver}); those that push have one poll group.
     */
    boolean polled();

    /**
     * Tells which requests a device's polls would send and why these; sends nothing.
     *
     * @param groups the device's poll groups, as {@link #create} gets them
     */
    default Explanation explain(DeviceSpec device, List<PollGroup> groups) {
        return Explanation.NONE;
    }

    /** The schemes of the URLs that its devices have, such as {@code tcp}. */
    default List<String> schemes() {
        return List.of();
    }

    /**
     * Names the place that a URL leads to, whatever else it says; URLs of the same place give the
     * same, but for a host's several names.
     */
    default String place(String url) {
        return url;
    }

    /** What the protocol does for a person who puts a device into service; nothing by default. */
    default Optional<Commissioning> commissioning() {
        return Optional.empty();
    }

    /** The interval at which a tag of this protocol is read where the file says nothing. */
    default Duration defaultPoll() {
        return Duration.ofSeconds(1);
    }
}
