package io.drme.stream;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Compiles pipelines one after the other; each extends the table that the next one sees. */
final class PipelineCompiler {
    /** The most memory that one aggregate may take, in bytes; a gateway has 1 GiB or so. */
    static final long MAX_STATE_BYTES = 256L << 20;

    private static final List<WindowFunction> SYNCED =
            List.of(
                    WindowFunction.MIN,
                    WindowFunction.MAX,
                    WindowFunction.AVG,
                    WindowFunction.COUNT);
    private static final List<WindowFunction> SYNCED_TEXT =
            List.of(WindowFunction.LAST, WindowFunction.COUNT);

    private final Problems problems;
    private final TagGlobs.Unmatched unmatched;
    private final List<Pipeline> pipelines = new ArrayList<>();
    private final BitSet present = new BitSet();
    private TagTable table;

    /**
     * Begins to compile.
     *
     * @param known all tags that have an index
     * @param sources the devices' tags of now; they must be known
     */
    PipelineCompiler(
            TagTable known,
            Collection<TagName> sources,
            Problems problems,
            TagGlobs.Unmatched unmatched) {
        this.table = known;
        this.problems = problems;
        this.unmatched = unmatched;
        sources.forEach(name -> present.set(known.indexOf(name).orElseThrow()));
    }

    /** The indexes of the tags of now, derived ones too. */
    BitSet present() {
        return present;
    }

    TagTable table() {
        return table;
    }

    List<Pipeline> pipelines() {
        return List.copyOf(pipelines);
    }

    void add(PipelineConfig config) {
        int[] sources =
                TagGlobs.resolve(
                        config.from(),
                        table,
                        present,
                        (glob, message) ->
                                unmatched.tell(
                                        config.where(), key(config) + ".from", glob, message));
        if (sources.length > 0) {
            add(config, sources);
        }
    }

    /** The implicit pipelines of {@code sync: "aggregate: …"}, one for each length of window. */
    void addSynced() {
        var numbers = new TreeMap<Long, List<Integer>>();
        var texts = new TreeMap<Long, List<Integer>>();
        for (int i = present.nextSetBit(0); i >= 0; i = present.nextSetBit(i + 1)) {
            if (table.get(i).sync() instanceof SyncMode.Aggregate(long windowNanos)) {
                var group = table.get(i).type() == ValueType.TEXT ? texts : numbers;
                group.computeIfAbsent(windowNanos, _ -> new ArrayList<>()).add(i);
            }
        }
        numbers.forEach((window, sources) -> addSynced(window, sources, SYNCED, "numbers"));
        texts.forEach((window, sources) -> addSynced(window, sources, SYNCED_TEXT, "texts"));
    }

    private void addSynced(
            long windowNanos, List<Integer> sources, List<WindowFunction> functions, String kind) {
        var window = Duration.ofNanos(windowNanos);
        var step = new Step.Aggregate(window, window, functions, Duration.ZERO, Optional.empty());
        var config =
                new PipelineConfig(
                        "sync: aggregate " + kind + " " + window,
                        List.of(),
                        List.of(step),
                        List.of("{tag}/{function}"),
                        Optional.of(new SyncMode.Raw()),
                        Optional.empty(),
                        new Where("gateway.yaml", 1, 1));
        add(config, sources.stream().mapToInt(i -> i).toArray());
    }

    private static String key(PipelineConfig config) {
        return "pipelines." + config.name();
    }

    private void add(PipelineConfig config, int[] sources) {
        List<Lane> lanes = new ArrayList<>();
        for (int source : sources) {
            var tag = table.get(source);
            lanes.add(new Lane(tag.name().text(), "", tag.type(), tag.deadband() > 0));
        }
        var operators = new ArrayList<Operator>();
        for (int i = 0; i < config.steps().size(); i++) {
            var operator =
                    operator(
                            config,
                            key(config) + ".steps[" + i + "]",
                            config.steps().get(i),
                            lanes);
            if (operator == null) {
                return;
            }
            operators.add(operator);
            lanes = operator.lanes();
        }
        var derived = derive(config, sources, lanes);
        if (derived != null) {
            pipelines.add(
                    new Pipeline(config.name(), fingerprint(config), sources, operators, derived));
        }
    }

