package io.drme.sim.opcua;

import io.drme.sim.record.LineWriter;
import io.drme.sim.record.RecordOptions;
import io.drme.sim.record.RecordingWriter;
import io.drme.sim.record.Running;
import io.drme.time.Clock;
import java.io.IOException;
import java.lang.reflect.Array;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.milo.opcua.stack.core.NamespaceTable;
import org.eclipse.milo.opcua.stack.core.UaException;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records a server: its variables once, their changes from then on, and when it was away. A thread
 * of its own makes the session anew where it was lost.
 */
final class OpcUaRecorder implements Running {
    private static final Logger log = LoggerFactory.getLogger(OpcUaRecorder.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration MOST_CLOSING = Duration.ofSeconds(2);

    /** 1970 in the time of OPC UA, which counts 100 ns since 1601. */
    private static final long EPOCH_TICKS = 116_444_736_000_000_000L;

    private static final int NANOS_PER_TICK = 100;

    private final RecordOptions options;
    private final RecordingWriter out;
    private final Clock clock;
    private final List<RecordedNode> nodes;
    private final List<String> variables = new ArrayList<>();
    private final Thread thread;
    private final LongAdder values = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final LongAdder unlike = new LongAdder();
    private volatile boolean closing;

    /** Searches the server, and returns once its variables are sampled. */
    OpcUaRecorder(RecordOptions options, RecordingWriter out) throws IOException {
        this.options = options;
        this.out = out;
        this.clock = options.clock();
        var session = RecorderSession.open(options.url(), this::take);
        try {
            var namespaces = session.namespaces();
            var found =
                    new Crawler(session.client(), namespaces, options.limit(), options.match())
                            .walk();
            nodes = found.nodes();
            unlike.add(found.unlike());
            tell(found, namespaces);
            int refused = session.subscribe(variables, options.sampling());
            if (refused > 0) {
                log.warn("refused={} variables are not sampled", refused);
            }
        } catch (UaException e) {
            session.close();
            throw new IOException("%s: %s".formatted(options.url(), e.getMessage()), e);
        } catch (IOException e) {
            session.close();
            throw e;
        }
        thread = Thread.ofPlatform().daemon().name("opcua-recorder").start(() -> watch(session));
    }

    private void tell(Crawler.Found found, NamespaceTable namespaces) throws IOException {
        long now = out.now();
        out.write(LineWriter.at(now, "namespaces").texts("uris", List.of(namespaces.toArray())));
        for (int n = 0; n < nodes.size(); n++) {
            var node = nodes.get(n);
            out.write(node.line(now, n));
            variables.add(node.type().isPresent() ? node.id() : "");
        }
        if (variables.stream().allMatch(String::isEmpty)) {
            throw new IOException(
                    "%s has no variables that can be recorded%s"
                            .formatted(
                                    options.url(),
                                    options.match().isPresent() ? " and match --match" : ""));
        }
        if (!found.isAll()) {
            log.warn("the search ended at its limit; raise --limit, or narrow it by --match");
        }
    }

    private void take(int n, DataValue value) {
        long now = out.now();
        var line = LineWriter.at(now, "value").number("n", n);
        var type = nodes.get(n).type().orElseThrow();
        var held = value.getValue().getValue();
        if (held != null && RecordedType.ofForm(held.getClass()).equals(Optional.of(type))) {
            if (held.getClass().isArray()) {
                var texts = new ArrayList<String>();
                for (int i = 0; i < Array.getLength(held); i++) {
                    texts.add(type.text(Array.get(held, i)));
                }
                line.texts("value", texts);
            } else {
                line.text("value", type.text(held));
            }
        }
        long status = value.getStatusCode().getValue();
        if (status != 0) {
            line.text("status", "%08x".formatted(status));
        }
        var source = value.getSourceTime();
        if (source != null && source.isValid() && source.getUtcTime() > 0) {
            long sourceNanos = (source.getUtcTime() - EPOCH_TICKS) * NANOS_PER_TICK;
            line.time("lag", clock.epochNanos() - sourceNanos);
        }
        values.increment();
        out.write(line);
    }

    private void watch(RecorderSession first) {
        var session = first;
        try {
            while (!closing) {
                var end = session.awaitEnd(RETRY);
                if (end.isPresent() && !closing) {
                    lost.increment();
                    log.warn("url={} lost: {}", options.url(), end.get());
                    out.write(LineWriter.at(out.now(), "lost").text("why", end.get()));
                    session.abandon();
                    session = again();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            session.close();
        }
    }

    private RecorderSession again() throws InterruptedException {
        while (true) {
            clock.sleep(RETRY);
            try {
                return resumed(RecorderSession.open(options.url(), this::take));
            } catch (IOException e) {
                log.debug("url={} still lost: {}", options.url(), e.getMessage());
            }
        }
    }

    private RecorderSession resumed(RecorderSession session) throws IOException {
        try {
            out.write(LineWriter.at(out.now(), "back"));
            session.subscribe(variables, options.sampling());
            return session;
        } catch (UaException e) {
            session.close();
            throw new IOException(e);
        }
    }

    @Override
    public String listening() {
        return "";
    }

    @Override
    public Map<String, Long> counts() {
        var counts = new LinkedHashMap<String, Long>();
        counts.put("variables", variables.stream().filter(v -> !v.isEmpty()).count());
        counts.put("of-other-types", unlike.sum());
        counts.put("values", values.sum());
        counts.put("lost", lost.sum());
        return counts;
    }

    @Override
    public boolean isOver() {
        return false;
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join(MOST_CLOSING);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        out.write(LineWriter.at(out.now(), "over"));
    }
}
