package io.drme.stream;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.Batch;
import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Compiles pipelines one after the other; each extends the table that the next one sees. */
final class PipelineCompiler {
    private static final List<WindowFunction> SYNCED =
            List.of(
                    WindowFunction.MIN,
                    WindowFunction.MAX,
                    WindowFunction.AVG,
                    WindowFunction.COUNT);
    private static final List<WindowFunction> SYNCED_TEXT =
            List.of(WindowFunction.LAST, WindowFunction.COUNT);

    /** Samples that a stage has room for before it has to grow. */
    private static final int FIRST_CAPACITY = 16;

    private final Problems problems;
    private final TagGlobs.Unmatched unmatched;
    private final List<Pipeline> pipelines = new ArrayList<>();
    private final List<Routes.Route> routes = new ArrayList<>();
    private final BitSet present = new BitSet();

    /** The stages that all pipelines share. */
    private final List<Batch> shared = new ArrayList<>();

    private final TagTable.Builder table;

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
        this.table = known.extended();
        this.problems = problems;
        this.unmatched = unmatched;
        sources.forEach(name -> present.set(known.indexOf(name).orElseThrow()));
    }

    /** The indexes of the tags of now, derived ones too. */
    BitSet present() {
        return present;
    }

    TagTable table() {
        return table.build();
    }

    List<Pipeline> pipelines() {
        return List.copyOf(pipelines);
    }

    Routes routes() {
        return new Routes(routes);
    }

    void add(PipelineConfig config) {
        int[] sources = resolve(config, ".from", config.from());
        if (sources.length > 0) {
            add(config, sources);
        }
    }

    private int[] resolve(PipelineConfig config, String below, List<String> globs) {
        return TagGlobs.resolve(
                globs,
                table,
                present,
                (glob, message) ->
                        unmatched.tell(config.where(), key(config) + below, glob, message));
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
        var step = AggregateStep.tumbling(window, functions);
        var config =
                new PipelineConfig(
                        "sync: aggregate " + kind + " " + window,
                        List.of(),
                        List.of(step),
                        List.of("{tag}/{function}"),
                        Optional.of(new SyncMode.Raw()),
                        Optional.empty(),
                        Share.usual(),
                        new Where("gateway.yaml", 1, 1));
        add(config, sources.stream().mapToInt(i -> i).toArray());
    }

    private static String key(PipelineConfig config) {
        return "pipelines." + config.name();
    }

    private void add(PipelineConfig config, int[] sources) {
        var lanes = lanes(sources);
        var inputs = new ArrayList<>(lanes);
        var taken = routes(sources, 0, 0);
        var operators = new ArrayList<Operator>();
        var shape = new ArrayList<StepShape>();
        boolean allLocal = false;
        var state = new StateBytes();
        for (int i = 0; i < config.steps().size(); i++) {
            var step = config.steps().get(i);
            var sides = new ArrayList<List<Lane>>();
            int behind = lanes.size();
            allLocal |= step.mixes() && isAnyLocal(sources);
            for (var glob : step.sides(lanes)) {
                int[] tags = resolve(config, ".steps[" + i + "]", List.of(glob));
                allLocal |= isAnyLocal(tags);
                sides.add(lanes(tags));
                inputs.addAll(sides.getLast());
                taken.addAll(routes(tags, i, behind));
                behind += tags.length;
            }
            var key = key(config) + ".steps[" + i + "]";
            var making = new Making(lanes, sides, config.where(), key, problems, state);
            var made = step.make(making);
            if (made.isEmpty()) {
                return;
            }
            operators.add(made.get());
            shape.add(StepShape.of(step, making.input()));
            lanes = made.get().lanes();
        }
        var derived = derive(config, sources, allLocal, lanes);
        if (derived != null) {
            routes.addAll(taken);
            pipelines.add(
                    new Pipeline(
                            config,
                            shape,
                            List.copyOf(inputs),
                            operators,
                            derived,
                            stages(operators.size(), taken),
                            state.inAll()));
        }
    }

    /** What may come of several tags leaves the site only where all of them do. */
    private boolean isAnyLocal(int[] tags) {
        return Arrays.stream(tags).anyMatch(i -> table.get(i).sync() instanceof SyncMode.Local);
    }

    private List<Lane> lanes(int[] tags) {
        var lanes = new ArrayList<Lane>();
        for (int index : tags) {
            var tag = table.get(index);
            lanes.add(new Lane(tag.name().text(), "", tag.type(), tag.deadband() > 0, tag.unit()));
        }
        return lanes;
    }

    /** How the pipeline that is being added takes tags in, lane by lane from {@code lane} on. */
    private List<Routes.Route> routes(int[] tags, int stage, int lane) {
        var found = new ArrayList<Routes.Route>();
        for (int i = 0; i < tags.length; i++) {
            found.add(new Routes.Route(tags[i], pipelines.size(), stage, lane + i));
        }
        return found;
    }

    private Batch[] stages(int operators, List<Routes.Route> taken) {
        var lanes = new int[operators + 1];
        taken.forEach(route -> lanes[route.stage()]++);
        var stages = new Batch[operators + 1];
        for (int i = 0; i < stages.length; i++) {
            if (shared.size() == i) {
                shared.add(new Batch());
            }
            stages[i] =
                    lanes[i] == 0 ? shared.get(i) : new Batch(Math.min(lanes[i], FIRST_CAPACITY));
        }
        return stages;
    }

    /** Extends the table by what leaves the last step; gives the tag indexes of each lane. */
    private int @Nullable [][] derive(
            PipelineConfig config, int[] sources, boolean allLocal, List<Lane> lanes) {
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
                        tag(
                                config,
                                names[lane][i],
                                from,
                                allLocal,
                                tagsBySource.get(from.source())));
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
        derived.values().forEach(table::put);
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

    private static Tag tag(
            PipelineConfig config,
            TagName name,
            Lane lane,
            boolean allLocal,
            @Nullable Tag source) {
        boolean isLocal = allLocal || (source != null && source.sync() instanceof SyncMode.Local);
        SyncMode usual = isLocal ? new SyncMode.Local() : new SyncMode.Raw();
        var unit = config.unit().orElse(lane.unit());
        return new Tag(name, lane.type(), unit, 0, config.sync().orElse(usual));
    }
}
