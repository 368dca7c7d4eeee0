package io.drme.stream;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.model.Batch;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.TagTable;
import io.drme.time.Hlc;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * All pipelines of a gateway, compiled against its tags. Beside those of the file it holds the
 * implicit ones of tags with {@code sync: "aggregate: …"}: min, max, avg and count of each window
 * as derived tags {@code {tag}/{function}}; of a text, last and count.
 *
 * <p>Does no I/O and reads no clock: time is the batches' gateway time and {@link #tick}. Confined
 * to the pipeline's owner thread.
 *
 * <p>On a reload: take a {@link #snapshot}, compile anew, {@link #restore}; a pipeline that did not
 * change goes on where it was.
 */
public final class Pipelines {
    private static final int MAGIC = 0x44505332; // "DPS2"

    private final TagTable table;
    private final BitSet present;
    private List<Pipeline> pipelines;

    /** The same, for the hot path. */
    private Pipeline[] running;

    private final Routes routes;
    private final int[] weights;

    /** Derived tags of the pipelines that took over a snapshot whole. */
    private final BitSet goneOn = new BitSet();

    /** Those that have taken samples and did not run yet. */
    private final BitSet waiting = new BitSet();

    Pipelines(TagTable table, BitSet present, List<Pipeline> pipelines, Routes routes) {
        this.table = table;
        this.present = present;
        this.pipelines = pipelines;
        this.running = pipelines.toArray(Pipeline[]::new);
        this.routes = routes;
        this.weights = weights();
    }

    /**
     * Compiles pipelines against tags. What is wrong (no tag matches, types don't fit, two sources
     * with one derived name) is noted in {@code problems}; the result then leaves out what is
     * wrong, and must not run.
     *
     * <p>On a reload {@code known} is the {@link #table} of before with the new description of the
     * devices' tags, so that indexes stay; what only earlier configurations had is in it too, but
     * no glob sees it.
     *
     * @param known all tags that have an index; the pipelines' derived tags extend it
     * @param sources the devices' tags of now, all of them known
     */
    public static Pipelines compile(
            List<PipelineConfig> configs,
            TagTable known,
            Collection<TagName> sources,
            Problems problems) {
        return compile(
                configs,
                known,
                sources,
                problems,
                (where, key, _, message) -> problems.add(where, key, message));
    }

    /**
     * The same, but that globs without a match are told to {@code unmatched}: where parts of a file
     * could not be read, they may mean what is missing.
     */
    public static Pipelines compile(
            List<PipelineConfig> configs,
            TagTable known,
            Collection<TagName> sources,
            Problems problems,
            TagGlobs.Unmatched unmatched) {
        var compiler = new PipelineCompiler(known, sources, problems, unmatched);
        configs.forEach(compiler::add);
        compiler.addSynced();
        return new Pipelines(
                compiler.table(), compiler.present(), compiler.pipelines(), compiler.routes());
    }

    /** Compiles against tags that are all there, as at a start. */
    public static Pipelines compile(
            List<PipelineConfig> configs, List<Tag> sources, Problems problems) {
        var names = sources.stream().map(Tag::name).toList();
        return compile(configs, TagTable.EMPTY.with(sources), names, problems);
    }

    /**
     * Compiles the {@code pipelines:} of a text, for who uses the engine without a gateway.
     *
     * @param yaml with the key {@code pipelines}; other keys are left alone
     * @param sources all tags that there are
     * @throws IllegalArgumentException with everything that is wrong, a line each
     */
    public static Pipelines of(String yaml, Tag... sources) {
        var problems = new Problems();
        var top = YamlReader.parse("pipelines", yaml, problems);
        var configs =
                top.map(node -> PipelineConfig.readAll(new Section(node, "", problems)))
                        .orElse(List.of());
        var compiled = compile(configs, List.of(sources), problems);
        if (!problems.none()) {
            throw new IllegalArgumentException(
                    problems.list().stream()
                            .map(Object::toString)
                            .collect(Collectors.joining("\n")));
        }
        return compiled;
    }

    /** All known tags and, behind them, the derived ones. */
    public TagTable table() {
        return table;
    }

    /** The indexes of the tags of now: the devices' and the derived ones. */
    public BitSet present() {
        return (BitSet) present.clone();
    }

    /** How many pipelines there are, with the implicit ones. */
    public int count() {
        return pipelines.size();
    }

    /**
     * The greatest weight of a pipeline that depends on a tag, directly or through others; 0 where
     * none does.
     */
    public int weight(int tag) {
        int weight = 0;
        var places = routes.places();
        for (int at = routes.begin(tag); at < routes.end(tag); at += Routes.WIDTH) {
            weight = Math.max(weight, weights[places[at]]);
        }
        return weight;
    }

    /** Of each pipeline the greatest weight of itself and of those that depend on it. */
    private int[] weights() {
        var links = new Links(pipelines, routes);
        var found = new int[pipelines.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = pipelines.get(i).share().weight();
            for (int below : links.dependents(i)) {
                found[i] = Math.max(found[i], pipelines.get(below).share().weight());
            }
        }
        return found;
    }

    /**
     * Goes on with the pipelines of another, their state, and what waits in front of them, where
     * they all do the same to the same tags; the other must not be used any more then.
     *
     * @return false where a pipeline differs; nothing is taken over then
     */
    boolean takeOver(Pipelines before) {
        if (pipelines.size() != before.pipelines.size() || !routes.isSame(before.routes)) {
            return false;
        }
        for (int i = 0; i < pipelines.size(); i++) {
            if (!pipelines.get(i).isSame(before.pipelines.get(i))) {
                return false;
            }
        }
        pipelines = before.pipelines;
        running = before.running;
        return true;
    }

    List<Pipeline> list() {
        return pipelines;
    }

    Routes routes() {
        return routes;
    }

    /** How many samples came too late for their window and were left out of it, since ever. */
    public long late() {
        long late = 0;
        for (var pipeline : pipelines) {
            late += pipeline.late();
        }
        return late;
    }

    /**
     * Takes a batch through all pipelines.
     *
     * @param in scaled, within range and deadband; stamped; its tag indexes are those of {@link
     *     #table}
     * @param derived derived samples are added to it; the caller began it
     */
    public void process(Batch in, Batch derived) {
        process(in, derived, Meter.NONE);
    }

    void process(Batch in, Batch derived, Meter meter) {
        long now = Hlc.epochNanos(in.gatewayTime());
        distribute(in, 0);
        for (int i = waiting.nextSetBit(0); i >= 0; i = waiting.nextSetBit(i + 1)) {
            int from = derived.size();
            int samples = running[i].run(now, derived);
            distribute(derived, from);
            meter.ran(i, samples);
        }
        waiting.clear();
    }

    /** A pipeline sees what those above it derive, so this reaches only those behind. */
    private void distribute(Batch samples, int from) {
        var tags = samples.tags();
        var places = routes.places();
        var begins = routes.begins();
        int last = begins.length - 1;
        for (int i = from; i < samples.size(); i++) {
            int tag = tags[i];
            int end = tag < last ? begins[tag + 1] : 0;
            for (int at = tag < last ? begins[tag] : 0; at < end; at += Routes.WIDTH) {
                running[places[at]].take(places[at + 1], places[at + 2], samples, i);
                waiting.set(places[at]);
            }
        }
    }

    /**
     * Says that gateway time has reached {@code nowNanos}, so that windows end in silence too. Call
     * it about once a second, also while batches flow.
     *
     * @param nowNanos by the clock that stamps batches, nanoseconds since 1970 UTC
     * @param derived derived samples are added to it; the caller began it
     */
    public void tick(long nowNanos, Batch derived) {
        tick(nowNanos, derived, Meter.NONE);
    }

    void tick(long nowNanos, Batch derived, Meter meter) {
        for (int i = 0; i < running.length; i++) {
            int from = derived.size();
            int samples = running[i].tick(nowNanos, derived);
            distribute(derived, from);
            meter.ran(i, samples);
        }
        waiting.clear();
    }

    /** The state of all pipelines, to go on from after a restart or reload. */
    public byte[] snapshot() {
        return Snapshot.seal(
                MAGIC,
                out -> {
                    out.writeInt(pipelines.size());
                    for (var pipeline : pipelines) {
                        var state = new ByteArrayOutputStream();
                        pipeline.save(new DataOutputStream(state));
                        out.writeUTF(pipeline.name());
                        out.writeInt(state.size());
                        out.write(state.toByteArray());
                    }
                });
    }

    /**
     * Takes over a snapshot: each step whose definition is the same, and in it each tag that is
     * still there with its type. The rest begins anew.
     *
     * @return false where the bytes are no snapshot of this release; nothing is taken over then
     */
    public boolean restore(byte[] snapshot) {
        return restore(snapshot, _ -> {});
    }

    /**
     * The same.
     *
     * @param lost is told of what could not be carried over
     */
    public boolean restore(byte[] snapshot, Consumer<Loss> lost) {
        var body = Snapshot.open(MAGIC, snapshot);
        if (body.isEmpty()) {
            return false;
        }
        var named = new HashMap<String, Pipeline>();
        pipelines.forEach(p -> named.put(p.name(), p));
        try (var in = body.get()) {
            for (int left = in.readInt(); left > 0; left--) {
                var known = named.get(in.readUTF());
                var state = new byte[in.readInt()];
                in.readFully(state);
                if (known != null) {
                    var losses = known.load(new DataInputStream(new ByteArrayInputStream(state)));
                    losses.forEach(lost);
                    if (losses.isEmpty()) {
                        goesOn(known);
                    }
                }
            }
            return true;
        } catch (IOException e) {
            // The checksum was right, so we wrote this ourselves and can't read it: a bug.
            throw new UncheckedIOException("a snapshot of this release can't be read", e);
        }
    }

    private void goesOn(Pipeline pipeline) {
        for (var tags : pipeline.tagsOfLane()) {
            for (int tag : tags) {
                goneOn.set(tag);
            }
        }
    }

    /**
     * Whether a derived tag is of a pipeline that has taken over a snapshot whole, so that it goes
     * on as if nothing had been between.
     */
    public boolean goesOn(int tag) {
        return goneOn.get(tag);
    }

    /**
     * How old a sample may be that a result of any pipeline still depends on, through all its steps
     * and those of the pipelines above it: see {@link Step#looksBack}.
     */
    public Duration looksBack() {
        var links = new Links(pipelines, routes);
        var all = new Duration[pipelines.size()];
        var longest = Duration.ZERO;
        for (int i = 0; i < all.length; i++) {
            all[i] = Duration.ZERO;
            for (int above : links.above(i)) {
                all[i] = all[above].compareTo(all[i]) > 0 ? all[above] : all[i];
            }
            for (var step : pipelines.get(i).steps()) {
                all[i] = all[i].plus(step.looksBack());
            }
            longest = all[i].compareTo(longest) > 0 ? all[i] : longest;
        }
        return longest;
    }

    /** What is lost when these follow others, by what both are. */
    public List<Loss> lossesAfter(Pipelines before) {
        var named = new HashMap<String, Pipeline>();
        before.pipelines.forEach(p -> named.put(p.name(), p));
        var losses = new ArrayList<Loss>();
        for (var pipeline : pipelines) {
            var was = named.get(pipeline.name());
            if (was != null) {
                losses.addAll(new Migration(was.shape(), pipeline.shape()).losses(pipeline.name()));
            }
        }
        return List.copyOf(losses);
    }
}
