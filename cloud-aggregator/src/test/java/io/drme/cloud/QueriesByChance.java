package io.drme.cloud;

import java.util.Random;

/** Puts together what PromQL lets be put together, by chance. */
final class QueriesByChance {
    private QueriesByChance() {}

    private static String one(Random random, String... of) {
        return of[random.nextInt(of.length)];
    }

    private static String selector(Random random) {
        return "drme_value{tag!~'.*tag-[15]'%s%s}"
                .formatted(
                        one(
                                random,
                                "",
                                ",gateway='press-1'",
                                ",gateway!~'.*2'",
                                ",site=~'acme/.+'"),
                        one(random, "", ",device='device-2'", ",tag=~'.*[26]'"));
    }

    private static String scalar(Random random) {
        return one(
                random, "2", "0.5", "-3", "40", "time() / 1e9", "scalar(" + selector(random) + ")");
    }

    /** An expression that gives series, with so many others in it at most. */
    static String vector(Random random, int depth) {
        var offset = one(random, "", "", " offset 1m", " offset -30s", " offset 7m");
        if (depth == 0) {
            return selector(random) + offset;
        }
        var inner = vector(random, depth - 1);
        return switch (random.nextInt(6)) {
            case 0 ->
                    "%s(%s[%s]%s)"
                            .formatted(
                                    one(
                                            random,
                                            "rate",
                                            "increase",
                                            "delta",
                                            "avg_over_time",
                                            "min_over_time",
                                            "max_over_time",
                                            "sum_over_time",
                                            "count_over_time",
                                            "last_over_time",
                                            "changes",
                                            "stddev_over_time"),
                                    selector(random),
                                    one(random, "11s", "1m", "4m30s", "15m", "1h"),
                                    offset);
            case 1 ->
                    "%s %s (gateway%s) (%s)"
                            .formatted(
                                    one(random, "sum", "avg", "min", "max", "count"),
                                    one(random, "by", "without"),
                                    one(random, "", ",tag", ",device,site"),
                                    inner);
            case 2 ->
                    "(%s %s %s)"
                            .formatted(
                                    inner,
                                    one(random, "+", "-", "*", ">", "<= bool", "!="),
                                    scalar(random));
            case 3 ->
                    "(%s %s %s)".formatted(scalar(random), one(random, "+", "-", "*", "<"), inner);
            case 4 -> "%s(%s)".formatted(one(random, "abs", "floor", "ceil", "-"), inner);
            default ->
                    "(%s %s %s)".formatted(inner, one(random, "+", "and", "or", "unless"), inner);
        };
    }
}
