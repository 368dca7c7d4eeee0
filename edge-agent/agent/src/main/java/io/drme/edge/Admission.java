package io.drme.edge;

import io.drme.config.Problems;
import io.drme.driver.TagSpec;
import io.drme.edge.acquisition.Plan;
import io.drme.stream.Pipelines;
import io.drme.stream.Reckoning;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a gateway can do what a configuration asks of its pipelines. Each tag counts once a
 * {@code poll}, also one whose device tells by itself: how often that will be nobody knows.
 */
final class Admission {
    private static final double NANOS_A_SECOND = 1e9;
    private static final Logger log = LoggerFactory.getLogger(Admission.class);

    private Admission() {}

    static Reckoning reckon(Collection<TagSpec> tags, Pipelines pipelines) {
        var rates = new double[pipelines.table().size()];
        for (var tag : tags) {
            int index = pipelines.table().indexOf(tag.name()).orElseThrow();
            rates[index] = NANOS_A_SECOND / tag.poll().toNanos();
        }
        return Reckoning.of(pipelines, tag -> rates[tag]);
    }

    /** Tells the log what is reckoned to be too much of a plan that runs all the same. */
    static void warn(Plan plan) {
        var problems = new Problems();
        reckon(plan.specs(), plan.pipelines()).check(plan.engine(), problems);
        problems.list().forEach(p -> log.warn("it runs, but may not keep up: {}", p));
    }
}
