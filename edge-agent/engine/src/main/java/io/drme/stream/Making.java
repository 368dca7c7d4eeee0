package io.drme.stream;

import io.drme.config.Problems;
import io.drme.config.Where;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a step is made to run over, and where its problems go.
 *
 * @param lanes of the step before
 * @param sides for each of {@link Step#sides}, the lanes of the tags that match; a batch has them
 *     behind {@code lanes}, in this order
 * @param key path of the step in the file
 */
record Making(
        List<Lane> lanes, List<List<Lane>> sides, Where where, String key, Problems problems) {
    /** The most memory that one step may take, in bytes; a gateway has 1 GiB or so. */
    static final long MAX_STATE_BYTES = 256L << 20;

    /** All lanes, as batches index them. */
    List<Lane> input() {
        var all = new ArrayList<>(lanes);
        sides.forEach(all::addAll);
        return List.copyOf(all);
    }

    /** Notes a problem of the step's own key, or of one below it. */
    void problem(String below, String message) {
        problems.add(where, key + "." + below, message);
    }

    /** One program a lane, shared by those of a type; nothing where it fits not all of them. */
    Optional<Program[]> programs(Expression expression, boolean condition) {
        Map<ValueType, Program> byType = new EnumMap<>(ValueType.class);
        var programs = new Program[lanes.size()];
        for (int i = 0; i < programs.length; i++) {
            var lane = lanes.get(i);
            var program = byType.get(lane.type());
            if (program == null) {
                var compiled = expression.program(lane.type(), lane.source(), condition, problems);
                if (compiled.isEmpty()) {
                    return Optional.empty();
                }
                program = compiled.get();
                byType.put(lane.type(), program);
            }
            programs[i] = program;
        }
        return Optional.of(programs);
    }

    /** Whether all are numbers; notes the first that is not, which {@code can't be} … */
    boolean areNumbers(String below, String what) {
        for (var lane : lanes) {
            if (lane.type() == ValueType.TEXT || lane.type() == ValueType.BOOLEAN) {
                problem(
                        below,
                        "%s is %s and can't be %s"
                                .formatted(lane.source(), Typing.words(lane.type()), what));
                return false;
            }
        }
        return true;
    }

    /** Whether a state of so many bytes a lane may be; notes where not, with the arithmetic. */
    boolean fits(String below, long bytesALane, String remedy) {
        long bytes = lanes.size() * bytesALane;
        if (bytes <= MAX_STATE_BYTES) {
            return true;
        }
        problem(
                below,
                "would take %d MiB for %d tags; at most %d MiB are allowed: %s"
                        .formatted(bytes >> 20, lanes.size(), MAX_STATE_BYTES >> 20, remedy));
        return false;
    }
}
