package io.drme.sim;

import io.drme.config.Section;
import io.drme.model.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** The numbers of one column of a CSV file, one each interval, from the beginning after the end. */
final class Replay implements ValueSource {
    /** The most rows that are kept; a day at 10 Hz. */
    static final int MAX_ROWS = 1_000_000;

    private final double[] values;
    private final long everyNanos;

    private Replay(double[] values, long everyNanos) {
        this.values = values;
        this.everyNanos = everyNanos;
    }

    /** Reads the file; columns are split at commas or semicolons, the first line names them. */
    static Optional<ValueSource> read(Path file, String column, long everyNanos, Section keys) {
        try (var lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            var header = Optional.ofNullable(lines.readLine()).orElse("");
            var names = Arrays.stream(header.split("[,;]", -1)).map(String::strip).toList();
            int at = names.indexOf(column);
            if (at < 0) {
                keys.problem(
                        "column",
                        "'%s' is no column of %s; it has: %s"
                                .formatted(column, file, String.join(", ", names)));
                return Optional.empty();
            }
            var values = new double[1024];
            int count = 0;
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var cells = line.split("[,;]", -1);
                if (count == MAX_ROWS || cells.length <= at) {
                    continue;
                }
                if (count == values.length) {
                    values = Arrays.copyOf(values, count * 2);
                }
                values[count++] = Double.parseDouble(cells[at].strip());
            }
            if (count == 0) {
                keys.problem("file", file + " has no rows below its header");
                return Optional.empty();
            }
            return Optional.of(new Replay(Arrays.copyOf(values, count), everyNanos));
        } catch (IOException e) {
            keys.problem("file", "can't read %s: %s; check the path".formatted(file, e));
        } catch (NumberFormatException e) {
            keys.problem(
                    "column",
                    "'%s' of %s holds something that is no number: %s"
                            .formatted(column, file, e.getMessage()));
        }
        return Optional.empty();
    }

    @Override
    public Value at(long elapsedNanos) {
        return new Value.Real(values[(int) (elapsedNanos / everyNanos % values.length)]);
    }
}