    private static int fingerprint(PipelineConfig config) {
        var crc = new CRC32C();
        crc.update(config.steps().toString().getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    private @Nullable Operator operator(
            PipelineConfig config, String key, Step step, List<Lane> lanes) {
        return switch (step) {
            case Step.Filter(Expression keep) -> {
                var programs = programs(keep, lanes, true);
                yield programs == null ? null : new FilterOperator(lanes, programs);
            }
            case Step.Mapping(Expression result) -> {
                var programs = programs(result, lanes, false);
                yield programs == null ? null : new MapOperator(lanes, programs);
            }
            case Step.Scale(double factor, double offset) -> {
                boolean numbers =
                        allNumbers(config, key + ".scale", lanes, "scaled; leave it out of 'from'");
                yield numbers ? new ScaleOperator(lanes, factor, offset) : null;
            }
            case Step.Aggregate aggregate ->
                    aggregate(config, key + ".aggregate", aggregate, lanes);
        };
    }

    /** One program a type, shared by the lanes of that type. */
    private Program @Nullable [] programs(
            Expression expression, List<Lane> lanes, boolean condition) {
        Map<ValueType, Program> byType = new EnumMap<>(ValueType.class);
        var programs = new Program[lanes.size()];
        for (int i = 0; i < programs.length; i++) {
            var lane = lanes.get(i);
            var program = byType.get(lane.type());
            if (program == null) {
                var compiled = expression.program(lane.type(), lane.source(), condition, problems);
                if (compiled.isEmpty()) {
                    return null;
                }
                program = compiled.get();
                byType.put(lane.type(), program);
            }
            programs[i] = program;
        }
        return programs;
    }

    private boolean allNumbers(PipelineConfig config, String key, List<Lane> lanes, String what) {
        for (var lane : lanes) {
            if (lane.type() == ValueType.TEXT || lane.type() == ValueType.BOOLEAN) {
                problems.add(
                        config.where(),
                        key,
                        "%s is %s and can't be %s"
                                .formatted(lane.source(), Typing.words(lane.type()), what));
                return false;
            }
        }
        return true;
    }

    private @Nullable Operator aggregate(
            PipelineConfig config, String key, Step.Aggregate step, List<Lane> lanes) {
        for (var lane : lanes) {
            for (var function : step.functions()) {
                if (!function.takes(lane.type())) {
                    problems.add(
                            config.where(),
                            key + ".functions",
                            "%s is a text, of which there is no %s; use count, first or last, or leave it out of 'from'"
                                    .formatted(lane.source(), function.text()));
                    return null;
                }
            }
        }
        long bytes = (long) lanes.size() * AggregateOperator.ring(step) * Panes.MAX_BYTES;
        if (bytes > MAX_STATE_BYTES) {
            problems.add(
                    config.where(),
                    key,
                    "would take %d MiB for %d tags; at most %d MiB are allowed: choose a longer 'every'"
                            .formatted(bytes >> 20, lanes.size(), MAX_STATE_BYTES >> 20));
            return null;
        }
        return new AggregateOperator(lanes, step);
    }

    /** Extends the table by what leaves the last step; gives the tag indexes of each lane. */
    private int @Nullable [][] derive(PipelineConfig config, int[] sources, List<Lane> lanes) {
        var tagsBySource = new HashMap<String, Tag>();
        for (int source : sources) {
            tagsBySource.put(table.get(source).name().text(), table.get(source));
        }
        var derived = new LinkedHashMap<TagName, Tag>();
        var origin = new HashMap<TagName, Lane>();
        var names = new TagName[lanes.size()][config.to().size()];
        for (int lane = 0; lane < lanes.size(); lane++) {
            var from = lanes.get(lane);
            for (int i = 0; i < config.to().size(); i++) {
                var name = DerivedName.of(config.to().get(i), from.source(), from.function());
                if (!isFree(config, name, from, origin)) {
                    return null;
                }
                names[lane][i] = new TagName(name);
                origin.put(names[lane][i], from);
                derived.put(
                        names[lane][i],
                        tag(config, names[lane][i], from, tagsBySource.get(from.source())));
            }
        }
        if (table.size() + derived.size() > TagTable.MAX_TAGS) {
            problems.add(
                    config.where(),
                    key(config) + ".to",
                    "makes %d tags, with which there would be more than %d"
                            .formatted(derived.size(), TagTable.MAX_TAGS));
            return null;
        }
        table = table.with(derived.values());
        return indexes(names);
    }

    private int[][] indexes(TagName[][] names) {
        var indexes = new int[names.length][];
        for (int lane = 0; lane < names.length; lane++) {
            indexes[lane] = new int[names[lane].length];
            for (int i = 0; i < names[lane].length; i++) {
                indexes[lane][i] = table.indexOf(names[lane][i]).orElseThrow();
                present.set(indexes[lane][i]);
            }
        }
        return indexes;
    }

    private boolean isFree(
            PipelineConfig config, String name, Lane from, Map<TagName, Lane> taken) {
        var key = key(config) + ".to";
        if (!TagName.isValid(name)) {
            problems.add(
                    config.where(),
                    key,
                    "makes '%s' of %s, which is no tag name: at most %d characters, no empty words"
                            .formatted(name, from.source(), TagName.MAX_LENGTH));
            return false;
        }
        var other = taken.get(new TagName(name));
        if (other != null) {
            problems.add(
                    config.where(),
                    key,
                    "makes '%s' of both %s and %s; add %s"
                            .formatted(
                                    name,
                                    other.source(),
                                    from.source(),
                                    other.source().equals(from.source()) ? "{function}" : "{tag}"));
            return false;
        }
        var known = table.indexOf(new TagName(name));
        if (known.isPresent() && present.get(known.getAsInt())) {
            problems.add(
                    config.where(),
                    key,
                    "makes '%s' of %s, but there is a tag of that name already; choose another"
                            .formatted(name, from.source()));
            return false;
        }
        return true;
    }

    private static Tag tag(PipelineConfig config, TagName name, Lane lane, @Nullable Tag source) {
        boolean counts = lane.function().endsWith(WindowFunction.COUNT.text());
        boolean isLocal = source != null && source.sync() instanceof SyncMode.Local;
        SyncMode usual = isLocal ? new SyncMode.Local() : new SyncMode.Raw();
        var unit = source == null || counts ? "" : source.unit();
        return new Tag(
                name, lane.type(), config.unit().orElse(unit), 0, config.sync().orElse(usual));
    }
}
