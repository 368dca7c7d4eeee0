package io.drme.bench.peer;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.jet.aggregate.AggregateOperation;
import com.hazelcast.jet.aggregate.AggregateOperation1;
import com.hazelcast.jet.datamodel.KeyedWindowResult;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.Sink;
import com.hazelcast.jet.pipeline.SinkBuilder;
import com.hazelcast.jet.pipeline.SourceBuilder;
import com.hazelcast.jet.pipeline.SourceBuilder.TimestampedSourceBuffer;
import com.hazelcast.jet.pipeline.StreamSource;
import com.hazelcast.jet.pipeline.WindowDefinition;
import io.drme.bench.EngineRun;
import io.drme.bench.EngineSide;
import io.drme.bench.EngineTotals;
import io.drme.bench.EngineWork;
import java.io.Serial;
import java.io.Serializable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Hazelcast Jet, one member: a source by event time, filter, map, a sliding window grouped by tag
 * with one aggregate operation for all three results, and a sink that adds up.
 */
public final class JetPeer implements EngineSide {
    /** Samples that a call of the source gives at most. */
    private static final int SCANS_A_CALL = 4;

    private static final int ENDS_WITHIN_SECONDS = 60;

    private final HazelcastInstance member;

    /** Of the run that goes on; the job's parts are in this process and find it here. */
    private static volatile Run current = new Run(EngineWork.Case.PANES, 0);

    private JetPeer() {
        var config = new Config();
        config.getJetConfig().setEnabled(true);
        config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
        config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
        config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.logging.type", "none");
        this.member = Hazelcast.newHazelcastInstance(config);
    }

    /** The word of a case. */
    public static void main(String... arguments) throws Exception {
        EngineRun.of(new JetPeer(), arguments[0], System.out);
        System.exit(0);
    }

    /** One run. */
    private static final class Run {
        private final long scans;
        private final long expected;
        private final EngineTotals totals;
        private final CountDownLatch over = new CountDownLatch(1);

        Run(EngineWork.Case work, long scans) {
            this.scans = scans;
            this.expected = EngineWork.expectedResults(work, scans);
            this.totals = new EngineTotals(work, scans);
        }
    }

    /** A sample. */
    private record Sample(int tag, long millis, double value) implements Serializable {}

    /** The results of a window. */
    private record Result(double average, double highest, double deviation)
            implements Serializable {}

    /** What is known of a pane or window; by Welford and Chan. */
    private static final class Moments implements Serializable {
        @Serial private static final long serialVersionUID = 1;

        private long count;
        private double mean;
        private double squares;
        private double highest = Double.NEGATIVE_INFINITY;

        void add(double value) {
            count++;
            double off = value - mean;
            mean += off / count;
            squares += off * (value - mean);
            highest = Math.max(highest, value);
        }

        void add(Moments other) {
            if (other.count == 0) {
                return;
            }
            long both = count + other.count;
            double off = other.mean - mean;
            squares += other.squares + off * off * count * other.count / both;
            mean += off * other.count / both;
            count = both;
            highest = Math.max(highest, other.highest);
        }

        Result result() {
            return new Result(mean, highest, Math.sqrt(squares / count));
        }
    }

    @Override
    public EngineTotals run(EngineWork.Case work, long scans) throws Exception {
        if (work != EngineWork.Case.PANES) {
            throw new IllegalArgumentException("Jet's windows are by panes: " + work);
        }
        var run = new Run(work, scans);
        current = run;
        var pipeline = Pipeline.create();
        pipeline.readFrom(source())
                .withNativeTimestamps(0)
                .filter(sample -> sample.value() >= 0)
                .map(sample ->
                        new Sample(
                                sample.tag(),
                                sample.millis(),
                                sample.value() * EngineWork.FACTOR + EngineWork.OFFSET))
                .groupingKey(Sample::tag)
                .window(WindowDefinition.sliding(EngineWork.WINDOW_MILLIS, work.everyMillis()))
                .aggregate(moments())
                .writeTo(sink());
        var job = member.getJet().newJob(pipeline);
        if (!run.over.await(ENDS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    "%s of %d results within %d s"
                            .formatted(run.totals, run.expected, ENDS_WITHIN_SECONDS));
        }
        job.cancel();
        return run.totals;
    }

    private static AggregateOperation1<Sample, Moments, Result> moments() {
        return AggregateOperation.withCreate(Moments::new)
                .<Sample>andAccumulate((moments, sample) -> moments.add(sample.value()))
                .andCombine(Moments::add)
                .andExportFinish(Moments::result);
    }

    private static final class Position implements Serializable {
        @Serial private static final long serialVersionUID = 1;

        private long scan;
    }

    /** Two scans more than are counted, so that the last window ends. */
    private static StreamSource<Sample> source() {
        return SourceBuilder.timestampedStream("samples", _ -> new Position())
                .<Sample>fillBufferFn(JetPeer::fill)
                .build();
    }

    private static void fill(Position position, TimestampedSourceBuffer<Sample> buffer) {
        long last = current.scans + 2L * 1_000 / EngineWork.SCAN_MILLIS;
        long to = Math.min(position.scan + SCANS_A_CALL, last);
        for (; position.scan < to; position.scan++) {
            long millis = EngineWork.millis(position.scan);
            for (int tag = 0; tag < EngineWork.ALL_TAGS; tag++) {
                var sample = new Sample(tag, millis, EngineWork.value(tag, position.scan));
                buffer.add(sample, millis);
            }
        }
    }

    private static Sink<KeyedWindowResult<Integer, Result>> sink() {
        return SinkBuilder.sinkBuilder("totals", _ -> current)
                .<KeyedWindowResult<Integer, Result>>receiveFn((run, window) -> {
                    var result = window.result();
                    run.totals.add(
                            window.end(), result.average(), result.highest(), result.deviation());
                    if (run.totals.results() == run.expected) {
                        run.over.countDown();
                    }
                })
                .preferredLocalParallelism(1)
                .build();
    }
}
