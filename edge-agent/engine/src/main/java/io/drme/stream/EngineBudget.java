package io.drme.stream;

import io.drme.config.Section;
import java.math.BigDecimal;
import java.util.Optional;

/**
 * What all pipelines of a gateway together may take: the section {@code engine}.
 *
 * @param cpu part of one core, above 0 and at most 1; while the owner is behind, pipelines get no
 *     more
 * @param memoryBytes of state and of samples that wait, {@link #LEAST_MEMORY_BYTES} to {@link
 *     #MOST_MEMORY_BYTES}
 */
public record EngineBudget(double cpu, long memoryBytes) {
    /** The other half of the owner's core is for what comes in, alarms and the way to the store. */
    public static final double DEFAULT_CPU = 0.5;

    /**
     * A quarter of the heap that ships; samples that wait take about 30 bytes each, and more while
     * their room grows.
     */
    public static final long DEFAULT_MEMORY_BYTES = 16L << 20;

    static final long LEAST_MEMORY_BYTES = 1L << 20;
    static final long MOST_MEMORY_BYTES = 64L << 30;

    /** What a gateway has of which the file says nothing. */
    public static EngineBudget usual() {
        return new EngineBudget(DEFAULT_CPU, DEFAULT_MEMORY_BYTES);
    }

    /** Reads the section; what is wrong is noted in its problems. */
    public static EngineBudget read(Section section) {
        double cpu =
                section.parsed(
                                "cpu",
                                "a part of one core from 1% to 100%, such as 50%",
                                EngineBudget::percent)
                        .orElse(DEFAULT_CPU);
        long memory =
                section.bytes(
                        "memory", DEFAULT_MEMORY_BYTES, LEAST_MEMORY_BYTES, MOST_MEMORY_BYTES);
        section.done();
        return new EngineBudget(cpu, memory);
    }

    private static Optional<Double> percent(String text) {
        if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,3})?\\s*%")) {
            return Optional.empty();
        }
        var number = new BigDecimal(text.substring(0, text.length() - 1).strip());
        double part = number.movePointLeft(2).doubleValue();
        return part >= 0.01 && part <= 1 ? Optional.of(part) : Optional.empty();
    }
}
