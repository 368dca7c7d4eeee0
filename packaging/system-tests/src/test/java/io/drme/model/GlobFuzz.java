package io.drme.model;

import io.drme.fuzz.Fuzzing;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Globs against names: the first line is the glob, the rest the name. */
public final class GlobFuzz {
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(64 << 10, 500);

    private GlobFuzz() {}

    /** Where mutation begins. */
    public static List<byte[]> seeds() {
        return List.of("press-*/**/x*\npress-3/oil/x1".getBytes(StandardCharsets.UTF_8));
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        var text = new String(data, StandardCharsets.ISO_8859_1);
        int end = Math.max(0, text.indexOf('\n'));
        var glob = text.substring(0, end);
        var name = text.substring(end);
        Fuzzing.parse(
                data.length,
                BOUND,
                AssertionException.class,
                () -> {
                    boolean matches = Glob.of(glob).matches(name);
                    if (glob.indexOf('*') < 0 && matches != glob.equals(name)) {
                        throw new IllegalStateException("a glob without a star is a name");
                    }
                    if (!Glob.of("**").matches(name)) {
                        throw new IllegalStateException("** matches everything");
                    }
                });
    }

    /** Nothing is declared. */
    private static final class AssertionException extends Exception {
        private static final long serialVersionUID = 1;
    }
}
