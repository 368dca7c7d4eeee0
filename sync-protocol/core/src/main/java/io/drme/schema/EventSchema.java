package io.drme.schema;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The schemas of event payloads that this release writes. The ids go on disk and wire: never reuse
 * one. A new version of a schema adds fields with defaults only (BACKWARD and FORWARD compatible).
 */
public enum EventSchema {
    /** {@link AlarmTransition}. */
    ALARM_TRANSITION(1, 3, "alarm"),
    /** {@link TagCatalogue}. */
    TAG_CATALOGUE(2, 1, "tags"),
    /** {@link DeviceState}. */
    DEVICE_STATE(3, 1, "device"),
    /** {@link Drop}. */
    DROP(4, 1, "drop"),
    /** {@link GatewayLife}. */
    GATEWAY_LIFE(5, 1, "gateway"),
    /** {@link ConfigurationApplied}. */
    CONFIGURATION_APPLIED(6, 1, "configuration"),
    /** {@link ClockStep}. */
    CLOCK_STEP(7, 1, "clock"),
    /** {@link Audit}. */
    AUDIT(8, 1, "audit"),
    /** {@link CommandResult}. */
    COMMAND_RESULT(9, 1, "command"),
    /** {@link Refusal}. */
    REFUSAL(10, 1, "refusal"),
    /** {@link EpochEnded}. */
    EPOCH_ENDED(11, 1, "epoch"),
    /** {@link PaceChange}. */
    PACE_CHANGE(12, 1, "pace"),
    /** {@link AlarmFlood}. */
    ALARM_FLOOD(13, 1, "flood");

    private static final EventSchema[] ALL = values();

    private final int id;
    private final int version;
    private final String type;

    EventSchema(int id, int version, String type) {
        this.id = id;
        this.version = version;
        this.type = type;
    }

    /** The number that stands for this schema on disk and wire. */
    public int id() {
        return id;
    }

    /** The version that this release writes. */
    public int version() {
        return version;
    }

    /** The type of event that carries it. */
    public String type() {
        return type;
    }

    /** Whether this release reads a version; of each it reads all up to its own. */
    boolean reads(int ofVersion) {
        return ofVersion >= 1 && ofVersion <= version;
    }

    /** The schema with this number, if this release knows it. */
    public static Optional<EventSchema> ofId(int id) {
        return id >= 1 && id <= ALL.length ? Optional.of(ALL[id - 1]) : Optional.empty();
    }

    /** The Avro schema as JSON, from the resource {@code /schema/<type>-<version>.avsc}. */
    public String avsc() {
        return resource(type + "-" + version);
    }

    /** A schema among the resources, without folder and extension. */
    static String resource(String name) {
        var path = "/schema/" + name + ".avsc";
        try (InputStream in = EventSchema.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
