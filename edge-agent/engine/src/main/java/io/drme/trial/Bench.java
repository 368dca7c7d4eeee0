package io.drme.trial;

import io.drme.alarm.AlarmConfig;
import io.drme.alarm.Alarms;
import io.drme.config.InvalidConfigException;
import io.drme.config.Problems;
import io.drme.model.Batch;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.stream.PipelineConfig;
import io.drme.stream.Pipelines;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What tests run on: a gateway's pipelines and alarms, made anew for each test.
 *
 * @param gateway its id, which begins the ids of occurrences
 * @param pipelines as configured
 * @param alarms as configured
 * @param tags of the devices, also those that a test alone gives
 * @param own what the gateway has of itself
 * @param intake makes what stands between drivers and pipelines
 */
public record Bench(
        String gateway,
        List<PipelineConfig> pipelines,
        List<AlarmConfig> alarms,
        List<Tag> tags,
        Own own,
        Supplier<Intake> intake) {

    /** The tags and alarms that a gateway has of itself: they run, and no test need cover them. */
    public record Own(List<Tag> tags, List<AlarmConfig> alarms) {
        /** Where there are none. */
        public static final Own NOTHING = new Own(List.of(), List.of());
    }

    /** What stands between drivers and pipelines: range and deadband. */
    @FunctionalInterface
    public interface Intake {
        /** Conditions scaled samples in place; may drop some. */
        void apply(Batch batch, TagTable table);
    }

    /** A gateway without ranges and deadbands. */
    public static Bench of(
            List<PipelineConfig> pipelines, List<AlarmConfig> alarms, List<Tag> tags) {
        return new Bench("gateway", pipelines, alarms, tags, Own.NOTHING, () -> (_, _) -> {});
    }

    /** Pipelines and alarms that nothing went through yet. */
    record Setup(Pipelines pipelines, Alarms alarms) {}

    /**
     * Makes them.
     *
     * @throws InvalidConfigException where the configuration does not fit together
     */
    Setup setup() throws InvalidConfigException {
        var problems = new Problems();
        var all = allTags();
        var made =
                Pipelines.compile(
                        pipelines,
                        TagTable.EMPTY.with(all),
                        names(all),
                        problems,
                        (_, _, _, _) -> {});
        var watched = new ArrayList<>(alarms);
        watched.addAll(own.alarms());
        var alarmsMade = Alarms.compile(watched, gateway, made, problems, (_, _, _, _) -> {});
        problems.throwIfAny(gateway);
        return new Setup(made, alarmsMade);
    }

    List<Tag> allTags() {
        var all = new ArrayList<>(tags);
        all.addAll(own.tags());
        return all;
    }

    static List<TagName> names(List<Tag> tags) {
        return tags.stream().map(Tag::name).toList();
    }
}
