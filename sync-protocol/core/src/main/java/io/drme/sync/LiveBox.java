package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.TagName;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The latest values that wait to go to pages: one a tag, the newest. They go once in a while, as
 * far as their budget lets them; what waits for it goes later, as what it is by then.
 */
final class LiveBox {
    /** Tags with a value waiting; more are left out until these went. */
    static final int MAX_TAGS = 100_000;

    private final long everyNanos;
    private final Spending spending;
    private final Map<TagName, LiveValue> waiting = new LinkedHashMap<>();
    private long dueNanos;

    LiveBox(Duration every, Spending spending) {
        this.everyNanos = every.toNanos();
        this.spending = spending;
    }

    /** Takes a value; an older one of the same tag that waits is forgotten. */
    void offer(LiveValue value) {
        if (waiting.size() < MAX_TAGS || waiting.containsKey(value.tag())) {
            waiting.put(value.tag(), value);
        }
    }

    /** A session begins. */
    void begin(long nowNanos) {
        dueNanos = nowNanos;
    }

    /** When there may be something to send, by the clock's {@code nanoTime}. */
    long due() {
        return dueNanos;
    }

    /**
     * Hands what waits to the line where it is time, those that wait longest first, as far as
     * budget and line take it.
     *
     * @return whether anything went
     */
    boolean send(Uplink uplink, long session, EpochId epoch, long nowNanos) {
        if (waiting.isEmpty() || nowNanos - dueNanos < 0) {
            return false;
        }
        boolean sent = false;
        while (!waiting.isEmpty() && spending.isOpenForLive(nowNanos)) {
            int bytes = sendSome(uplink, session, epoch);
            if (bytes == 0) {
                break;
            }
            spending.took(Traffic.LIVE, bytes);
            sent = true;
        }
        long wait = waiting.isEmpty() ? 0 : spending.liveWaitNanos();
        spending.waits(Traffic.LIVE, wait > 0, nowNanos);
        dueNanos = nowNanos + (wait > 0 ? wait : everyNanos);
        return sent;
    }

    private int sendSome(Uplink uplink, long session, EpochId epoch) {
        var part = waiting.values().stream().limit(Limits.MAX_LIVE_VALUES).toList();
        var bytes = MessageCodec.encode(new Message.Live(session, epoch, part));
        if (!uplink.send(Topics.Channel.URGENT, bytes)) {
            return 0;
        }
        part.forEach(v -> waiting.remove(v.tag()));
        return bytes.length;
    }
}
