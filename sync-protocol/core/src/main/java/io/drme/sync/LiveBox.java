package io.drme.sync;

import io.drme.model.EpochId;
import io.drme.model.TagName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The latest values that wait to go to pages: one a tag, the newest. */
final class LiveBox {
    /** Tags with a value waiting; more are left out until these went. */
    static final int MAX_TAGS = 100_000;

    private final Map<TagName, LiveValue> waiting = new LinkedHashMap<>();

    /** Takes a value; an older one of the same tag that waits is forgotten. */
    void offer(LiveValue value) {
        if (waiting.size() < MAX_TAGS || waiting.containsKey(value.tag())) {
            waiting.put(value.tag(), value);
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Hands all of it to the line, as far as that takes it; gives the bytes that went. */
    int send(Uplink uplink, long session, EpochId epoch) {
        int sent = 0;
        var values = List.copyOf(waiting.values());
        for (int from = 0; from < values.size(); from += Limits.MAX_LIVE_VALUES) {
            var part = values.subList(from, Math.min(values.size(), from + Limits.MAX_LIVE_VALUES));
            var bytes = MessageCodec.encode(new Message.Live(session, epoch, part));
            if (!uplink.send(Topics.Channel.URGENT, bytes)) {
                break;
            }
            sent += bytes.length;
            part.forEach(v -> waiting.remove(v.tag()));
        }
        return sent;
    }
}
