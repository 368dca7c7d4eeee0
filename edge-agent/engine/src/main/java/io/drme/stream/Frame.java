package io.drme.stream;

import io.drme.model.Quality;
import io.drme.model.Reason;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The sample that an expression looks at, and whether its value could be told. Reused. */
final class Frame {
    private static final String[] SEVERITIES = severities();
    private static final String[] REASONS = reasons();

    byte quality;
    long bits;
    @Nullable String text;
    String tag = "";

    /** Set by a term that has no value: of a bad sample, divided by zero, or beyond 64 bits. */
    boolean failed;

    boolean isBad() {
        return Quality.isBad(quality);
    }

    String severity() {
        return SEVERITIES[(quality & 0xFF) >>> 6];
    }

    String reason() {
        return REASONS[quality & 0x3F];
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
