package io.drme.driver.gpio;

import io.drme.driver.TagAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One line and what it is used for.
 *
 * @param line offset on the chip, 0 to {@link #MAX_LINE}
 * @param activeLow whether the low level means true
 * @param bias the pull resistor
 */
public record GpioAddress(int line, Use use, boolean activeLow, Bias bias) implements TagAddress {
    /** The greatest offset; far beyond any chip, it bounds what a typing error can ask for. */
    public static final int MAX_LINE = 4_095;

    /** What a line is used for. */
    public sealed interface Use {
        /**
         * An input whose changes are told.
         *
         * @param edge which of them
         * @param debounce how long a level must hold before it counts; 0 counts every edge
         */
        record Watch(Edge edge, Duration debounce) implements Use {}

        /**
         * An input whose edges are counted: a flow meter, an energy meter.
         *
         * @param edge which of them
         * @param debounce how long a level must hold before it counts; 0 counts every edge
         */
        record Count(Edge edge, Duration debounce) implements Use {}

        /**
         * An output.
         *
         * @param safe the value that it has until somebody sets it, and falls back to
         * @param keepOnStop whether a clean stop leaves the line as it is
         */
        record Output(boolean safe, boolean keepOnStop) implements Use {}
    }

    /** Which changes of a line count, after {@code active} was applied. */
    public enum Edge {
        /** Every change. */
        BOTH,
        /** From inactive to active. */
        RISING,
        /** From active to inactive. */
        FALLING
    }

    /** The pull resistor of a line. */
    public enum Bias {
        /** As the board has set it. */
        AS_IS,
        /** Pulled up. */
        PULL_UP,
        /** Pulled down. */
        PULL_DOWN,
        /** Switched off. */
        DISABLED
    }

    /** Whether the line is driven by us. */
    boolean isOutput() {
        return use instanceof Use.Output;
    }

    /** The value that a clean stop leaves behind; nothing where it leaves what there is. */
    Optional<Boolean> atStop() {
        return use instanceof Use.Output(boolean safe, boolean keepOnStop) && !keepOnStop
                ? Optional.of(safe)
                : Optional.empty();
    }

    @Override
    public Optional<Writing> writing() {
        return use instanceof Use.Output(boolean safe, _)
                ? Optional.of(new Writing(OptionalLong.of(safe ? 1 : 0), Map.of()))
                : Optional.empty();
    }
}
