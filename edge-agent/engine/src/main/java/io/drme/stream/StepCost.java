package io.drme.stream;

/**
 * What a step is reckoned to cost: about twice what was measured with 1,000 tags, by {@code
 * StepTimes} in this module's tests with the agent's flags (first compiler tier) on one x86 core of
 * a machine shared with others, the middle of nine rounds. The figures in the table below are
 * {@code [nanoseconds a sample, a tick and lane]} as measured.
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
    static final StepCost OTHER = new StepCost(250, 25, 0, 0, 1);

    /** A point of a resample more; measured: 9. */
    private static final double NANOS_A_POINT = 18;

    /** Each sample that a median is of; measured with 5 of them: 14. */
    private static final double NANOS_OF_MEDIAN = 28;

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
            case AggregateStep a when a.windows() instanceof Windows.Session -> twice(43, 6);
            case AggregateStep _ -> twice(39, 0);
            case SplitStep _ -> twice(25, 0);
            case MergeStep merge ->
                    switch (merge.take()) {
                        case EVERY -> twice(40, 2);
                        case PREFERRED -> twice(30, 3);
                        case MEDIAN -> twice(75, 18);
                    };
            case CombineStep _ -> twice(55, 8);
            case RateStep rate -> rate.over().isPresent() ? twice(285, 1) : twice(28, 1);
            case CounterStep _ -> twice(39, 0);
            case PairStep pair -> pair.by() == PairStep.By.AS_OF ? twice(82, 21) : twice(80, 2);
            case LookupStep _ -> twice(35, 0);
            case DurationStep _ -> twice(70, 8);
            case StatesStep _ -> twice(56, 5);
            case ResampleStep r ->
                    new StepCost(2 * 41, 2 * 5, NANOS_A_POINT, r.every().toNanos(), 1);
            case ChangesStep _ -> twice(27, 0);
            case ThrottleStep _ -> twice(16, 3);
            case PatternStep pattern ->
                    pattern.lateness().isZero() ? twice(81, 8) : twice(81 + 21, 8);
            case SmoothStep smooth ->
                    smooth.median()
                            .map(of -> new StepCost(NANOS_OF_MEDIAN * of, 0, 0, 0, 1))
                            .orElse(twice(27, 0));
            default -> OTHER;
        };
    }

    private static StepCost twice(double nanosASample, double nanosATick) {
        return new StepCost(2 * nanosASample, 2 * nanosATick, 0, 0, 1);
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
