package io.drme.driver.opcua;

import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.uint;

import io.drme.driver.opcua.HistoryFill.Hole;
import io.drme.driver.opcua.HistoryFill.Page;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.stack.core.UaException;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.QualifiedName;
import org.eclipse.milo.opcua.stack.core.types.enumerated.TimestampsToReturn;
import org.eclipse.milo.opcua.stack.core.types.structured.HistoryData;
import org.eclipse.milo.opcua.stack.core.types.structured.HistoryReadResult;
import org.eclipse.milo.opcua.stack.core.types.structured.HistoryReadValueId;
import org.eclipse.milo.opcua.stack.core.types.structured.ReadRawModifiedDetails;

/**
 * Reads raw history (Part 11, 6.4.3) of one hole after another, page by page, on a thread of its
 * own; what it found waits for the owner in {@link #pages}, a few pages at most. Once the server
 * leaves a request unanswered, no further hole is asked for on this subscription.
 */
final class HistoryReader implements HistoryFill.Source, AutoCloseable {
    private static final int VALUES_A_PAGE = 1_000;
    private static final int MOST_PAGES = 8;

    private final OpcUaClient client;
    private final Duration timeout;
    private final List<OpcUaAddress> addresses;
    private final Map<Integer, NodeId> nodes;
    private final Runnable wake;
    private final BlockingQueue<Hole> holes = new LinkedBlockingQueue<>();
    private final BlockingQueue<Page> pages = new LinkedBlockingQueue<>(MOST_PAGES);
    private final Thread thread;

    /** The server left a request without an answer; belongs to the reader's thread. */
    private boolean unanswered;

    /**
     * Starts with nothing to do.
     *
     * @param nodes by the position of the tag
     * @param wake is told when there is a page; from the reader's thread
     */
    HistoryReader(
            OpcUaClient client,
            Duration timeout,
            List<OpcUaAddress> addresses,
            Map<Integer, NodeId> nodes,
            Runnable wake) {
        this.client = client;
        this.timeout = timeout;
        this.addresses = addresses;
        this.nodes = Map.copyOf(nodes);
        this.wake = wake;
        this.thread = Thread.ofVirtual().name("opcua-history").start(this::run);
    }

    @Override
    public void read(Hole hole) {
        holes.add(hole);
    }

    /** What was found and not taken yet. */
    BlockingQueue<Page> pages() {
        return pages;
    }

    private void run() {
        try {
            while (true) {
                fill(holes.take());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void fill(Hole hole) throws InterruptedException {
        var point = ByteString.NULL_VALUE;
        boolean isLast = false;
        while (!isLast) {
            Page page;
            try {
                if (unanswered) {
                    throw new TimeoutException();
                }
                var result = read(hole, point);
                var next = result.getContinuationPoint();
                point = next == null ? ByteString.NULL_VALUE : next;
                isLast = !result.getStatusCode().isGood() || point.isNullOrEmpty();
                page = page(hole, result, isLast);
                if (!isLast && page.values().isEmpty()) {
                    isLast = true; // or a server could go on for ever
                    page = new Page(hole, List.of(), true, "the server sent an empty page");
                }
            } catch (TimeoutException e) {
                // The tags behind it would wait as long each, and their present values with them.
                unanswered = true;
                isLast = true;
                page = new Page(hole, List.of(), true, words(e));
            } catch (ExecutionException | RuntimeException e) {
                isLast = true;
                page = new Page(hole, List.of(), true, words(e));
            }
            pages.put(page);
            wake.run();
        }
    }

    private HistoryReadResult read(Hole hole, ByteString point)
            throws ExecutionException, TimeoutException, InterruptedException {
        var element = addresses.get(hole.tag()).part().element();
        var asked =
                new HistoryReadValueId(
                        nodes.getOrDefault(hole.tag(), NodeId.NULL_VALUE),
                        element.isEmpty() ? null : element,
                        QualifiedName.NULL_VALUE,
                        point);
        var details =
                new ReadRawModifiedDetails(
                        false,
                        Conversion.time(hole.fromNanos()),
                        Conversion.time(hole.toNanos()),
                        uint(VALUES_A_PAGE),
                        false);
        var results =
                client.historyReadAsync(details, TimestampsToReturn.Both, false, List.of(asked))
                        .get(timeout.toMillis(), TimeUnit.MILLISECONDS)
                        .getResults();
        if (results == null || results.length == 0) {
            throw new TimeoutException("nothing came");
        }
        return results[0];
    }

    private Page page(Hole hole, HistoryReadResult result, boolean isLast) {
        if (!result.getStatusCode().isGood()) {
            return new Page(hole, List.of(), true, Statuses.words(result.getStatusCode()));
        }
        var data = result.getHistoryData();
        var decoded =
                data == null || data.isNull()
                        ? null
                        : data.decode(client.getStaticEncodingContext());
        var values = decoded instanceof HistoryData found ? found.getDataValues() : null;
        return new Page(hole, values == null ? List.of() : List.of(values), isLast, "");
    }

    private static String words(Exception e) {
        var cause = e.getCause() == null ? e : e.getCause();
        return UaException.extractStatusCode(cause)
                .map(Statuses::words)
                .orElseGet(() -> e instanceof TimeoutException ? "no answer in time" : "" + e);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
