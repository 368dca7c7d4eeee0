package io.drme.edge.config;

import io.drme.config.InvalidConfigException;
import io.drme.config.Problems;
import io.drme.fuzz.Fuzzing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** CSV files of tags. */
public final class TagFileFuzz {
    private static final Fuzzing.Bound BOUND = new Fuzzing.Bound(2 << 20, 5_000);

    private TagFileFuzz() {}

    /** Where mutation begins. */
    public static List<byte[]> seeds() {
        return List.of(
                "name,address,unit,range\na,coil:1,\"m, \"\"s\"\"\",0..1\n"
                        .getBytes(StandardCharsets.UTF_8),
                "name,address,enum,invalid\na,ns=3;s=\"DB\".\"x\",0=off; 1=on\\; hot,0xFF; 7\n"
                        .getBytes(StandardCharsets.UTF_8));
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
                    TagFile.parse(Path.of("fuzz.csv"), text, "tags", problems);
                    problems.throwIfAny("fuzz.csv");
                });
    }
}
