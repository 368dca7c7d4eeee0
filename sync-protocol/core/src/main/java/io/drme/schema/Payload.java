package io.drme.schema;

/** What an event of a known schema carries. Immutable. */
public sealed interface Payload
        permits AlarmTransition,
                TagCatalogue,
                DeviceState,
                Drop,
                GatewayLife,
                ConfigurationApplied,
                ClockStep,
                Audit,
                CommandResult,
                EpochEnded,
                Refusal,
                PaceChange,
                AlarmFlood {

    /** The schema in which it is written. */
    default EventSchema schema() {
        return switch (this) {
            case AlarmTransition _ -> EventSchema.ALARM_TRANSITION;
            case TagCatalogue _ -> EventSchema.TAG_CATALOGUE;
            case DeviceState _ -> EventSchema.DEVICE_STATE;
            case Drop _ -> EventSchema.DROP;
            case GatewayLife _ -> EventSchema.GATEWAY_LIFE;
            case ConfigurationApplied _ -> EventSchema.CONFIGURATION_APPLIED;
            case ClockStep _ -> EventSchema.CLOCK_STEP;
            case Audit _ -> EventSchema.AUDIT;
            case CommandResult _ -> EventSchema.COMMAND_RESULT;
            case EpochEnded _ -> EventSchema.EPOCH_ENDED;
            case Refusal _ -> EventSchema.REFUSAL;
            case PaceChange _ -> EventSchema.PACE_CHANGE;
            case AlarmFlood _ -> EventSchema.ALARM_FLOOD;
        };
    }
}
