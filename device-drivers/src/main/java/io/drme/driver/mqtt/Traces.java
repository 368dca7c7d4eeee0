package io.drme.driver.mqtt;

import io.drme.driver.Exchange;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The last message of each tag, for the person who asks why it is as it is. Any thread. */
final class Traces {
    /** So much of a payload is kept. */
    private static final int HEAD_BYTES = 256;

    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    /**
     * A message as it is kept.
     *
     * @param head the begin of the payload, never changed
     * @param length of the whole payload, in bytes
     * @param retained whether the broker had kept it
     * @param timeNanos when it came, since 1970 UTC
     * @param error what was wrong with it; empty where nothing was
     */
    record Seen(
            String topic,
            ByteBuffer head,
            int length,
            boolean retained,
            long timeNanos,
            String error) {}

    private final AtomicReferenceArray<@Nullable Seen> last;
    private final AtomicReferenceArray<@Nullable String> refusals;

    Traces(int tags) {
        last = new AtomicReferenceArray<>(tags);
        refusals = new AtomicReferenceArray<>(tags);
    }

    /** The same for more tags; what is known of those before stays. */
    Traces extended(int tags) {
        var next = new Traces(tags);
        for (int i = 0; i < last.length(); i++) {
            next.last.set(i, last.get(i));
            next.refusals.set(i, refusals.get(i));
        }
        return next;
    }

    /** The part of a payload that is kept; made once a message. */
    static ByteBuffer head(byte[] payload) {
        return ByteBuffer.wrap(
                        payload.length <= HEAD_BYTES ? payload : Arrays.copyOf(payload, HEAD_BYTES))
                .asReadOnlyBuffer();
    }

    void message(int tag, Seen seen) {
        last.set(tag, seen);
    }

    /** What the broker said to the tag's subscription; empty where it took it. */
    void answered(int tag, String refusal) {
        refusals.set(tag, refusal);
    }

    /** What passed about a tag; nothing before the first subscription. */
    Optional<Exchange> of(int tag, MqttAddress address) {
        var refusal = refusals.get(tag);
        if (refusal == null) {
            return Optional.empty();
        }
        var request =
                "subscribe %s, qos %d%s"
                        .formatted(
                                address.shown(),
                                address.qos(),
                                address.content().path().map(p -> ", value at " + p).orElse(""));
        var seen = last.get(tag);
        if (!refusal.isEmpty()) {
            return Optional.of(
                    new Exchange(
                            request, answer(seen), "the broker refused the topic: " + refusal));
        }
        return Optional.of(
                seen == null
                        ? new Exchange(
                                request,
                                "",
                                "the broker took the subscription; nobody has published since")
                        : new Exchange(request, answer(seen), seen.error()));
    }

    private static String answer(@Nullable Seen seen) {
        return seen == null
                ? ""
                : "%s %s%s: %s%s"
                        .formatted(
                                Instant.ofEpochSecond(0, seen.timeNanos()),
                                seen.topic(),
                                seen.retained() ? " (kept by the broker)" : "",
                                shown(seen.head()),
                                seen.length() > HEAD_BYTES
                                        ? "… (%d bytes)".formatted(seen.length())
                                        : "");
    }

    /** Text where it is printable, otherwise hex. */
    private static String shown(ByteBuffer head) {
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(head.duplicate()).toString();
            if (text.codePoints().noneMatch(c -> Character.isISOControl(c) && c != '\n')) {
                return text.replace('\n', ' ');
            }
        } catch (CharacterCodingException _) {
            // Not text, or cut within a character.
        }
        var bytes = new byte[head.remaining()];
        head.duplicate().get(bytes);
        return HEX.formatHex(bytes);
    }
}
