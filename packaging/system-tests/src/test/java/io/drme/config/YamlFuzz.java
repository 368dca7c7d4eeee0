package io.drme.config;

import io.drme.fuzz.Fuzzing;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** YAML of any kind: problems, never an exception. */
public final class YamlFuzz {
    /** Events, nodes and marks of the library are some hundred bytes a character. */
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(8 << 20, 20_000);

    private YamlFuzz() {}

    /** Where mutation begins. */
    public static List<byte[]> seeds() {
        return List.of(
                "a: &x [1, {b: \"c\\n\"}]\nd: *x\n? e\n: |\n  f\n".getBytes(StandardCharsets.UTF_8),
                "&x\nd: *x\n?: [*x, *x]\n".getBytes(StandardCharsets.UTF_8),
                "%YAML 1.2\n---\n!!str a: ! b\n<<: {c: ~}\n".getBytes(StandardCharsets.UTF_8));
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        var text = new String(data, StandardCharsets.UTF_8);
        Fuzzing.parse(
                data.length,
                BOUND,
                InvalidConfigException.class,
                () -> {
                    var problems = new Problems();
                    var read = YamlReader.parse("fuzz", text, problems);
                    if (read.isEmpty() && problems.none()) {
                        throw new IllegalStateException("nothing was read, and no problem said");
                    }
                    problems.throwIfAny("fuzz");
                });
    }
}
