package io.drme.stream;

import io.drme.config.InvalidConfigException;
import io.drme.config.Node;
import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.Where;
import io.drme.fuzz.Fuzzing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Expressions of pipelines and alarms. */
public final class ExpressionFuzz {
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(2 << 20, 20_000);

    private ExpressionFuzz() {}

    /** Where mutation begins. */
    public static List<byte[]> seeds() {
        return List.of(
                        "quality == 'good' && value > 80.5",
                        "!(value in [1, 2]) || value * -2 + 3 % 4 >= 0x10",
                        "value > 1.0 ? 'a' : \"b\"")
                .stream()
                .map(s -> s.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] data) {
        var text = new String(data, StandardCharsets.UTF_8);
        var where = new Where("fuzz", 1, 1);
        var entry = new Node.Entry(where, new Node.Scalar(where, text, true));
        var mapping = new Node.Mapping(where, Map.of("when", entry));
        Fuzzing.parse(
                data.length,
                BOUND,
                InvalidConfigException.class,
                () -> {
                    var problems = new Problems();
                    Expression.readCondition(new Section(mapping, "", problems), "when");
                    Expression.readValue(new Section(mapping, "", problems), "when");
                    problems.throwIfAny("fuzz");
                });
    }
}
