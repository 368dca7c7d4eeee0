package io.drme.schema;

import io.drme.model.Event;
import io.drme.schema.BadEventException.Why;
import java.util.Map;

/** Turns payloads into Avro binary and back, and into events. */
public final class Payloads {
    private Payloads() {}

    /**
     * An event that carries a payload.
     *
     * @param time hybrid logical clock stamp, unique on the gateway
     */
    public static Event event(long time, Payload payload) {
        return event(time, payload, Map.of());
    }

    /** An event that carries a payload, with extras that no schema describes. */
    public static Event event(long time, Payload payload, Map<String, String> metadata) {
        var schema = payload.schema();
        return new Event(
                time, schema.type(), schema.id(), schema.version(), encode(payload), metadata);
    }

    /**
     * The payload of an event.
     *
     * @throws BadEventException where the schema is unknown or the bytes do not follow it
     */
    public static Payload of(Event event) throws BadEventException {
        return decode(event.schemaId(), event.schemaVersion(), event.payload());
    }

    /** Avro binary of a payload, by {@link Payload#schema}. */
    public static byte[] encode(Payload payload) {
        var out = new AvroWriter();
        switch (payload) {
            case AlarmTransition p -> p.write(out);
            case TagCatalogue p -> p.write(out);
            case DeviceState p -> p.write(out);
            case Drop p -> p.write(out);
            case GatewayLife p -> p.write(out);
            case ConfigurationApplied p -> p.write(out);
            case ClockStep p -> p.write(out);
            case Audit p -> p.write(out);
            case CommandResult p -> p.write(out);
            case EpochEnded p -> p.write(out);
            case Refusal p -> p.write(out);
            case PaceChange p -> p.write(out);
            case AlarmFlood p -> p.write(out);
        }
        return out.toBytes();
    }

    /** Reads what {@link #encode} of this release or an earlier one wrote. */
    public static Payload decode(int schemaId, int schemaVersion, byte[] bytes)
            throws BadEventException {
        var schema = EventSchema.ofId(schemaId).orElse(null);
        if (schema == null || !schema.reads(schemaVersion)) {
            throw new BadEventException(
                    Why.UNSUPPORTED,
                    "schema %d version %d is not known to this release"
                            .formatted(schemaId, schemaVersion));
        }
        if (bytes.length > EventCodec.MAX_PAYLOAD_BYTES) {
            throw new BadEventException(
                    Why.LIMIT,
                    "a payload of %d bytes is longer than %d"
                            .formatted(bytes.length, EventCodec.MAX_PAYLOAD_BYTES));
        }
        var in = new AvroReader(bytes);
        Payload payload =
                switch (schema) {
                    case ALARM_TRANSITION -> AlarmTransition.read(in, schemaVersion);
                    case TAG_CATALOGUE -> TagCatalogue.read(in);
                    case DEVICE_STATE -> DeviceState.read(in);
                    case DROP -> Drop.read(in);
                    case GATEWAY_LIFE -> GatewayLife.read(in);
                    case CONFIGURATION_APPLIED -> ConfigurationApplied.read(in);
                    case CLOCK_STEP -> ClockStep.read(in);
                    case AUDIT -> Audit.read(in);
                    case COMMAND_RESULT -> CommandResult.read(in);
                    case EPOCH_ENDED -> EpochEnded.read(in);
                    case REFUSAL -> Refusal.read(in);
                    case PACE_CHANGE -> PaceChange.read(in);
                    case ALARM_FLOOD -> AlarmFlood.read(in);
                };
        in.expectEnd();
        return payload;
    }
}
