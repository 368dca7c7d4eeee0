package io.drme.cloud.ingest;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a client that is wrong again and again from filling the log: what was told once is only
 * counted from then on. Safe to use from any thread.
 */
final class LogOnce {
    /** What is remembered; beyond it nothing new is told. */
    private static final int MAX_TOLD = 10_000;

    /** Of a text that came over the line. */
    private static final int MAX_TEXT = 200;

    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /** Whether this is to be told: it is new, and there is room to remember it. */
    boolean first(String what) {
        return told.size() < MAX_TOLD && told.add(what);
    }

    /** A stranger's text as it may stand within one line of a log: short, printable, no quotes. */
    static String shown(String text) {
        var line = new StringBuilder();
        text.codePoints()
                .limit(MAX_TEXT)
                .map(c -> Character.isISOControl(c) || !Character.isDefined(c) ? '?' : c)
                .map(c -> c == '"' ? '\'' : c)
                .forEach(line::appendCodePoint);
        return text.codePointCount(0, text.length()) > MAX_TEXT ? line + "…" : line.toString();
    }
}
