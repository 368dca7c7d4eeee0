package io.drme.stream;

/**
 * What a step is reckoned to cost: about twice what was measured with 1,000 tags.
 *
 * @param nanosASample of each sample that comes in
 * @param nanosATick of each lane, at each tick
 * @param nanosAResult of each window that ends; 0 where a step has none
 * @param everyNanos how often a window ends; 0 where a step has none
 * @param resultsAWindow how many results that gives; a step without windows gives one a sample
 */
record StepCost(
        double nanosASample,
        double nanosATick,
        double nanosAResult,
        long everyNanos,
        int resultsAWindow) {
    /** A sample into the stage of a pipeline; measured: 20. */
    static final double NANOS_TAKEN = 40;

    /** A result out of it, as a sample of a derived tag; measured: 10 to 20. */
    static final double NANOS_GIVEN = 40;

    /** Filter, map, scale; measured: 10 to 20. */
    private static final StepCost STATELESS = new StepCost(40, 0, 0, 0, 1);

    /** A step of a kind that was not measured. */
    private static final StepCost OTHER = new StepCost(250, 25, 0, 0, 1);

    /** A sample into a window; measured: 30. */
    private static final double NANOS_INTO_WINDOW = 60;

    /** A look at whether a window has ended; measured: 11. */
    private static final double NANOS_A_LOOK = 25;

    /** Each pane that a window is made of, when it ends; measured: 64. */
    private static final double NANOS_A_PANE = 130;

    /** Each function of a window, when it ends; measured: 900. */
    private static final double NANOS_A_FUNCTION = 1_800;

    private static final double NANOS_A_SECOND = 1e9;

    static StepCost of(Step step) {
        return switch (step) {
            case FilterStep _, MapStep _, ScaleStep _ -> STATELESS;
            case AggregateStep a when a.windows() instanceof Windows.Time w -> {
                int panes = a.preparesPanes() ? SlidingPanes.LEAST : w.panes();
                int functions = a.functions().size();
                yield new StepCost(
                        NANOS_INTO_WINDOW,
                        NANOS_A_LOOK,
                        panes * NANOS_A_PANE + functions * NANOS_A_FUNCTION,
                        w.every().toNanos(),
                        functions);
            }
            default -> OTHER;
        };
    }

    /**
     * Nanoseconds a second.
     *
     * @param samples that come in, a second
     * @param lanes that come in
     * @param ticks a second
     */
    double nanosASecond(double samples, int lanes, double ticks) {
        return samples * nanosASample
                + lanes * ticks * nanosATick
                + windows(samples, lanes) * nanosAResult;
    }

    /** Results a second. */
    double results(double samples, int lanes) {
        return everyNanos == 0 ? samples : windows(samples, lanes) * resultsAWindow;
    }

    /** Windows that end in a second: at most one a sample, as empty ones in a row give nothing. */
    private double windows(double samples, int lanes) {
        return everyNanos == 0 ? 0 : Math.min(samples, lanes * NANOS_A_SECOND / everyNanos);
    }
}
