package io.drme.stream;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The samples that an expression looks at, and whether its value could be told. Reused. */
final class Frame {
    private static final String[] SEVERITIES = severities();
    private static final String[] REASONS = reasons();

    private Batch batch = new Batch(1);
    private int at;
    String tag = "";

    /** Set by a term that has no value: of a bad sample, divided by zero, or beyond 64 bits. */
    boolean failed;

    /** Looks at the samples from {@code first} on: one for each input. */
    void load(Batch inputs, int first, String name) {
        batch = inputs;
        at = first;
        tag = name;
        failed = false;
    }

    boolean isBad(int input) {
        return Quality.isBad(batch.qualities()[at + input]);
    }

    long bits(int input) {
        return batch.bits()[at + input];
    }

    @Nullable String text(int input) {
        return batch.text(at + input);
    }

    String severity(int input) {
        return SEVERITIES[(batch.qualities()[at + input] & 0xFF) >>> 6];
    }

    String reason(int input) {
        return REASONS[batch.qualities()[at + input] & 0x3F];
    }

    private static String[] severities() {
        var texts = new String[4];
        for (int high = 0; high < texts.length; high++) {
            texts[high] = Quality.severity((byte) (high << 6)).text();
        }
        return texts;
    }

    private static String[] reasons() {
        var texts = new String[64];
        Arrays.fill(texts, "");
        for (var reason : Reason.values()) {
            texts[reason.code()] = reason.text();
        }
        return texts;
    }
}
